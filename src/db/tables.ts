import type { ColumnType, Generated, GeneratedAlways } from 'kysely'

// The tables as the migrations leave them; tests/db/tables.test.ts compares this file with the migrated database.
// timestamptz and date come as ISO text in Vietnam's time, numeric as text, bigint as a safe number.

type Json = ColumnType<unknown, string, string>

export interface SourceTable {
  id: string
  connector: string
  title: string
  agency_code: string
  agency_path: Generated<string>
  schedule: string
  timezone: string
  configured: Generated<boolean>
  paused_at: string | null
  created_at: Generated<string>
  census: string | null
}
export interface StreamTable {
  source_id: string
  id: string
  entity: string
  kind: string
  checkpoint: string | null
  due_at: string | null
  run_id: number | null
  lease_owner: string | null
  lease_pid: number | null
  lease_backend_start: string | null
  lease_until: string | null
  lease_epoch: Generated<number>
  record_count: Generated<number>
  last_success_at: string | null
  failing_since: string | null
  held_at: string | null
  held_reason: string | null
  census_due_at: string | null
  census_run_id: number | null
}
export interface RunTable {
  id: GeneratedAlways<number>
  source_id: string
  stream_id: string
  kind: string
  range: Json
  position: string | null
  state: string
  requested_at: Generated<string>
  started_at: string | null
  finished_at: string | null
  pages: Generated<number>
  read: Generated<number>
  written: Generated<number>
  unchanged: Generated<number>
  removed: Generated<number>
  rejected: Generated<number>
  failure_code: string | null
  failure_message: string | null
  advanced_at: string | null
  tries: Generated<number>
  pass: Generated<number>
  expected: number | null
  found: number | null
  missing: Generated<number>
  left_over: number | null
  disorder: Generated<number>
}
export interface RunSeenTable {
  run_id: number
  key: string
}
export interface RawPageTable {
  id: GeneratedAlways<number>
  run_id: number
  source_id: string
  stream_id: string
  page: number
  body: Buffer
  at: Generated<string>
}
export interface RecordTable {
  source_id: string
  stream_id: string
  key: string
  hash: Buffer
  raw_page_id: number
  raw_index: number
  run_id: number
  first_seen_at: string
  changed_at: string
  removed_at: string | null
  removed_because: string | null
  version: Generated<number>
  revived_at: string | null
  identity: Buffer | null
  source_changed_at: string | null
}
export interface ChangeTable {
  seq: GeneratedAlways<number>
  xid: Generated<string>
  entity: string
  source_id: string
  stream_id: string
  key: string
  kind: string
  run_id: number
  at: Generated<string>
}
export interface FeedTable {
  single: Generated<boolean>
  epoch: Generated<string>
  pruned_xid: Generated<string>
  pruned_seq: Generated<number>
}
export interface StreamStructureTable {
  source_id: string
  stream_id: string
  structure: Json
  proposed: ColumnType<unknown, string | null, string | null> | null
  learnt_by: number
}
export interface DriftTable {
  source_id: string
  stream_id: string
  kind: string
  path: string
  found: string
  expected: string | null
  records: number
  first_seen_at: string
  run_id: number
  confirmed_at: string | null
}
export interface QuarantineTable {
  id: GeneratedAlways<number>
  source_id: string
  stream_id: string
  key: string | null
  mark: Buffer
  reason: string
  path: string
  found: string | null
  expected: string | null
  body: Buffer | null
  patch: Buffer | null
  patch_reason: string | null
  run_id: number
  seen_at: string
  tries: Generated<number>
  left_at: string | null
  left_because: string | null
}
export interface AcknowledgementTable {
  source_id: string
  stream_id: string
  key: string
  tries: Generated<number>
  created_at: Generated<string>
}
export interface AccessEntryTable {
  /** Its place in the chain, without gaps. */
  id: number
  at: string
  caller: string
  issuer: string | null
  token: string | null
  subject: string | null
  field: string
  purpose: string | null
  legal_basis: string | null
  key_id: number
  mac: Buffer
}
export interface AuditKeyTable {
  id: number
  sealed: Buffer
  made_at: Generated<string>
}
export interface AccessHeadTable {
  single: Generated<boolean>
  key_id: number
  seq: number
  mac: Buffer
  base_seq: number
  base_mac: Buffer
  seal: Buffer
}
export interface RevocationTable {
  kind: string
  value: string
  revoked_at: Generated<string>
  expires_at: string | null
}
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
export interface CalendarDayTable {
  day: string
  kind: string
  name: string | null
  source: string
}
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
export interface CameraTable {
  id: GeneratedAlways<number>
  source_id: string
  stream_id: string
  key: string
  code: string
  name: string | null
  manufacturer: string | null
  model: string | null
  firmware: string | null
  serial_number: string | null
  agency_id: number | null
  agency_path: string
  unit_id: number | null
  latitude: number | null
  longitude: number | null
  online: boolean | null
  observed_at: string | null
  profiles: Generated<Json>
  search: string
  first_seen_at: string
  changed_at: string
  run_id: number
}
export interface CameraEventTable {
  id: GeneratedAlways<number>
  source_id: string
  stream_id: string
  key: string
  camera_code: string
  kind: string
  label: string | null
  from_at: string
  to_at: string | null
  first_seen_at: string
  changed_at: string
  run_id: number
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
export interface PublicationTable {
  single: Generated<boolean>
  day: string
}
export interface SubgraphTable {
  name: string
  url: string
  sdl: string | null
  accepted_at: string | null
  checked_at: string | null
  problem: string | null
}
export interface SupergraphTable {
  id: GeneratedAlways<number>
  sdl: string
  public_sdl: string
  changes: Json
  made_at: Generated<string>
}
export interface Tables {
  publication: PublicationTable
  subgraph: SubgraphTable
  supergraph: SupergraphTable
  source: SourceTable
  stream: StreamTable
  run: RunTable
  run_seen: RunSeenTable
  raw_page: RawPageTable
  record: RecordTable
  change: ChangeTable
  feed: FeedTable
  stream_structure: StreamStructureTable
  drift: DriftTable
  quarantine: QuarantineTable
  acknowledgement: AcknowledgementTable
  access_entry: AccessEntryTable
  audit_key: AuditKeyTable
  access_head: AccessHeadTable
  revocation: RevocationTable
  administrative_unit: AdministrativeUnitTable
  unit_change: UnitChangeTable
  agency: AgencyTable
  agency_code: AgencyCodeTable
  agency_link: AgencyLinkTable
  agency_external: AgencyExternalTable
  agency_part: AgencyPartTable
  procedure: ProcedureTable
  procedure_part: ProcedurePartTable
  calendar_day: CalendarDayTable
  dossier: DossierTable
  dossier_event: DossierEventTable
  dossier_due_date: DossierDueDateTable
  dossier_published: DossierPublishedTable
  dossier_released_cell: DossierReleasedCellTable
  document: DocumentTable
  document_part: DocumentPartTable
  document_agency: DocumentAgencyTable
  document_exchange: DocumentExchangeTable
  document_response: DocumentResponseTable
  report: ReportTable
  indicator: IndicatorTable
  observation: ObservationTable
  camera: CameraTable
  camera_event: CameraEventTable
}
