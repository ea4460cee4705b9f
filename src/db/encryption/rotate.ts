// Key rotation: seals and hashes the rows of one table again under the current key.
import type { Kysely, Transaction } from 'kysely'
import { sql } from 'kysely'
import type { Keyring } from './keyring.ts'
import type { Tables } from '../tables.ts'

type Value = Buffer | string | number | readonly string[] | null
export type SealedRow = { readonly id: number } & { readonly [column: string]: Value }

/** Rows of one table that depend on the key of encryption at rest. */
export interface Sealed {
  /** The name that people read. */
  readonly name: string
  readonly table: string
  /** The columns that `renew` reads. */
  readonly reads: readonly string[]
  /** The columns that `renew` gives, with their SQL types. */
  readonly writes: Readonly<Record<string, 'bytea' | 'bigint[]'>>
  /** The sealed columns: a row is due where one of them is not under the current key. */
  readonly sealed: readonly string[]
  /** SQL condition of further rows `t` to renew, which have no sealed column to show their key. */
  readonly besides?: string
  /** Rows in one transaction: all of them are in memory and locked together. */
  readonly atOnce: number
  /** The row's new values; null where it has them already. */
  readonly renew: (row: SealedRow, keyring: Keyring) => { readonly [column: string]: Value } | null
  /** Called before rows are written: removes what they would collide with. */
  readonly before?: (trx: Transaction<Tables>, rows: readonly SealedRow[]) => Promise<void>
}

/** The first bytes of every value that is sealed under the current key, and of no other. */
const headOf = (keyring: Keyring): string => keyring.seal('', '').subarray(0, 5).toString('hex')

const dueOf = (kind: Sealed, keyring: Keyring): string[] => {
  const head = headOf(keyring)
  return kind.sealed.map(
    (column) => `(t.${column} is not null and substring(t.${column} from 1 for 5) <> '\\x${head}'::bytea)`,
  )
}

/** How many rows are sealed under an older key. */
export async function countDue(db: Kysely<Tables>, kind: Sealed, keyring: Keyring): Promise<number> {
  const { rows } = await sql<{ due: number }>`
    select count(*) as due from ${sql.table(kind.table)} t where ${sql.raw(dueOf(kind, keyring).join(' or '))}`.execute(
    db,
  )
  return rows[0]!.due
}

/**
 * Seals and hashes every row under the current key, in batches, while others read and write: a row that another transaction
 * has locked is left to the next pass. Settles with the number of renewed rows. Stops between two batches when the signal
 * aborts; safe to repeat, and continues where it stopped. Throws DecryptionError for a row under a key that the keyring lacks.
 */
export async function reseal(
  db: Kysely<Tables>,
  kind: Sealed,
  keyring: Keyring,
  options: { readonly signal?: AbortSignal; readonly onBatch?: (done: number) => void } = {},
): Promise<number> {
  let done = 0
  for (let pass = 0; pass < 5; pass += 1) {
    let after = 0
    let renewed = 0
    while (options.signal?.aborted !== true) {
      const batch = await db.transaction().execute((trx) => resealSome(trx, kind, keyring, after))
      if (batch === null) break
      after = batch.last
      renewed += batch.renewed
      done += batch.renewed
      options.onBatch?.(done)
    }
    if (renewed === 0) break
  }
  return done
}

async function resealSome(
  trx: Transaction<Tables>,
  kind: Sealed,
  keyring: Keyring,
  after: number,
): Promise<{ last: number; renewed: number } | null> {
  const table = sql.table(kind.table)
  const due = [...dueOf(kind, keyring), ...(kind.besides === undefined ? [] : [`(${kind.besides})`])].join(' or ')
  const { rows } = await sql<SealedRow>`
    select id, ${sql.join(kind.reads.map((column) => sql.ref(column)))} from ${table} t
    where id > ${after} and (${sql.raw(due)})
    order by id limit ${kind.atOnce} for no key update skip locked`.execute(trx)
  const last = rows.at(-1)?.id
  if (last === undefined) return null
  const renewed = rows.flatMap((row) => {
    const values = kind.renew(row, keyring)
    return values === null ? [] : [{ ...values, id: row.id }]
  })
  if (renewed.length === 0) return { last, renewed: 0 }
  await kind.before?.(trx, renewed)
  const columns = Object.entries(kind.writes)
  const given = columns.map(([name, type]) => `${name} ${type === 'bytea' ? 'text' : type}`).join(', ')
  const set = columns
    .map(([name, type]) => `${name} = ${type === 'bytea' ? `decode(r.${name}, 'hex')` : `r.${name}`}`)
    .join(', ')
  const written = renewed.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, Buffer.isBuffer(value) ? value.toString('hex') : value]),
    ),
  )
  await sql`
    update ${table} t set ${sql.raw(set)}
    from json_to_recordset(${JSON.stringify(written)}) as r(id bigint, ${sql.raw(given)}) where t.id = r.id`.execute(
    trx,
  )
  return { last, renewed: renewed.length }
}
