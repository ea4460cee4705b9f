// Writes the known structure of a stream and the drift that was found.
import { sql, type Transaction } from 'kysely'
import type { SourceRecord } from '../../contract/connector.ts'
import type { Tables } from '../../db/tables.ts'
import type { Claim } from '../queue/claim.ts'
import type { DriftPolicy } from '../engine.ts'
import { note } from '../run/outcome.ts'
import { compare, type Finding } from './compare-structure.ts'
import { learn, learningOf } from './learn-structure.ts'
import { packed, type Structure, union, unpacked } from './record-structure.ts'

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
export type Drifts = Map<string, Finding & { records: number }>

/** At most this many drifts of one stream wait for a person; further ones are not listed. */
const maxShown = 100

/** Writes the structures of the run, joined with what a release has written meanwhile. */
export async function keepStructure(trx: Transaction<Tables>, claim: Claim, state: DriftState): Promise<void> {
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
export async function keepDrifts(trx: Transaction<Tables>, claim: Claim, drifts: Drifts, now: string): Promise<void> {
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
