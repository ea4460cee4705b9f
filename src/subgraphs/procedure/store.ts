import { sql, type Transaction } from 'kysely'
import type { ProcedureRecord } from '../../contract/entity.ts'
import type { Sink } from '../../db/sink.ts'
import type { Tables } from '../../db/tables.ts'
import { resolveAgencies } from '../agency/index.ts'

/** A procedure's parts folded to one, by a rule that knows neither their order nor their time. */
export function foldProcedure(
  parts: readonly ProcedureRecord[],
): Omit<ProcedureRecord, 'audience'> & { audiences: string[] } {
  const rank = (part: ProcedureRecord): string =>
    // A name that the list could not write (U+FFFD) yields to a clean one; then the citizens' list leads.
    `${part.name.includes('\uFFFD') ? 1 : 0}${part.audience === 'CITIZEN' ? 0 : part.audience === 'BUSINESS' ? 1 : 2}${part.name}`
  const sorted = parts.toSorted((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0))
  const best = sorted[0]!
  const first = <V>(value: (part: ProcedureRecord) => V | null): V | null =>
    sorted.map(value).find((found) => found !== null) ?? null
  return {
    code: best.code,
    name: best.name,
    field: first((part) => part.field),
    agency: first((part) => part.agency),
    audiences: ['CITIZEN', 'BUSINESS'].filter((audience) => parts.some((part) => part.audience === audience)),
  }
}

/** Procedures by code, made where they are first named; the parts of the catalogue say the rest. */
export async function resolveProcedures(
  trx: Transaction<Tables>,
  mentions: readonly ({ readonly code: string; readonly name: string | null; readonly field: string | null } | null)[],
): Promise<ReadonlyMap<string, number>> {
  const named = new Map(mentions.flatMap((one) => (one === null ? [] : [[one.code, one] as const])))
  if (named.size === 0) return new Map()
  const look = async (): Promise<Map<string, number>> => {
    const { rows } = await sql<{ code: string; id: number }>`
      select code, id from procedure where code = any(${[...named.keys()]}::text[])
    `.execute(trx)
    return new Map(rows.map((row) => [row.code, row.id]))
  }
  const found = await look()
  const missing = [...named.values()]
    .filter((one) => !found.has(one.code))
    .toSorted((a, b) => (a.code < b.code ? -1 : 1))
  if (missing.length === 0) return found
  await sql`
    insert into procedure (code, name, field)
    select code, coalesce(name, code), field from json_to_recordset(${JSON.stringify(missing)}) as m(code text, name text, field text)
    on conflict do nothing
  `.execute(trx)
  return look()
}

async function refold(trx: Transaction<Tables>, ids: readonly number[]): Promise<void> {
  const { rows } = await sql<{ procedure_id: number; source_id: string; body: ProcedureRecord }>`
    select procedure_id, source_id, body from procedure_part where procedure_id = any(${[...ids]}::bigint[])
    order by source_id, stream_id, key
  `.execute(trx)
  const parts = Map.groupBy(rows, (row) => row.procedure_id)
  const folded = [...parts].map(([id, group]) => ({
    id,
    source: group[0]!.source_id,
    ...foldProcedure(group.map((row) => row.body)),
  }))
  const agencies = await resolveAgencies(
    trx,
    folded[0]?.source ?? '',
    folded.map((one) => one.agency),
  )
  await sql`
    update procedure p set name = f.name, field = coalesce(f.field, p.field), agency_id = f.agency_id, audiences = f.audiences
    from json_to_recordset(${JSON.stringify(
      folded.map(({ id, name, field, agency, audiences }) => ({
        id,
        name,
        field,
        agency_id: agency === null ? null : agencies.get(agency.code)!.id,
        audiences,
      })),
    )}) as f(id bigint, name text, field text, agency_id bigint, audiences text[])
    where p.id = f.id
  `.execute(trx)
  const empty = ids.filter((id) => !parts.has(id))
  // A procedure that dossiers still name stays, without audiences; one that nothing names goes with its last part.
  await sql`
    delete from procedure p where p.id = any(${empty}::bigint[])
      and not exists (select 1 from dossier d where d.procedure_id = p.id)
  `.execute(trx)
  await sql`update procedure set audiences = '{}' where id = any(${empty}::bigint[])`.execute(trx)
}

export const procedureSink: Sink<ProcedureRecord> = {
  async upsert(trx, changes) {
    const ids = await resolveProcedures(
      trx,
      changes.map(({ record }) => ({ code: record.code, name: record.name, field: record.field })),
    )
    const parts = changes.map(({ source, stream, key, record }) => ({
      source,
      stream,
      key,
      procedure_id: ids.get(record.code)!,
      body: record,
    }))
    await sql`
      insert into procedure_part (source_id, stream_id, key, procedure_id, body)
      select source, stream, key, procedure_id, body
      from json_to_recordset(${JSON.stringify(parts)}) as p(source text, stream text, key text, procedure_id bigint, body jsonb)
      on conflict (source_id, stream_id, key) do update set procedure_id = excluded.procedure_id, body = excluded.body
    `.execute(trx)
    await refold(trx, [...new Set(parts.map((part) => part.procedure_id))])
  },
  async remove(trx, removals) {
    const { rows } = await sql<{ procedure_id: number }>`
      delete from procedure_part p
      using json_to_recordset(${JSON.stringify(removals)}) as g(source text, stream text, key text)
      where p.source_id = g.source and p.stream_id = g.stream and p.key = g.key returning p.procedure_id
    `.execute(trx)
    await refold(trx, [...new Set(rows.map((row) => row.procedure_id))])
  },
}
