// The domain's tables, as its migration leaves them; tests/db/tables.test.ts compares them with the migrated database.
import type { Generated, GeneratedAlways } from 'kysely'

export interface PermitTable {
  id: GeneratedAlways<number>
  source_id: string
  stream_id: string
  key: string
  code: string
  kind: string
  subject: string | null
  agency_id: number | null
  agency_path: string
  holder: Buffer | null
  personal_tokens: Generated<string[]>
  issued_at: string | null
  search: string
  first_seen_at: string
  changed_at: string
  run_id: number
}
export interface PermitTables {
  permit: PermitTable
}

declare module '../../db/tables.ts' {
  interface Tables extends PermitTables {}
}
