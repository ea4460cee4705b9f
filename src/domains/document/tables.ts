// The domain's tables, as its migration leaves them; tests/db/tables.test.ts compares them with the migrated database.
import type { ColumnType, Generated, GeneratedAlways } from 'kysely'

type Json = ColumnType<unknown, string, string>

export interface DocumentTable {
  id: GeneratedAlways<number>
  source_id: string
  key: string
  code: string | null
  number: string | null
  notation: string | null
  type: string | null
  subject: string
  place: string | null
  promulgated_at: string | null
  due_at: string | null
  urgency: string
  signer: ColumnType<unknown, string | null, string | null>
  state: string
  sender_id: number | null
  identity: string
  fallback: string | null
  attachments: Generated<Json>
  search: string
  stream_id: string
  external_id: string
  first_seen_at: string
  changed_at: string
  source_updated_at: string | null
  run_id: number
}
export interface DocumentPartTable {
  source_id: string
  stream_id: string
  key: string
  seq: number
  identity: string
  fallback: string | null
  at: string
  body: Json
  first_seen_at: string
  changed_at: string
  run_id: number
}
export interface DocumentAgencyTable {
  document_id: number
  agency_id: number
  agency_path: string
  role: string
  seq: number
}
export interface DocumentExchangeTable {
  document_id: number
  at: string
  status: string
  agency_id: number | null
  note: string | null
  seq: number
}
export interface DocumentResponseTable {
  document_id: number
  identity: string
  fallback: string | null
  seq: number
}
export interface DocumentTables {
  document: DocumentTable
  document_part: DocumentPartTable
  document_agency: DocumentAgencyTable
  document_exchange: DocumentExchangeTable
  document_response: DocumentResponseTable
}

declare module '../../db/tables.ts' {
  interface Tables extends DocumentTables {}
}
