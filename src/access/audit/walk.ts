// Walks the chain of the access log and names its first fault.
import { type AuditEntry, type Head, macOf } from './entry.ts'
import { entryColumns } from './head.ts'
import type { AuditKey, Queries } from './key.ts'

/**
 * What is wrong with the log. MISSING: the entry of that number is gone. ALTERED: it is not what was written under its number
 * (edited or exchanged). UNEXPECTED: no entry of that number was written. KEY_MISSING: the key of its MAC is gone.
 * HEAD_MISSING, HEAD_ALTERED: the head is gone, or was not written by a hub. ROLLED_BACK: an earlier exported head is not of
 * this chain: the entries from that number on are gone, or are others.
 */
export type AuditFaultKind =
  | 'MISSING'
  | 'ALTERED'
  | 'UNEXPECTED'
  | 'KEY_MISSING'
  | 'HEAD_MISSING'
  | 'HEAD_ALTERED'
  | 'ROLLED_BACK'

export interface AuditFault {
  readonly kind: AuditFaultKind
  /** The number of the first bad entry. */
  readonly seq: number
  /** The entry's own time (UTC); null where it is gone. */
  readonly at: string | null
}

type EntryRow = AuditEntry & { readonly mac: Buffer }

const pageSize = 5000

/**
 * Walks the entries from the base up to `last` in order, a page at a time, and answers the first fault, or null. `passed` is
 * called with the MAC of each good entry.
 */
export async function walkChain(
  from: Queries,
  keys: ReadonlyMap<number, AuditKey>,
  head: Head,
  last: number,
  passed: (seq: number, mac: Buffer) => AuditFault | null,
): Promise<AuditFault | null> {
  let mac = head.baseMac
  let expected = head.baseSeq + 1
  let after: string | number = '-9223372036854775808'
  for (;;) {
    const { rows }: { rows: EntryRow[] } = await from.query<EntryRow>(
      `select ${entryColumns}, mac from access_entry where id > $1 and id <= $2 order by id limit ${pageSize}`,
      [after, last],
    )
    for (const { mac: written, ...entry } of rows) {
      if (entry.seq < expected) return { kind: 'UNEXPECTED', seq: entry.seq, at: entry.at }
      if (entry.seq > expected) return { kind: 'MISSING', seq: expected, at: null }
      const key = keys.get(entry.keyId)
      if (key === undefined) return { kind: 'KEY_MISSING', seq: entry.seq, at: entry.at }
      mac = macOf(key.entry, mac, entry)
      if (!mac.equals(written)) return { kind: 'ALTERED', seq: entry.seq, at: entry.at }
      const fault = passed(entry.seq, mac)
      if (fault !== null) return fault
      expected += 1
    }
    if (rows.length < pageSize) break
    after = rows.at(-1)!.seq
  }
  return expected <= last ? { kind: 'MISSING', seq: expected, at: null } : null
}
