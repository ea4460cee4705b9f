// The domain's tables, as its migration leaves them; tests/db/tables.test.ts compares them with the migrated database.
import type { GeneratedAlways } from 'kysely'

export interface AdministrativeUnitTable {
  id: GeneratedAlways<number>
  code: string
  name: string
  kind: string
  parent_id: number | null
  valid_from: string | null
  valid_to: string | null
  search: GeneratedAlways<string>
}
export interface UnitChangeTable {
  from_id: number
  to_id: number
  whole: boolean
  note: string | null
}
export interface AdministrativeUnitTables {
  administrative_unit: AdministrativeUnitTable
  unit_change: UnitChangeTable
}

declare module '../../db/tables.ts' {
  interface Tables extends AdministrativeUnitTables {}
}
