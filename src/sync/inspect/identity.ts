// What a record says of its identity and of its last change.
import { createHash } from 'node:crypto'
import type { Json, SourceRecord, StreamManifest } from '../../contract/connector.ts'

/** What distinguishes a record from another one under the same key, and when its source changed it last; null where it does not say. */
export interface Claims {
  readonly identity: Buffer | null
  readonly sourceChangedAt: string | null
}

const memberAt = (record: SourceRecord, name: string): Json =>
  Object.hasOwn(record, name) ? (record[name] ?? null) : null

/** Eight bytes over the members that never change while a key means the same thing; and the time, where it has a zone. */
export function claimsOf(record: SourceRecord, { identity = [], changed }: StreamManifest): Claims {
  const members = identity.map((name) => memberAt(record, name))
  const whole = members.length > 0 && members.every((value) => value !== null)
  const text = changed === undefined ? null : memberAt(record, changed)
  const time =
    typeof text === 'string' && /T.*(?:Z|[+-]\d{2}:?\d{2})$/.test(text.trim()) ? Date.parse(text) : Number.NaN
  return {
    identity: whole ? createHash('sha256').update(JSON.stringify(members)).digest().subarray(0, 8) : null,
    // The database's timestamps reach further than JavaScript's dates.
    sourceChangedAt: Math.abs(time) < 253_402_300_799_999 ? new Date(time).toISOString() : null,
  }
}
