// The columns of the hub's core tables.
import type { ColumnType, Generated, GeneratedAlways } from 'kysely'

// The hub's own tables as the migrations leave them; each domain adds its own (`src/domains/<name>/tables.ts`).
// tests/db/tables.test.ts compares them all with the migrated database.
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
  /** Its position in the chain, without gaps. */
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
}
