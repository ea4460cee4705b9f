// Stores administrative procedures.
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
    [
      part.name.includes('\uFFFD') ? 1 : 0,
      part.audience === 'CITIZEN' ? 0 : part.audience === 'BUSINESS' ? 1 : 2,
      part.name,
      part.field,
      part.agency?.code,
    ].join(' ')
  const sorted = parts.toSorted((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0))
  const best = sorted[0]!
  const first = <V>(value: (part: ProcedureRecord) => V | null): V | null =>
    sorted.map(value).find((found) => found !== null) ?? null
  return {
    code: best.code,
    name: best.name,
    field:
      first((part) => (part.field?.includes('\uFFFD') === true ? null : part.field)) ?? first((part) => part.field),
    agency: first((part) => part.agency),
    audiences: ['CITIZEN', 'BUSINESS'].filter((audience) => parts.some((part) => part.audience === audience)),
  }
}

/** Procedures by code, made where they are first named; the parts of the catalogue say the rest. */
export async function resolveProcedures(
  trx: Transaction<Tables>,
  mentions: readonly ({ readonly code: string; readonly name: string | null; readonly field: string | null } | null)[],
): Promise<ReadonlyMap<string, number>> {
  // Of the names that mentions give the one that sorts first is kept, so that no order of reading matters.
  const named = new Map<string, NonNullable<(typeof mentions)[number]>>()
  for (const one of mentions) {
    const known = one === null ? undefined : named.get(one.code)
    if (one !== null && (known === undefined || nameOf(one) < nameOf(known))) named.set(one.code, one)
  }
  if (named.size === 0) return new Map()
  interface Known {
    readonly code: string
    readonly id: number
    readonly name: string
    readonly listed: boolean
  }
  const look = async (): Promise<Map<string, Known>> => {
    const { rows } = await sql<Known>`
      select code, id, name, exists (select 1 from procedure_part q where q.procedure_id = p.id) as listed
      from procedure p where code = any(${[...named.keys()]}::text[])
    `.execute(trx)
    return new Map(rows.map((row) => [row.code, row]))
  }
  const idsOf = (found: ReadonlyMap<string, Known>): ReadonlyMap<string, number> =>
    new Map([...found].map(([code, row]) => [code, row.id]))
  const found = await look()
  const news = [...named.values()]
    .filter((one) => {
      const known = found.get(one.code)
      if (known === undefined) return true
      return !known.listed && nameOf(one) < nameOf(known)
    })
    .toSorted((a, b) => (a.code < b.code ? -1 : 1))
  if (news.length === 0) return idsOf(found)
  await sql`
    insert into procedure as p (code, name, field)
    select code, coalesce(name, code), field from json_to_recordset(${JSON.stringify(news)}) as m(code text, name text, field text)
    on conflict (code) do update set name = excluded.name, field = coalesce(p.field, excluded.field)
    where not exists (select 1 from procedure_part q where q.procedure_id = p.id)
      and excluded.name <> p.code and (p.name = p.code or excluded.name < p.name)
  `.execute(trx)
  return idsOf(await look())
}

/** Sorts a mention without a name, or with nothing but its code for one, behind every name. */
const nameOf = (one: { readonly code: string; readonly name: string | null }): string =>
  one.name === null || one.name === one.code ? '\u{10FFFF}' : one.name

async function refold(trx: Transaction<Tables>, ids: readonly number[]): Promise<void> {
  const { rows } = await sql<{ procedure_id: number; source_id: string; body: ProcedureRecord }>`
    select procedure_id, source_id, body from procedure_part where procedure_id = any(${[...ids]}::bigint[])
    order by source_id, stream_id, key
  `.execute(trx)
  const parts = Map.groupBy(rows, (row) => row.procedure_id)
  const folded = [...parts].map(([id, group]) => ({ id, ...foldProcedure(group.map((row) => row.body)) }))
  // An id of an agency is a source's own: each source's mentions are resolved under it.
  const agencies = new Map<string, number>()
  for (const [source, group] of Map.groupBy(rows, (row) => row.source_id)) {
    const mentions = group.map((row) => row.body.agency)
    for (const [code, agency] of await resolveAgencies(trx, source, mentions)) agencies.set(code, agency.id)
  }
  await sql`
    update procedure p set name = f.name, field = coalesce(f.field, p.field), agency_id = f.agency_id, audiences = f.audiences
    from json_to_recordset(${JSON.stringify(
      folded.map(({ id, name, field, agency, audiences }) => ({
        id,
        name,
        field,
        agency_id: agency === null ? null : agencies.get(agency.code)!,
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

/** Lists are read side by side: of two that fold one procedure at once, neither would see the other's part. */
async function lockProcedures(trx: Transaction<Tables>): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('hub procedures'))`.execute(trx)
}

export const procedureSink: Sink<ProcedureRecord> = {
  async upsert(trx, changes) {
    await lockProcedures(trx)
    // Agencies are made before procedures everywhere, so that two streams do not wait for each other.
    await resolveAgencies(
      trx,
      changes[0]?.source ?? '',
      changes.map(({ record }) => record.agency),
    )
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
    const before = await sql<{ procedure_id: number }>`
      select p.procedure_id from procedure_part p
      join json_to_recordset(${JSON.stringify(parts)}) as g(source text, stream text, key text)
        on p.source_id = g.source and p.stream_id = g.stream and p.key = g.key
    `.execute(trx)
    await sql`
      insert into procedure_part (source_id, stream_id, key, procedure_id, body)
      select source, stream, key, procedure_id, body
      from json_to_recordset(${JSON.stringify(parts)}) as p(source text, stream text, key text, procedure_id bigint, body jsonb)
      on conflict (source_id, stream_id, key) do update set procedure_id = excluded.procedure_id, body = excluded.body
    `.execute(trx)
    await refold(trx, [...new Set([...parts, ...before.rows].map((part) => part.procedure_id))])
  },
  async remove(trx, removals) {
    await lockProcedures(trx)
    const { rows } = await sql<{ procedure_id: number }>`
      delete from procedure_part p
      using json_to_recordset(${JSON.stringify(removals)}) as g(source text, stream text, key text)
      where p.source_id = g.source and p.stream_id = g.stream and p.key = g.key returning p.procedure_id
    `.execute(trx)
    await refold(trx, [...new Set(rows.map((row) => row.procedure_id))])
  },
}
