// The head of the access log: begun once, locked by each writer, sealed.
import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { Keyring } from '../../db/encryption/keyring.ts'
import { type AuditEntry, type Head, macOf, sealOf, utcText } from './entry.ts'
import { addAuditKey, AuditFailure, type AuditKey, type Queries, readAuditKeys } from './key.ts'

/** The locked head, its keys, and the database's time. */
export interface LockedHead extends Head {
  readonly keys: ReadonlyMap<number, AuditKey>
  /** The key of `keyId`. */
  readonly key: AuditKey
  /** UTC with microseconds, never before the last entry's. */
  readonly now: string
}

interface HeadRow {
  readonly key_id: number
  readonly seq: number
  readonly mac: Buffer
  readonly base_seq: number
  readonly base_mac: Buffer
  readonly seal: Buffer
  readonly now: string
}

const columns = 'key_id, seq, mac, base_seq, base_mac, seal'

export const headOf = (row: Omit<HeadRow, 'now'>): Head => ({
  keyId: row.key_id,
  seq: row.seq,
  mac: row.mac,
  baseSeq: row.base_seq,
  baseMac: row.base_mac,
})

/** Whether the seal of the head was made with its key. */
export const isSealed = (head: Head, seal: Uint8Array, key: AuditKey): boolean =>
  seal.length === 32 && timingSafeEqual(seal, sealOf(key.head, head))

/**
 * The head, locked until the end of the transaction. The first call begins the chain, with the earlier entries in it. Throws
 * AuditFailure where the head is gone or was not written by a hub with this key: then nothing may be added.
 */
export async function lockHead(
  trx: Queries,
  keyring: Keyring,
  known: ReadonlyMap<number, AuditKey>,
): Promise<LockedHead> {
  const row = (await lock(trx)) ?? (await begin(trx, keyring))
  let keys = known
  if (!keys.has(row.key_id)) keys = await readAuditKeys(trx, keyring)
  const key = keys.get(row.key_id)
  const head = headOf(row)
  if (key === undefined || !isSealed(head, row.seal, key)) {
    throw new AuditFailure('the head of the access log was altered: see hub audit verify')
  }
  return { ...head, keys, key, now: row.now }
}

async function lock(trx: Queries): Promise<HeadRow | undefined> {
  const { rows } = await trx.query<HeadRow>(
    `select ${columns}, ${utcText('clock_timestamp()')} as now from access_head for update`,
  )
  return rows[0]
}

async function begin(trx: Queries, keyring: Keyring): Promise<HeadRow> {
  await trx.query('lock table access_head in exclusive mode')
  const other = await lock(trx)
  if (other !== undefined) return other
  const sealed = await trx.query(`select 1 from access_entry where mac <> '' union all select 1 from audit_key limit 1`)
  if (sealed.rows.length > 0) throw new AuditFailure('the head of the access log is gone: see hub audit verify')
  const { id, key } = await addAuditKey(trx, keyring)
  const baseMac = randomBytes(32) // no two chains are alike: a chain that was begun again is detected
  const { rows } = await trx.query<AuditEntry>(
    `select ${entryColumns.replace('key_id', `${id}`)} from access_entry order by id`,
  )
  let mac: Buffer = baseMac
  const macs = rows.map((entry) => (mac = macOf(key.entry, mac, entry)))
  await trx.query(`select set_config('hub.audit', 'keeping', true)`)
  await trx.query(
    `update access_entry e set key_id = $1, mac = n.mac from unnest($2::bigint[], $3::bytea[]) n(id, mac) where n.id = e.id`,
    [id, rows.map((entry) => entry.seq), macs],
  )
  await trx.query(`select set_config('hub.audit', '', true)`)
  const head: Head = { keyId: id, seq: rows.length, mac, baseSeq: 0, baseMac }
  await trx.query(`insert into access_head (${columns}) values ($1, $2, $3, $4, $5, $6)`, [
    ...valuesOf(head),
    sealOf(key.head, head),
  ])
  return (await lock(trx))!
}

const valuesOf = (head: Head): unknown[] => [head.keyId, head.seq, head.mac, head.baseSeq, head.baseMac]

/** Moves the head that this transaction has locked. */
export async function moveHead(trx: Queries, key: AuditKey, head: Head): Promise<void> {
  await trx.query('update access_head set key_id = $1, seq = $2, mac = $3, base_seq = $4, base_mac = $5, seal = $6', [
    ...valuesOf(head),
    sealOf(key.head, head),
  ])
}

/** The columns of an entry in SQL, under the names of `AuditEntry`. */
export const entryColumns = `id as seq, key_id as "keyId", ${utcText('at')} as at, caller, issuer, token, subject, field, purpose,
  legal_basis as "legalBasis"`
