// The rows that a connection sees: ranges of agency paths by domain, which the policies of the tables keep to.
import { Kysely, PostgresDialect } from 'kysely'
import type pg from 'pg'
import type { Tables } from './tables.ts'

/** Rows are seen whose agency's path lies in it: `path >= from and path < to`, by the order of bytes. */
export interface PathRange {
  readonly from: string
  readonly to: string
}

export const noPath: PathRange = { from: '', to: '' }
/** Up to the last character there is, with which no path begins. */
export const everyPath: PathRange = { from: '', to: '\u{10FFFF}' }

/** Which rows a statement may see; the policies of the tables keep to it. */
export interface RowScope {
  /** By the name that the policies of a domain's tables call their range by; a domain that is not in it shows no row. */
  readonly ranges: Readonly<Record<string, PathRange>>
  /** Whether the access log is seen. */
  readonly log: boolean
}

/** The scope in which only open rows are seen: that of a connection which nobody has given one. */
export const noRows: RowScope = { ranges: {}, log: false }

/** Every range that this process has ever given to a connection, with the statement that sets them all. */
const ranges = { names: new Set<string>(), set: '' }

function know(names: readonly string[]): void {
  const strange = names.filter((name) => !ranges.names.has(name))
  if (strange.length === 0 && ranges.set !== '') return
  const ill = strange.find((name) => !/^[a-z][a-z0-9_]*$/.test(name))
  if (ill !== undefined) throw new Error(`${ill} is no name of a range of rows: lower-case letters, digits and _`)
  for (const name of strange) ranges.names.add(name)
  const settings = [...[...ranges.names].flatMap((name) => [`hub.${name}_from`, `hub.${name}_to`]), 'hub.log']
  ranges.set = `select ${settings.map((name, at) => `set_config('${name}', $${at + 1}, false)`).join(', ')}`
}

/** The settings that a connection is known to have; one that is not in here may have any. */
const known = new WeakMap<pg.PoolClient, string>()
/** How a guarded pool gives its connections before the guard. */
const unguarded = new WeakMap<pg.Pool, () => Promise<pg.PoolClient>>()

/** The connection sees the scope's rows from now on, and no others; it is set only when it last had another. */
async function assume(client: pg.PoolClient, scope: RowScope): Promise<void> {
  know(Object.keys(scope.ranges))
  const values: string[] = []
  for (const name of ranges.names) {
    const { from, to } = scope.ranges[name] ?? noPath
    values.push(from, to)
  }
  values.push(scope.log ? 'on' : '')
  const mark = values.join('\n')
  if (known.get(client) === mark) return
  known.delete(client)
  await client.query(ranges.set, values)
  known.set(client, mark)
}

/** Takes a connection that has the scope. After an error of it its scope is unknown. */
async function take(pool: pg.Pool, scope: RowScope): Promise<pg.PoolClient> {
  const client = await (unguarded.get(pool) ?? (() => pool.connect()))()
  try {
    await assume(client, scope)
    return client
  } catch (error) {
    client.release(error as Error)
    throw error
  }
}

/**
 * The rows of one statement as the scope sees them. The scope stays on the connection, so that the next statement of the same
 * scope costs nothing for it.
 */
export async function queryWithin<R extends pg.QueryResultRow>(
  pool: pg.Pool,
  scope: RowScope,
  text: string,
  params: readonly unknown[],
): Promise<R[]> {
  const client = await take(pool, scope)
  try {
    const { rows } = await client.query<R>(text, [...params])
    client.release()
    return rows
  } catch (error) {
    known.delete(client)
    client.release((error as { severity?: unknown }).severity === 'ERROR' ? undefined : (error as Error))
    throw error
  }
}

/** For statements that are written by Kysely: each sees the scope's rows. Its connections are the pool's; it needs no end. */
export function kyselyWithin(pool: pg.Pool, scope: RowScope): Kysely<Tables> {
  const connect = async (): Promise<pg.PoolClient> => {
    const client = await take(pool, scope)
    // A transaction that is rolled back takes settings made in it along.
    known.delete(client)
    return client
  }
  return new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: { options: {}, connect, end: () => Promise.resolve() } }),
  })
}

/** A connection of this pool without a scope sees no row of a protected table, whatever scope it had before. */
export function guardPool(pool: pg.Pool): void {
  const connect = pool.connect.bind(pool) as () => Promise<pg.PoolClient>
  unguarded.set(pool, connect)
  const guarded = async (): Promise<pg.PoolClient> => {
    const client = await take(pool, noRows)
    known.delete(client)
    return client
  }
  type Given = (error: Error | undefined, client: pg.PoolClient | undefined, release: (error?: Error) => void) => void
  pool.connect = ((given?: Given) => {
    if (given === undefined) return guarded()
    guarded().then(
      (client) => given(undefined, client, (error) => client.release(error)),
      (error: Error) => given(error, undefined, () => undefined),
    )
    return undefined
  }) as pg.Pool['connect']
}
