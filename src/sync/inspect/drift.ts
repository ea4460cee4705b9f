// Drift: how the records of a stream differ from their known structure, and what the policy makes of that.
import { sql, type Transaction } from 'kysely'
import type { SourceRecord } from '../../contract/connector.ts'
import type { Tables } from '../../db/tables.ts'
import type { Claim } from '../queue/claim.ts'
import type { DriftPolicy, Engine, SourceSetup } from '../engine.ts'
import { StreamHalted } from './halt.ts'
import { note, type Outcome } from '../run/outcome.ts'
import {
  compare,
  enough,
  type Finding,
  learn,
  learningOf,
  newStructure,
  packed,
  type Structure,
  union,
  unpacked,
} from './record-structure.ts'

/** The structure as it was known when the run began, and as the run's records have changed it. */
export interface DriftState {
  readonly policy: DriftPolicy
  /** null while the stream's first run learns. */
  readonly known: Structure | null
  next: Structure
  /** The structure with the drift that waits for a person's confirmation; null when none does. */
  proposed: Structure | null
  readonly maps: readonly string[]
}

/** A finding in a page, and in how many of its records. */
type Drifts = Map<string, Finding & { records: number }>

export interface DriftFound {
  readonly outcomes: readonly Outcome[]
  /** Writes structure and drift in the page's transaction; null where nothing is new. */
  readonly keep: ((trx: Transaction<Tables>) => Promise<void>) | null
}

/** At most this many drifts of one stream wait for a person; further ones are not listed. */
const maxShown = 100
/** The same drift in rejected records counts from this many records on, and from this share of their page. */
const minRecords = 3
const minShare = 0.2

export function policyOf(source: Pick<SourceSetup, 'drift'>, stream: string): DriftPolicy {
  const { drift = 'accept' } = source
  if (typeof drift === 'string') return drift
  return drift[stream] ?? drift['*'] ?? 'accept'
}

/** The drift state of a run; it continues from what the run's former owner has learnt. */
export async function openDrift(engine: Pick<Engine, 'db'>, source: SourceSetup, claim: Claim): Promise<DriftState> {
  const { rows } = await sql<{ structure: unknown; proposed: unknown; learnt_by: number; learnt: boolean }>`
    select h.structure, h.proposed, h.learnt_by, s.last_success_at is not null as learnt
    from stream_structure h join stream s on s.source_id = h.source_id and s.id = h.stream_id
    where h.source_id = ${claim.source} and h.stream_id = ${claim.stream}
  `.execute(engine.db)
  const row = rows[0]
  const next = row === undefined ? newStructure() : unpacked(row.structure)
  const learnt = row !== undefined && row.learnt && row.learnt_by !== claim.run && next.seen >= enough
  return {
    policy: policyOf(source, claim.stream),
    known: learnt ? unpacked(row.structure) : null,
    next,
    proposed: row === undefined || row.proposed === null ? null : unpacked(row.proposed),
    maps: source.connector.manifest.streams[claim.stream]!.maps ?? [],
  }
}

/**
 * The page's outcomes under the stream's policy: `accept` takes the records and lists the drift,
 * `quarantine` lets them wait as DRIFT, `stop` throws StreamHalted before anything of the page is written.
 */
export function driftOf(
  state: DriftState,
  claim: Claim,
  outcomes: readonly Outcome[],
  records: readonly SourceRecord[],
  now: string,
): DriftFound {
  const { known } = state
  if (known === null) {
    const taken = outcomes.flatMap((one) => (one.do === 'store' ? [records[one.index]!] : []))
    return { outcomes, keep: learnt(state, taken) ? (trx) => keepStructure(trx, claim, state) : null }
  }
  const drifts: Drifts = new Map()
  const rejected: Drifts = new Map()
  const teaches: SourceRecord[] = []
  const waits: SourceRecord[] = []
  const judged = outcomes.map((one): Outcome => {
    const record = records[one.index]
    if (one.do === 'remove' || record === undefined) return one
    if (one.do === 'quarantine' && one.rejection.withoutBytes === true) return one
    const { findings, unsettled } = compare(known, record)
    for (const finding of findings) count(one.do === 'store' ? drifts : rejected, finding)
    if (one.do === 'quarantine') return one
    const [first] = findings
    if (first === undefined) {
      if (unsettled) teaches.push(record)
      return one
    }
    if (state.policy === 'accept') teaches.push(record)
    else waits.push(record)
    if (state.policy !== 'quarantine') return one
    const { path, found, expected } = first
    const rejection = {
      reject: 'DRIFT' as const,
      at: note(path),
      found: note(found),
      expected: expected ?? 'no such member',
    }
    return { do: 'quarantine', key: one.key, rejection, index: one.index }
  })
  for (const [name, finding] of rejected) {
    if (finding.records < minRecords || finding.records < minShare * records.length) continue
    drifts.set(name, { ...finding, records: finding.records + (drifts.get(name)?.records ?? 0) })
    const bearers = outcomes.flatMap((one) =>
      one.do === 'quarantine' && one.index < records.length ? [records[one.index]!] : [],
    )
    if (state.policy === 'accept') teaches.push(...bearers.filter((record) => shows(known, record, name)))
    else waits.push(...bearers.filter((record) => shows(known, record, name)))
  }
  const proposes = proposing(state, waits)
  const teaching = learnt(state, teaches)
  const keep = async (trx: Transaction<Tables>): Promise<void> => {
    await keepDrifts(trx, claim, drifts, now)
    if (teaching || proposes) await keepStructure(trx, claim, state)
  }
  if (state.policy === 'stop' && drifts.size > 0) throw new StreamHalted('DRIFT', message(claim, drifts), keep)
  return { outcomes: judged, keep: drifts.size > 0 || teaching || proposes ? keep : null }
}

const shows = (known: Structure, record: SourceRecord, name: string): boolean =>
  compare(known, record).findings.some((finding) => nameOf(finding) === name)

const nameOf = ({ kind, path, found }: Finding): string => `${kind} ${path} ${found}`

function count(drifts: Drifts, finding: Finding): void {
  const known = drifts.get(nameOf(finding))
  if (known === undefined) drifts.set(nameOf(finding), { ...finding, records: 1 })
  else known.records += 1
}

function learnt(state: DriftState, records: readonly SourceRecord[]): boolean {
  if (records.length === 0) return false
  const learning = learningOf(state.next, state.maps)
  for (const record of records) learn(state.next, record, learning)
  return learning.changed
}

function proposing(state: DriftState, records: readonly SourceRecord[]): boolean {
  if (records.length === 0) return false
  state.proposed ??= unpacked(packed(state.next))
  const learning = learningOf(state.proposed, state.maps)
  for (const record of records) learn(state.proposed, record, learning)
  return learning.changed
}

const message = (claim: Claim, drifts: Drifts): string => {
  const examples = [...drifts.values()].slice(0, 5).map(described).join('; ')
  return `${claim.source}: the records of ${claim.stream} have another structure: ${examples}; nothing is taken until a person confirms (hub resume ${claim.source})`
}

const described = ({ kind, path, found, expected, records }: Finding & { records: number }): string =>
  `${kind} ${note(path)}: found ${note(found)}${expected === null ? '' : `, expected ${note(expected)}`} (${records} records)`

/** Writes the structures of the run, joined with what a release has written meanwhile. */
async function keepStructure(trx: Transaction<Tables>, claim: Claim, state: DriftState): Promise<void> {
  const { rows } = await sql<{ structure: unknown; proposed: unknown }>`
    select structure, proposed from stream_structure
    where source_id = ${claim.source} and stream_id = ${claim.stream} for update
  `.execute(trx)
  const [row] = rows
  if (row !== undefined && state.known !== null) state.next = union(unpacked(row.structure), state.next)
  const proposed = state.proposed === null ? null : JSON.stringify(packed(state.proposed))
  await sql`
    insert into stream_structure (source_id, stream_id, structure, proposed, learnt_by)
    values (${claim.source}, ${claim.stream}, ${JSON.stringify(packed(state.next))}::json, ${proposed}::json, ${claim.run})
    on conflict (source_id, stream_id) do update set structure = excluded.structure, proposed = excluded.proposed,
      learnt_by = ${state.known === null ? claim.run : sql`stream_structure.learnt_by`}
  `.execute(trx)
}

/** A drift counts its records in the run that met it first. A confirmed drift that is met again is shown again. */
async function keepDrifts(trx: Transaction<Tables>, claim: Claim, drifts: Drifts, now: string): Promise<void> {
  if (drifts.size === 0) return
  const rows = [...drifts.values()].map((one) => ({
    kind: one.kind,
    path: note(one.path),
    found: note(one.found),
    expected: one.expected === null ? null : note(one.expected),
    records: one.records,
  }))
  await sql`
    insert into drift as d (source_id, stream_id, kind, path, found, expected, records, first_seen_at, run_id)
    select ${claim.source}, ${claim.stream}, r.kind, r.path, r.found, min(r.expected), sum(r.records), ${now}::timestamptz, ${claim.run}
    from json_to_recordset(${JSON.stringify(rows)}) as r(kind text, path text, found text, expected text, records bigint)
    where (select count(*) from drift where source_id = ${claim.source} and stream_id = ${claim.stream}
      and confirmed_at is null) < ${maxShown}
      or exists (select 1 from drift k where k.source_id = ${claim.source} and k.stream_id = ${claim.stream}
        and k.kind = r.kind and k.path = r.path and k.found = r.found)
    group by r.kind, r.path, r.found
    on conflict (source_id, stream_id, kind, path, found) do update set
      expected = excluded.expected,
      records = case when d.confirmed_at is not null then excluded.records
        when d.run_id = excluded.run_id then d.records + excluded.records else d.records end,
      first_seen_at = case when d.confirmed_at is null then d.first_seen_at else excluded.first_seen_at end,
      run_id = case when d.confirmed_at is null then d.run_id else excluded.run_id end,
      confirmed_at = null
  `.execute(trx)
}

/** A person has let a record with drift in: its structure is known from now on. Safe to repeat. */
export async function acceptStructure(
  trx: Transaction<Tables>,
  claim: Pick<Claim, 'source' | 'stream'>,
  record: SourceRecord,
  maps: readonly string[],
): Promise<void> {
  const { rows } = await sql<{ structure: unknown }>`
    select structure from stream_structure where source_id = ${claim.source} and stream_id = ${claim.stream} for update
  `.execute(trx)
  const [row] = rows
  if (row === undefined) return
  const structure = unpacked(row.structure)
  const findings = compare(structure, record).findings
  const learning = learningOf(structure, maps)
  learn(structure, record, learning)
  if (!learning.changed) return
  await sql`
    update stream_structure set structure = ${JSON.stringify(packed(structure))}::json
    where source_id = ${claim.source} and stream_id = ${claim.stream}
  `.execute(trx)
  for (const { kind, path, found } of findings) {
    await sql`
      update drift set confirmed_at = now() where source_id = ${claim.source} and stream_id = ${claim.stream}
        and kind = ${kind} and path = ${note(path)} and found = ${note(found)}
    `.execute(trx)
  }
}
