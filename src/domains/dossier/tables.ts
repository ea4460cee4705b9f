// The domain's tables, as its migration leaves them; tests/db/tables.test.ts compares them with the migrated database.
import type { ColumnType, Generated, GeneratedAlways } from 'kysely'

type Json = ColumnType<unknown, string, string>

export interface DossierTable {
  id: GeneratedAlways<number>
  source_id: string
  stream_id: string
  key: string
  code: string
  procedure_id: number | null
  agency_id: number | null
  agency_path: string
  status: string
  channel: string | null
  subject: string | null
  applicant: Buffer | null
  personal_tokens: Generated<string[]>
  received_at: string | null
  due_at: string | null
  due_limit: string | null
  finished_at: string | null
  returned_at: string | null
  processing_days: number | null
  fees: Generated<Json>
  results: Generated<Json>
  search: string
  first_seen_at: string
  changed_at: string
  source_updated_at: string | null
  run_id: number
}
export interface DossierEventTable {
  dossier_id: number
  at: string
  status: string
  agency_id: number | null
  officer: string | null
  note: string | null
  observed: boolean
  seq: number
}
export interface DossierDueDateTable {
  dossier_id: number
  due_at: string
  since: string
  seq: number
}
export interface DossierPublishedTable {
  dossier_id: number
  agency_id: number | null
  agency_path: string
  procedure_id: number | null
  status: string
  received_at: string | null
  due_limit: string | null
  finished_at: string | null
  processing_days: number | null
  overdue: boolean
}
export interface DossierReleasedCellTable {
  grouped: string
  agency_id: number
  month: string
  value: string
  count: number
  overdue_released: boolean
  rate_released: boolean
}
export interface CalendarDayTable {
  day: string
  kind: string
  name: string | null
  source: string
}
export interface DossierTables {
  dossier: DossierTable
  dossier_event: DossierEventTable
  dossier_due_date: DossierDueDateTable
  dossier_published: DossierPublishedTable
  dossier_released_cell: DossierReleasedCellTable
  calendar_day: CalendarDayTable
}

declare module '../../db/tables.ts' {
  interface Tables extends DossierTables {}
}
