// Verifies the whole access log against its head and against exported heads.
import type pg from 'pg'
import type { Keyring } from '../../db/encryption/keyring.ts'
import { DecryptionError } from '../../db/encryption/decryption-error.ts'
import { entryColumns, headOf, isSealed } from './head.ts'
import { type AuditKey, type Queries, readAuditKeys } from './key.ts'
import { type ExportedHead, unexplained } from './export.ts'
import { type AuditFault, walkChain } from './walk.ts'

export interface AuditReport {
  /** Entries in the log, with the numbers `from` to `to`; the retention has removed earlier ones. */
  readonly entries: number
  readonly from: number
  readonly to: number
  /** How many exported heads the log was compared with. */
  readonly heads: number
  /** The first bad entry; null: nothing was edited, removed, exchanged, added or cut off. */
  readonly fault: AuditFault | null
}

/**
 * Walks the whole access log in one snapshot, while hubs add to it, and compares it with exported heads, in the order of
 * their export. Throws DecryptionError where the hub's key is not that of the log.
 */
export async function verifyAudit(
  pool: pg.Pool,
  keyring: Keyring,
  exported: readonly ExportedHead[],
): Promise<AuditReport> {
  const client = await pool.connect()
  try {
    await client.query('begin isolation level repeatable read read only; set local statement_timeout = 0')
    const report = await look(client, keyring, unexplained(exported))
    await client.query('commit')
    return report
  } finally {
    client.release(true)
  }
}

async function look(from: Queries, keyring: Keyring, exported: readonly ExportedHead[]): Promise<AuditReport> {
  const { rows } = await from.query<Parameters<typeof headOf>[0]>('select * from access_head')
  const counted = await from.query<{ entries: number; first: number | null; last: number | null }>(
    'select count(*) as entries, min(id) as first, max(id) as last from access_entry',
  )
  const { entries, first, last } = counted.rows[0]!
  const row = rows[0]
  const counts = { entries, from: first ?? 0, to: last ?? 0, heads: exported.length }
  if (row === undefined) {
    const sealed = await from.query<{ seq: number; at: string }>(
      `select ${entryColumns} from access_entry where mac <> '' order by id limit 1`,
    )
    const begun = sealed.rows[0]
    if (begun === undefined && exported.length === 0) return { ...counts, fault: null }
    return { ...counts, fault: { kind: 'HEAD_MISSING', seq: begun?.seq ?? 1, at: begun?.at ?? null } }
  }
  const head = headOf(row)
  const { keys, missing } = await keysOf(from, keyring)
  const headKey = keys.get(head.keyId)
  const isHeadSealed = headKey !== undefined && isSealed(head, row.seal, headKey)
  // Several heads may have the same number, and every one must be of this chain.
  const due = Map.groupBy(exported, (one) => one.seq)
  const compare = (seq: number, mac: Buffer): AuditFault | null => {
    const other = due.get(seq)?.find((one) => one.mac !== mac.toString('hex'))
    return other === undefined ? null : { kind: 'ROLLED_BACK', seq, at: other.at }
  }
  let fault = isHeadSealed ? compare(head.baseSeq, head.baseMac) : null
  let end = head.baseMac
  fault ??= await walkChain(from, keys, head, head.seq, (seq, mac) => {
    end = mac
    return compare(seq, mac)
  })
  // A head that no hub wrote proves nothing about the first entry, nor about one after the last.
  if (!isHeadSealed && (fault === null || fault.seq <= head.baseSeq + 1 || fault.seq > (last ?? 0))) {
    fault = missing
      ? { kind: 'KEY_MISSING', seq: first ?? 1, at: null }
      : { kind: 'HEAD_ALTERED', seq: head.seq, at: null }
  }
  if (fault === null && !end.equals(head.mac)) fault = { kind: 'ALTERED', seq: head.seq, at: null }
  if (fault === null && last !== null && last > head.seq) {
    const beyond = await from.query<{ seq: number; at: string }>(
      `select ${entryColumns} from access_entry where id > $1 order by id limit 1`,
      [head.seq],
    )
    fault = { kind: 'UNEXPECTED', seq: beyond.rows[0]!.seq, at: beyond.rows[0]!.at }
  }
  const gone = exported.find((one) => one.seq > head.seq)
  if (fault === null && gone !== undefined) fault = { kind: 'ROLLED_BACK', seq: head.seq + 1, at: null }
  return { ...counts, fault }
}

/** The keys that open: an exchanged one counts as missing. Where none opens, the hub's own key is the wrong one. */
async function keysOf(
  from: Queries,
  keyring: Keyring,
): Promise<{ keys: ReadonlyMap<number, AuditKey>; missing: boolean }> {
  try {
    const keys = await readAuditKeys(from, keyring)
    return { keys, missing: keys.size === 0 }
  } catch (error) {
    if (error instanceof DecryptionError && !error.message.startsWith('altered')) throw error
    return { keys: new Map(), missing: true }
  }
}
