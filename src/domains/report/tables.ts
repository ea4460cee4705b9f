// The domain's tables, as its migration leaves them; tests/db/tables.test.ts compares them with the migrated database.
import type { ColumnType, Generated, GeneratedAlways } from 'kysely'

type Json = ColumnType<unknown, string, string>

export interface ReportTable {
  id: GeneratedAlways<number>
  source_id: string
  stream_id: string
  key: string
  code: string
  title: string
  regime: string | null
  period_code: string
  period_from: string
  period_to: string
  agency_id: number | null
  agency_path: string
  agency_code: string
  due_at: string | null
  submitted_at: string | null
  search: string
  first_seen_at: string
  changed_at: string
  run_id: number
}
export interface IndicatorTable {
  id: GeneratedAlways<number>
  code: string
  name: string
  unit: string | null
  search: GeneratedAlways<string>
}
export interface ObservationTable {
  id: GeneratedAlways<number>
  source_id: string
  stream_id: string
  key: string
  indicator_id: number
  indicator_name: string | null
  indicator_unit: string | null
  area_code: string | null
  area_id: number | null
  dimensions: Generated<Json>
  period_code: string
  period_from: string
  period_to: string
  value: string | null
  unit: string | null
  multiplier: number | null
  status: string | null
  report_key: string | null
  first_seen_at: string
  changed_at: string
  run_id: number
}
export interface ReportTables {
  report: ReportTable
  indicator: IndicatorTable
  observation: ObservationTable
}

declare module '../../db/tables.ts' {
  interface Tables extends ReportTables {}
}
