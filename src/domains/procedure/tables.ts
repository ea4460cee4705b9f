// The domain's tables, as its migration leaves them; tests/db/tables.test.ts compares them with the migrated database.
import type { ColumnType, Generated, GeneratedAlways } from 'kysely'

type Json = ColumnType<unknown, string, string>

export interface ProcedureTable {
  id: GeneratedAlways<number>
  code: string
  name: string
  field: string | null
  agency_id: number | null
  audiences: Generated<string[]>
  search: GeneratedAlways<string>
}
export interface ProcedurePartTable {
  source_id: string
  stream_id: string
  key: string
  procedure_id: number
  body: Json
}
export interface ProcedureTables {
  procedure: ProcedureTable
  procedure_part: ProcedurePartTable
}

declare module '../../db/tables.ts' {
  interface Tables extends ProcedureTables {}
}
