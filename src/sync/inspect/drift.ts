// Drift: how the records of a stream differ from their known structure, and what the policy makes of that.
import { sql, type Transaction } from 'kysely'
import type { SourceRecord } from '../../contract/connector.ts'
import type { Tables } from '../../db/tables.ts'
import type { Claim } from '../queue/claim.ts'
import type { DriftPolicy, Engine, SourceSetup } from '../engine.ts'
import { StreamHalted } from './halt.ts'
import { note, type Outcome } from '../run/outcome.ts'
import { compare, type Finding } from './compare-structure.ts'
import { type Drifts, type DriftState, keepDrifts, keepStructure } from './keep-drift.ts'
import { learn, learningOf } from './learn-structure.ts'
import { enough, newStructure, packed, type Structure, unpacked } from './record-structure.ts'

export interface DriftFound {
  readonly outcomes: readonly Outcome[]
  /** Writes structure and drift in the page's transaction; null where nothing is new. */
  readonly keep: ((trx: Transaction<Tables>) => Promise<void>) | null
}

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
