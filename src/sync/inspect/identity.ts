import { createHash } from 'node:crypto'
import type { Json, SourceRecord, StreamManifest } from '../../contract/connector.ts'

/** What tells a record from another one under its key, and when its source last changed it; null where nothing says so. */
export interface Claims {
  readonly identity: Buffer | null
  readonly sourceChangedAt: string | null
}

const memberAt = (record: SourceRecord, name: string): Json =>
  Object.hasOwn(record, name) ? (record[name] ?? null) : null

/** Eight bytes over the members that never change while a key stands for the same thing; and the time that bears a zone. */
export function claimsOf(record: SourceRecord, { identity = [], changed }: StreamManifest): Claims {
  const members = identity.map((name) => memberAt(record, name))
  const whole = members.length > 0 && members.every((value) => value !== null)
  const text = changed === undefined ? null : memberAt(record, changed)
  const time =
    typeof text === 'string' && /T.*(?:Z|[+-]\d{2}:?\d{2})$/.test(text.trim()) ? Date.parse(text) : Number.NaN
  return {
    identity: whole ? createHash('sha256').update(JSON.stringify(members)).digest().subarray(0, 8) : null,
    // Beyond these a timestamp of the database is none of ours.
    sourceChangedAt: Math.abs(time) < 253_402_300_799_999 ? new Date(time).toISOString() : null,
  }
}
