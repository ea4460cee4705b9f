// Revocations of tokens and clients: written, listed, and kept in memory by every gateway.
import { type Kysely, sql } from 'kysely'
import type { Tables } from '../../db/tables.ts'
import { monitorDatabase } from '../../db/database-monitor.ts'

/** A token by its `jti`, or every token of a client by its `client_id`. */
export interface Revoked {
  readonly kind: 'TOKEN' | 'CLIENT'
  readonly value: string
}

export interface Revocation extends Revoked {
  readonly revokedAt: string
  /** Null: until it is lifted. */
  readonly expiresAt: string | null
}

/** Revokes until `until`; a repeated call sets the new end. Every gateway of the database knows within a second. */
export async function revoke(db: Kysely<Tables>, { kind, value }: Revoked, until: Date | null): Promise<void> {
  await sql`
    insert into revocation (kind, value, expires_at) values (${kind}, ${value}, ${until?.toISOString() ?? null})
    on conflict (kind, value) do update set expires_at = excluded.expires_at`.execute(db)
}

/** Lifts a revocation; false where there was none. */
export async function liftRevocation(db: Kysely<Tables>, { kind, value }: Revoked): Promise<boolean> {
  const gone = await sql`delete from revocation where kind = ${kind} and value = ${value}`.execute(db)
  return (gone.numAffectedRows ?? 0n) > 0n
}

/** The revocations in effect, the latest first. */
export async function listRevocations(db: Kysely<Tables>): Promise<Revocation[]> {
  const { rows } = await sql<Revocation>`
    select kind, value, revoked_at as "revokedAt", expires_at as "expiresAt" from revocation
    where expires_at is null or expires_at > now() order by revoked_at desc, kind, value`.execute(db)
  return rows
}

/** Removes revocations that have ended. Safe to repeat. */
export async function pruneRevocations(db: Kysely<Tables>): Promise<void> {
  await sql`delete from revocation where expires_at <= now()`.execute(db)
}

export interface Revocations {
  readonly revoked: (token: { readonly jti: string; readonly client: string | null }) => boolean
  /** Calls the listener after each change, for what was let in before; answers the function that ends this. */
  onChange(listener: () => void): () => void
  close(): Promise<void>
}

export interface RevocationsOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly onError: (error: unknown) => void
  /** How often the list is read without a NOTIFY, in milliseconds. Default 5 s. */
  readonly everyMs?: number
}

/**
 * The revocations in memory, kept in step with the database: a change is known at once on every hub. While the database is
 * unavailable, the last known list is valid.
 */
export async function openRevocations(url: string, options: RevocationsOptions): Promise<Revocations> {
  const { now, onError, everyMs = 5000 } = options
  // The end of each in milliseconds since 1970.
  let ends: ReadonlyMap<string, number> = new Map()
  const listeners = new Set<() => void>()
  const nameOf = (kind: Revoked['kind'], value: string): string => `${kind} ${value}`
  const isRevoked = (name: string): boolean => {
    const end = ends.get(name)
    return end !== undefined && end > now()
  }
  const monitor = await monitorDatabase(url, {
    channel: 'hub_revocation',
    name: 'hub revocations',
    onError,
    everyMs,
    async read(from) {
      const { rows } = await from.query<{ kind: Revoked['kind']; value: string; until: number | null }>(
        'select kind, value, (extract(epoch from expires_at) * 1000)::double precision as until from revocation',
      )
      const read = new Map(rows.map((row) => [nameOf(row.kind, row.value), row.until ?? Number.POSITIVE_INFINITY]))
      const same = read.size === ends.size && [...read].every(([name, end]) => ends.get(name) === end)
      ends = read
      if (!same) for (const listener of listeners) listener()
    },
  })
  return {
    revoked: ({ jti, client }) =>
      ends.size > 0 && (isRevoked(nameOf('TOKEN', jti)) || (client !== null && isRevoked(nameOf('CLIENT', client)))),
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: monitor.close,
  }
}
