import { type Kysely, sql } from 'kysely'

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
  await sql`create index camera_place on camera (latitude, longitude)`.execute(db)
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
}
