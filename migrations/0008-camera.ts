// Cameras and the events that they report.
import { type Kysely, sql } from 'kysely'
import { followAgency } from '../src/db/agency-links.ts'
import { seenByPath, seenWith } from '../src/db/row-security.ts'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table camera (
      id bigint generated always as identity primary key,
      source_id text not null references source,
      stream_id text not null,
      key text not null,
      code text collate "C" not null,
      name text,
      manufacturer text,
      model text,
      firmware text,
      serial_number text,
      agency_id bigint references agency,
      agency_path text collate "C" not null,
      unit_id bigint references administrative_unit,
      latitude double precision,
      longitude double precision,
      online boolean,
      observed_at timestamptz,
      profiles jsonb not null default '[]',
      search text not null,
      first_seen_at timestamptz not null,
      changed_at timestamptz not null,
      run_id bigint not null,
      unique (source_id, stream_id, key)
    )`.execute(db)
  await sql`create index camera_code on camera (code)`.execute(db)
  await sql`create index camera_path on camera (agency_path)`.execute(db)
  await sql`create index camera_agency on camera (agency_id)`.execute(db)
  await sql`create index camera_unit on camera (unit_id)`.execute(db)
  await sql`create index camera_location on camera (latitude, longitude)`.execute(db)
  await seenByPath(db, { table: 'camera', domain: 'camera' })
  // A camera without an agency is seen by the agency of its unit; one without either by the agency of its source.
  await sql`
    create function camera_paths(source text, source_path text) returns void language sql as $$
      update camera c set agency_path = n.path
      from (select k.id, coalesce((select min(a.path) from agency a where a.unit_id = k.unit_id), source_path) as path
            from camera k where k.source_id = source and k.agency_id is null) n
      where c.id = n.id and c.agency_path is distinct from n.path
    $$`.execute(db)
  await followAgency(db, { table: 'camera', path: 'agency_path', withoutAgency: { setBy: 'camera_paths' } })
  await sql`
    create table camera_event (
      id bigint generated always as identity primary key,
      source_id text not null references source,
      stream_id text not null,
      key text not null,
      camera_code text collate "C" not null,
      kind text not null,
      label text,
      from_at timestamptz not null,
      to_at timestamptz,
      first_seen_at timestamptz not null,
      changed_at timestamptz not null,
      run_id bigint not null,
      unique (source_id, stream_id, key)
    )`.execute(db)
  await sql`create index camera_event_camera on camera_event (camera_code, from_at, id)`.execute(db)
  await seenWith(db, {
    table: 'camera_event',
    condition: 'exists (select 1 from camera c where c.source_id = camera_event.source_id and c.code = camera_code)',
  })
}
