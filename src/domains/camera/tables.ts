// The domain's tables, as its migration leaves them; tests/db/tables.test.ts compares them with the migrated database.
import type { ColumnType, Generated, GeneratedAlways } from 'kysely'

type Json = ColumnType<unknown, string, string>

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
export interface CameraTables {
  camera: CameraTable
  camera_event: CameraEventTable
}

declare module '../../db/tables.ts' {
  interface Tables extends CameraTables {}
}
