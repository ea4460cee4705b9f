// The quarantine: rejected records wait here, are tried again, corrected or taken back.
import { gunzipSync, gzipSync } from 'node:zlib'
import { sql, type Transaction } from 'kysely'
import type { Json, SourceRecord } from '../../contract/connector.ts'
import type { Keyring } from '../../db/encryption/keyring.ts'
import type { Tables } from '../../db/tables.ts'
import type { Claim } from '../queue/claim.ts'
import type { Engine } from '../engine.ts'
import type { Outcome } from '../run/outcome.ts'
import { likeOf, type RawPosition } from '../run/plan.ts'
import { isObject } from '../../transport/json-object.ts'

type Rejected = Outcome & { do: 'quarantine' }

const textOf = (records: readonly SourceRecord[], one: Rejected): string => JSON.stringify(records[one.index])

/** By what a rejected record is recognised when it comes again: its key, or its bytes where it has none. */
const markOf = (keyring: Keyring, one: Rejected, text: string): string =>
  keyring.hash(one.key === null ? `bytes:${text}` : `key:${one.key}`, 'quarantine').toString('hex')

/** The marks of keys under every key of encryption at hand, in hex. */
export const marksOf = (keyring: Keyring, keys: readonly string[]): string[] =>
  keys.flatMap((key) => keyring.hashes(`key:${key}`, 'quarantine').map((mark) => mark.toString('hex')))

/**
 * Rejected records wait with reason, path and sealed bytes; the same record counts as another try when it comes again. A
 * record out of raw (`from`) is older than what waits under its key, and leaves that as it is. A correction was made for the
 * bytes of that time: new bytes drop it (`renewed`).
 */
export async function quarantineRejected(
  trx: Transaction<Tables>,
  engine: Engine,
  claim: Claim,
  rejected: readonly Rejected[],
  records: readonly SourceRecord[],
  now: string,
  from: RawPosition | undefined,
  renewed: readonly string[],
): Promise<void> {
  if (rejected.length === 0) return
  const { keyring } = engine
  const rows = new Map<string, object>()
  for (const one of rejected) {
    const text = textOf(records, one)
    const mark = markOf(keyring, one, text)
    rows.set(mark, {
      key: one.key,
      mark,
      reason: one.rejection.reject,
      path: one.rejection.at,
      found: one.rejection.found ?? null,
      expected: one.rejection.expected ?? null,
      body: one.rejection.withoutBytes === true ? null : keyring.seal(gzipSync(text), 'quarantine').toString('base64'),
    })
  }
  await sql`
    insert into quarantine (source_id, stream_id, key, mark, reason, path, found, expected, body, run_id, seen_at)
    select ${claim.source}, ${claim.stream}, key, decode(mark, 'hex'), reason, path, found, expected,
      decode(body, 'base64'), ${claim.run}, ${now}
    from json_to_recordset(${JSON.stringify([...rows.values()])})
      as r(key text, mark text, reason text, path text, found text, expected text, body text)
    on conflict (source_id, stream_id, mark) where left_at is null ${
      from === undefined
        ? sql`do update set reason = excluded.reason, path = excluded.path, found = excluded.found,
            expected = excluded.expected, body = excluded.body, run_id = excluded.run_id, tries = quarantine.tries + 1
            ${withoutCorrection(renewed)}`
        : sql`do nothing`
    }
  `.execute(trx)
}

const withoutCorrection = (marks: readonly string[]) => {
  if (marks.length === 0) return sql``
  const renewed = sql`quarantine.mark in (select decode(m, 'hex') from unnest(${[...marks]}::text[]) m)`
  return sql`, patch = case when not ${renewed} then quarantine.patch end,
    patch_reason = case when not ${renewed} then quarantine.patch_reason end`
}

/** The outcome of records that were tried again out of quarantine: `waits` are their rows, one for each record. */
export interface TriedAgain {
  readonly waits: readonly number[]
  readonly taken: ReadonlySet<number>
  readonly rejected: readonly Rejected[]
}

/**
 * A record that is rejected again stays as it came, with its correction beside it and another try; a record that was taken
 * leaves. The corrected text that was tried is not the source's own and is not kept here.
 */
export async function quarantineTriedAgain(
  trx: Transaction<Tables>,
  claim: Claim,
  { waits, taken, rejected }: TriedAgain,
  now: string,
): Promise<void> {
  const again = new Map(rejected.map((one) => [one.index, one.rejection]))
  const rows = waits.map((id, index) => {
    const rejection = again.get(index)
    return {
      id,
      taken: taken.has(index),
      reason: rejection?.reject ?? null,
      path: rejection?.at ?? null,
      found: rejection?.found ?? null,
      expected: rejection?.expected ?? null,
      bare: rejection?.withoutBytes === true,
    }
  })
  await sql`
    update quarantine q set run_id = ${claim.run},
      reason = coalesce(r.reason, q.reason), path = coalesce(r.path, q.path),
      found = case when r.reason is null then q.found else r.found end,
      expected = case when r.reason is null then q.expected else r.expected end,
      body = case when not r.bare then q.body end, patch = case when not r.bare then q.patch end,
      tries = q.tries + case when r.taken then 0 else 1 end,
      left_at = case when r.taken then ${now}::timestamptz end,
      left_because = case when r.taken then case when q.patch is null then 'TAKEN' else 'CORRECTED' end end
    from json_to_recordset(${JSON.stringify(rows)})
      as r(id bigint, taken boolean, reason text, path text, found text, expected text, bare boolean)
    where q.id = r.id and q.left_at is null
  `.execute(trx)
}

export interface Corrected {
  readonly answered: ReadonlyMap<number, string>
  /** Marks, in hex, of what waits with a correction of other bytes than those that came now. */
  readonly renewed: readonly string[]
}

/**
 * Indexes in the page of records that a clerk has corrected and that come again byte for byte, with the keys under which they
 * are stored: their correction stays valid. It does not where the stored record was removed or renewed by its source since.
 */
export async function correctedBefore(
  trx: Transaction<Tables>,
  engine: Engine,
  claim: Claim,
  keyName: string,
  rejected: readonly Rejected[],
  records: readonly SourceRecord[],
): Promise<Corrected> {
  const { keyring } = engine
  const asked = new Map(
    claim.kind === 'REPLAY' ? [] : rejected.map((one) => [markOf(keyring, one, textOf(records, one)), one] as const),
  )
  if (asked.size === 0) return { answered: new Map(), renewed: [] }
  const { rows } = await sql<Known>`
    select distinct on (mark) mark, body, patch, left_because from quarantine
    where source_id = ${claim.source} and stream_id = ${claim.stream}
      and mark in (select decode(m, 'hex') from unnest(${[...asked.keys()]}::text[]) m)
    order by mark, id desc
  `.execute(trx)
  const comesAgain = ({ mark, body }: Known): boolean =>
    body !== null && quarantinedText(keyring, body) === textOf(records, asked.get(mark.toString('hex'))!)
  const renewed = rows.flatMap((row) =>
    row.left_because === null && row.patch !== null && !comesAgain(row) ? [row.mark.toString('hex')] : [],
  )
  const same = rows.flatMap(({ mark, body, patch, left_because }): [number, unknown][] => {
    const one = asked.get(mark.toString('hex'))!
    if (left_because !== 'CORRECTED' || body === null || one.rejection.withoutBytes === true) return []
    if (quarantinedText(keyring, body) !== textOf(records, one)) return []
    return [[one.index, correctedRecord(keyring, body, patch)[keyName]]]
  })
  if (same.length === 0) return { answered: new Map(), renewed }
  const standing = await sql<{ key: string }>`
    select r.key from record r join run w on w.id = r.run_id
    where r.source_id = ${claim.source} and r.stream_id = ${claim.stream} and r.removed_at is null
      and r.key = any(${same.map(([, key]) => key)}::text[]) and w.kind in ('RELEASE', 'REPLAY')
  `.execute(trx)
  const keys = new Set<unknown>(standing.rows.map((row) => row.key))
  return { answered: new Map(same.filter((one): one is [number, string] => keys.has(one[1]))), renewed }
}

interface Known {
  readonly mark: Buffer
  readonly body: Buffer | null
  readonly patch: Buffer | null
  readonly left_because: string | null
}

/** Ends the waiting of records whose keys the source has taken back; a key may have `*` for whole segments. */
export async function quarantineTakenBack(
  trx: Transaction<Tables>,
  claim: Claim,
  takenBack: readonly string[],
  now: string,
): Promise<void> {
  if (takenBack.length === 0) return
  const patterns = takenBack.filter((key) => key.includes('*'))
  await sql`
    update quarantine set left_at = ${now}, left_because = 'REMOVED'
    where source_id = ${claim.source} and stream_id = ${claim.stream} and left_at is null
      and (key = any(${[...takenBack]}::text[])
           ${patterns.length === 0 ? sql`` : sql`or key ~ ${likeOf(patterns)}`})
  `.execute(trx)
}

/** The record of a quarantine row as it came. */
export function quarantinedRecord(keyring: Keyring, body: Buffer): SourceRecord {
  return JSON.parse(gunzipSync(keyring.open(body, 'quarantine')).toString()) as SourceRecord
}

/** The record with its correction, where there is one: a JSON merge patch (RFC 7396) over the original bytes. */
export function correctedRecord(keyring: Keyring, body: Buffer, patch: Buffer | null): SourceRecord {
  const record = quarantinedRecord(keyring, body)
  if (patch === null) return record
  return mergePatch(record, JSON.parse(keyring.open(patch, 'quarantine patch').toString()) as Json) as SourceRecord
}

export function mergePatch(target: Json, patch: Json): Json {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  const merged = new Map<string, Json>(isObject<Json>(target) ? Object.entries(target) : [])
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name)
    else merged.set(name, mergePatch(merged.get(name) ?? null, value))
  }
  // fromEntries defines members, so that a name like __proto__ stays an ordinary member.
  return Object.fromEntries(merged)
}

/** The bytes of a quarantine row as JSON text, as they came. */
export const quarantinedText = (keyring: Keyring, body: Buffer): string =>
  gunzipSync(keyring.open(body, 'quarantine')).toString()
