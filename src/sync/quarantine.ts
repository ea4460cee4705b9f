import { gunzipSync, gzipSync } from 'node:zlib'
import { sql, type Transaction } from 'kysely'
import type { Json, SourceRecord } from '../contract/connector.ts'
import type { Box } from '../db/box.ts'
import type { Tables } from '../db/tables.ts'
import type { Claim } from './claim.ts'
import type { Engine } from './engine.ts'
import type { Outcome } from './outcome.ts'

/** Records that were not taken wait with reason, place and sealed bytes; the same one met again counts as another try. */
export async function quarantineRejected(
  trx: Transaction<Tables>,
  engine: Engine,
  held: Claim,
  rejected: readonly (Outcome & { do: 'quarantine' })[],
  records: readonly SourceRecord[],
  now: string,
): Promise<void> {
  for (const one of rejected) {
    const bytes = JSON.stringify(records[one.index])
    const mark = engine.box.hash(one.key === null ? `bytes:${bytes}` : `key:${one.key}`, 'quarantine')
    const body = one.rejection.withoutBytes === true ? null : engine.box.seal(gzipSync(bytes), 'quarantine')
    await sql`
      insert into quarantine (source_id, stream_id, key, mark, reason, path, found, expected, body, run_id, seen_at)
      values (${held.source}, ${held.stream}, ${one.key}, ${mark}, ${one.rejection.reject}, ${one.rejection.at},
        ${one.rejection.found ?? null}, ${one.rejection.expected ?? null}, ${body}, ${held.run}, ${now})
      on conflict (source_id, stream_id, mark) where left_at is null do update set reason = excluded.reason,
        path = excluded.path, found = excluded.found, expected = excluded.expected, body = excluded.body,
        run_id = excluded.run_id, tries = quarantine.tries + 1
    `.execute(trx)
  }
}

/** What waited under these keys has been taken: it leaves the quarantine, its row stays as history. */
export async function quarantineSettled(
  trx: Transaction<Tables>,
  engine: Engine,
  held: Claim,
  keys: readonly string[],
  now: string,
): Promise<void> {
  if (keys.length === 0) return
  const marks = keys.map((key) => engine.box.hash(`key:${key}`, 'quarantine').toString('hex'))
  await sql`
    update quarantine set left_at = ${now}, left_because = 'TAKEN'
    where source_id = ${held.source} and stream_id = ${held.stream} and left_at is null
      and mark in (select decode(m, 'hex') from unnest(${marks}::text[]) m)
  `.execute(trx)
}

/** The record of a quarantine row as it came. */
export function quarantinedRecord(box: Box, body: Buffer): SourceRecord {
  return JSON.parse(gunzipSync(box.open(body, 'quarantine')).toString()) as SourceRecord
}

/** The record with its correction, where a clerk has made one: a JSON merge patch (RFC 7396) over the bytes that stay. */
export function correctedRecord(box: Box, body: Buffer, patch: Buffer | null): SourceRecord {
  const record = quarantinedRecord(box, body)
  if (patch === null) return record
  return mergePatch(record, JSON.parse(box.open(patch, 'quarantine patch').toString()) as Json) as SourceRecord
}

export function mergePatch(target: Json, patch: Json): Json {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  const merged = new Map<string, Json>(
    typeof target === 'object' && target !== null && !Array.isArray(target) ? Object.entries(target) : [],
  )
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name)
    else merged.set(name, mergePatch(merged.get(name) ?? null, value))
  }
  // fromEntries defines members, so that a name like __proto__ stays a member.
  return Object.fromEntries(merged)
}

/** The bytes of a quarantine row as JSON text, as they came. */
export const quarantinedText = (box: Box, body: Buffer): string => gunzipSync(box.open(body, 'quarantine')).toString()
