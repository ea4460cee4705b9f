// Stores reports, indicators and observations.
import { sql, type Transaction } from 'kysely'
import type { ObservationRecord, ReportRecord } from '../../contract/entity.ts'
import { removeRows } from '../../db/remove-rows.ts'
import type { Refusal, Sink } from '../../db/sink.ts'
import type { Tables } from '../../db/tables.ts'
import { foldText } from '../../graph/sql/words.ts'
import { mentionKey, splitUnits } from '../administrative-unit/index.ts'
import { resolveAgencies } from '../agency/index.ts'

export const reportSink: Sink<ReportRecord> = {
  async upsert(trx, changes) {
    const first = changes[0]
    if (first === undefined) return
    const agencies = await resolveAgencies(
      trx,
      first.source,
      changes.map(({ record }) => record.agency),
    )
    const rows = changes.map(({ key, record, run, firstSeenAt, changedAt }) => ({
      key,
      code: record.code,
      title: record.title,
      regime: record.regime,
      period_code: record.period.code,
      period_from: record.period.from,
      period_to: record.period.to,
      agency_id: agencies.get(record.agency.code)!.id,
      agency_path: agencies.get(record.agency.code)!.path,
      agency_code: record.agency.code,
      due_at: record.dueAt,
      submitted_at: record.submittedAt,
      search: foldText(`${record.code} ${record.title} ${record.period.code}`),
      first_seen_at: firstSeenAt,
      changed_at: changedAt,
      run_id: run,
    }))
    await sql`
      insert into report (source_id, stream_id, key, code, title, regime, period_code, period_from, period_to, agency_id,
        agency_path, agency_code, due_at, submitted_at, search, first_seen_at, changed_at, run_id)
      select ${first.source}, ${first.stream}, r.* from json_to_recordset(${JSON.stringify(rows)}) as r(key text, code text,
        title text, regime text, period_code text, period_from date, period_to date, agency_id bigint, agency_path text,
        agency_code text, due_at timestamptz, submitted_at timestamptz, search text, first_seen_at timestamptz,
        changed_at timestamptz, run_id bigint)
      on conflict (source_id, stream_id, key) do update set code = excluded.code, title = excluded.title,
        regime = excluded.regime, period_code = excluded.period_code, period_from = excluded.period_from,
        period_to = excluded.period_to, agency_id = excluded.agency_id, agency_path = excluded.agency_path,
        agency_code = excluded.agency_code, due_at = excluded.due_at, submitted_at = excluded.submitted_at,
        search = excluded.search, changed_at = excluded.changed_at, run_id = excluded.run_id
    `.execute(trx)
  },
  remove: (trx, removals) => removeRows(trx, 'report', removals),
}

export const observationSink: Sink<ObservationRecord> = {
  async upsert(trx, changes) {
    const first = changes[0]
    if (first === undefined) return
    const indicators = await resolveIndicators(
      trx,
      changes.map(({ record }) => record.indicator),
    )
    const rows = changes.map(({ key, record, run, firstSeenAt, changedAt }) => ({
      key,
      indicator_id: indicators.get(record.indicator.code)!,
      indicator_name: record.indicator.name,
      indicator_unit: record.indicator.unit,
      area_code: record.areaCode,
      area_name: record.areaName,
      dimensions: record.dimensions,
      period_code: record.period.code,
      period_from: record.period.from,
      period_to: record.period.to,
      value: record.value,
      unit: record.unit,
      multiplier: record.multiplier,
      status: record.status,
      report_key: record.report === null ? null : reportKey(record.report),
      first_seen_at: firstSeenAt,
      changed_at: changedAt,
      run_id: run,
    }))
    // An area's code belongs to the unit that bore it when the period ended; a name without a code to the only bearer then.
    await sql`
      insert into observation (source_id, stream_id, key, indicator_id, indicator_name, indicator_unit, area_code, area_id,
        dimensions, period_code, period_from, period_to, value, unit, multiplier, status, report_key, first_seen_at,
        changed_at, run_id)
      select ${first.source}, ${first.stream}, r.key, r.indicator_id, r.indicator_name, r.indicator_unit,
        coalesce(r.area_code, u.code), u.id, r.dimensions, r.period_code, r.period_from, r.period_to, r.value, r.unit,
        r.multiplier, r.status, r.report_key, r.first_seen_at, r.changed_at, r.run_id
      from json_to_recordset(${JSON.stringify(rows)}) as r(key text, indicator_id bigint, indicator_name text,
        indicator_unit text, area_code text, area_name text, dimensions jsonb, period_code text, period_from date,
        period_to date, value numeric, unit text, multiplier integer, status text, report_key text,
        first_seen_at timestamptz, changed_at timestamptz, run_id bigint)
      left join lateral (
        select min(a.id) as id, min(a.code) as code from administrative_unit a
        where (a.code = r.area_code or (r.area_code is null and a.name = r.area_name))
          and coalesce(a.valid_from, '-infinity') <= r.period_to and r.period_to < coalesce(a.valid_to, 'infinity')
        having count(*) = 1
      ) u on true
      on conflict (source_id, stream_id, key) do update set indicator_id = excluded.indicator_id,
        indicator_name = excluded.indicator_name, indicator_unit = excluded.indicator_unit,
        area_code = excluded.area_code, area_id = excluded.area_id, dimensions = excluded.dimensions,
        period_code = excluded.period_code, period_from = excluded.period_from, period_to = excluded.period_to,
        value = excluded.value, unit = excluded.unit, multiplier = excluded.multiplier, status = excluded.status,
        report_key = excluded.report_key, changed_at = excluded.changed_at, run_id = excluded.run_id
    `.execute(trx)
  },
  remove: (trx, removals) => removeRows(trx, 'observation', removals),
  async refuse(trx, records) {
    const located = records.flatMap(({ key, record: { areaCode, period } }) =>
      areaCode === null ? [] : [{ key, unit: { code: areaCode, on: period.to } }],
    )
    const split = await splitUnits(
      trx,
      located.map(({ unit }) => unit),
    )
    return new Map(
      located.flatMap(({ key, unit }): [string, Refusal][] => {
        const successors = split.get(mentionKey(unit))
        if (successors === undefined) return []
        return [
          [key, { reject: 'AMBIGUOUS', at: 'areaCode', found: unit.code, expected: `one of ${successors.join(', ')}` }],
        ]
      }),
    )
  },
}

/** What ties an observation to the report that it came in; the report may be read before or after. */
export const reportKey = (report: {
  readonly code: string
  readonly agencyCode: string
  readonly periodCode: string
}): string => `${report.code}|${report.agencyCode}|${report.periodCode}`

/** Indicators by code; the name that sorts first of those that sources give, so that it rests on no order of reading. */
async function resolveIndicators(
  trx: Transaction<Tables>,
  mentions: readonly ObservationRecord['indicator'][],
): Promise<ReadonlyMap<string, number>> {
  const named = new Map<string, ObservationRecord['indicator']>()
  for (const one of mentions) {
    const known = named.get(one.code)
    if (known === undefined || known.name === null || (one.name !== null && one.name < known.name))
      named.set(one.code, one)
  }
  const given = [...named.values()].toSorted((a, b) => (a.code < b.code ? -1 : 1))
  await sql`
    insert into indicator as i (code, name, unit)
    select code, coalesce(name, code), unit from json_to_recordset(${JSON.stringify(given)}) as g(code text, name text, unit text)
    on conflict (code) do update set name = excluded.name, unit = coalesce(excluded.unit, i.unit)
    where (excluded.name <> i.name and excluded.name <> excluded.code and (i.name = i.code or excluded.name < i.name))
      or (i.unit is null and excluded.unit is not null)
  `.execute(trx)
  const { rows } = await sql<{ code: string; id: number }>`
    select code, id from indicator where code = any(${given.map((one) => one.code)}::text[])
  `.execute(trx)
  return new Map(rows.map((row) => [row.code, row.id]))
}
