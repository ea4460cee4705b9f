// Where reports and observations come from: the type mappings.
import type { ReportState } from '../../generated/schema.ts'
import { agencyFilter, textFilter } from '../../graph/sql/filter.ts'
import { wordsFilter } from '../../graph/sql/words.ts'
import {
  column,
  connection,
  globalId,
  group,
  json,
  keyedBySource,
  ofSubtree,
  one,
  type Order,
  type RowSql,
  type TypeMapping,
  value,
  withinAgency,
} from '../../graph/schema/type-mapping.ts'

/** What ties observations to the report that they came in; as the store writes it, and indexed. */
const reportKey = (row: string): string => `(${row}.code || '|' || ${row}.agency_code || '|' || ${row}.period_code)`

const byPeriod = (descending: boolean): Order => ({ by: (row) => `${row}.period_from`, type: 'date', descending })
const byDue = (descending: boolean): Order => ({
  by: (row) => `coalesce(${row}.due_at, '-infinity'::timestamptz)`,
  type: 'timestamptz',
  descending,
})

/** EXPECTED until it comes or its deadline passes; LATE without it or when it came after; SUBMITTED in time. */
const state: RowSql = (row, scope) => `case
  when ${row}.submitted_at is null then
    case when ${row}.due_at < ${scope.statement.value(scope.now, 'timestamptz')} then 'LATE' else 'EXPECTED' end
  when ${row}.submitted_at > ${row}.due_at then 'LATE' else 'SUBMITTED' end`

export const reportMapping: TypeMapping = {
  type: 'Report',
  table: 'report',
  rows: withinAgency('report:read'),
  id: keyedBySource,
  fields: {
    id: globalId('Report', keyedBySource.sql),
    code: column('code'),
    title: column('title'),
    regime: column('regime'),
    period: group('Period'),
    agency: one('Agency', (row, other) => `${other}.id = ${row}.agency_id`),
    dueAt: column('due_at'),
    submittedAt: column('submitted_at'),
    state: value(state),
    observations: connection(
      'Observation',
      (row, other) => `${other}.source_id = ${row}.source_id
        and ${other}.report_key = ${reportKey(row)}`,
    ),
    provenance: group('Provenance'),
  },
  orders: {
    PERIOD_ASC: byPeriod(false),
    PERIOD_DESC: byPeriod(true),
    DUE_AT_ASC: byDue(false),
    DUE_AT_DESC: byDue(true),
  },
  defaultOrder: byPeriod(true),
  filters: {
    agency: agencyFilter((row) => `${row}.agency_path`),
    code: textFilter((row) => `${row}.code`),
    period: textFilter((row) => `${row}.period_code`),
    state: (row, wanted: ReportState, scope) => `(${state(row, scope)}) = ${scope.statement.value(wanted, 'text')}`,
  },
  search: { as: 'REPORT', sql: (row) => `${row}.search` },
}

export const agencyPart: TypeMapping = { type: 'Agency', fields: { reports: connection('Report', ofSubtree) } }

export const periodMapping: TypeMapping = {
  type: 'Period',
  fields: { code: column('period_code'), from: column('period_from'), to: column('period_to') },
}

export const indicatorMapping: TypeMapping = {
  type: 'Indicator',
  table: 'indicator',
  id: { sql: (row) => `${row}.code`, find: (row, wanted) => `${row}.code = ${wanted}` },
  keys: [{ fields: 'code', find: (row, [code]) => `${row}.code = ${code}` }],
  fields: {
    id: globalId('Indicator', (row) => `${row}.code`),
    code: column('code'),
    name: column('name'),
    unit: column('unit'),
    observations: connection('Observation', (row, other) => `${other}.indicator_id = ${row}.id`),
  },
  defaultOrder: { by: (row) => `${row}.code`, type: 'text', descending: false },
  filters: {
    code: textFilter((row) => `${row}.code`),
    text: wordsFilter((row) => `${row}.search`),
  },
  search: { as: 'INDICATOR', sql: (row) => `${row}.search` },
}

/** Open are the observations of no report and of a submitted one; those of another are seen with the report. */
const observed: RowSql = (row, scope) => `(${row}.report_key is null or exists (select 1 from report_reach r
  where r.source_id = ${row}.source_id and r.report_key = ${row}.report_key
    and (r.submitted or ${withinAgency('report:read')('r', scope)})))`

export const observationMapping: TypeMapping = {
  type: 'Observation',
  table: 'observation',
  rows: observed,
  id: keyedBySource,
  fields: {
    id: globalId('Observation', keyedBySource.sql),
    indicator: one('Indicator', (row, other) => `${other}.id = ${row}.indicator_id`),
    area: one('AdministrativeUnit', (row, other) => `${other}.id = ${row}.area_id`),
    areaCode: column('area_code'),
    dimensions: json('dimensions'),
    period: group('Period'),
    value: value((row) => `${row}.value::text`),
    unit: column('unit'),
    multiplier: column('multiplier'),
    status: column('status'),
    provenance: group('Provenance'),
  },
  orders: { PERIOD_ASC: byPeriod(false), PERIOD_DESC: byPeriod(true) },
  defaultOrder: byPeriod(true),
  filters: {
    indicator: textFilter(
      (row) => `${row}.code`,
      (row, test) => `${row}.indicator_id in (select i.id from indicator i where ${test('i')})`,
    ),
    area: textFilter((row) => `${row}.area_code`),
    period: textFilter((row) => `${row}.period_code`),
    source: textFilter((row) => `${row}.source_id`),
  },
}

export const reportRoot: TypeMapping = {
  type: 'Query',
  fields: {
    reports: connection('Report'),
    indicators: connection('Indicator'),
    observations: connection('Observation'),
  },
}
