// The domain's tables, as its migration leaves them; tests/db/tables.test.ts compares them with the migrated database.
import type { Generated, GeneratedAlways } from 'kysely'

export interface AgencyTable {
  id: GeneratedAlways<number>
  code: string
  other_codes: Generated<string[]>
  name: string
  parent_id: number | null
  path: string
  path_end: GeneratedAlways<string>
  unit_id: number | null
  search: GeneratedAlways<string>
}
export interface AgencyCodeTable {
  code: string
  agency_id: number
}
export interface AgencyLinkTable {
  table_name: string
  column_name: string
  names_by: string
  path_column: string | null
  source_column: string | null
  path_function: string | null
  unique_columns: string[] | null
  on_forget: string
  merge_function: string | null
  names_function: string | null
}
export interface AgencyExternalTable {
  source_id: string
  external_id: string
  agency_id: number
}
export interface AgencyPartTable {
  source_id: string
  stream_id: string
  key: string
  agency_id: number
  code: string
  name: string
  parent_code: string | null
}
export interface AgencyTables {
  agency: AgencyTable
  agency_code: AgencyCodeTable
  agency_link: AgencyLinkTable
  agency_external: AgencyExternalTable
  agency_part: AgencyPartTable
}

declare module '../../db/tables.ts' {
  interface Tables extends AgencyTables {}
}
