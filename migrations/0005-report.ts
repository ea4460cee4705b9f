import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table report (
      id bigint generated always as identity primary key,
      source_id text not null references source,
      stream_id text not null,
      key text not null,
      code text not null,
      title text not null,
      regime text,
      period_code text not null,
      period_from date not null,
      period_to date not null,
      agency_id bigint references agency,
      agency_path text collate "C" not null,
      agency_code text not null,
      due_at timestamptz,
      submitted_at timestamptz,
      search text not null,
      first_seen_at timestamptz not null,
      changed_at timestamptz not null,
      run_id bigint not null,
      unique (source_id, stream_id, key)
    )`.execute(db)
  await sql`create index report_period on report (period_from, id)`.execute(db)
  await sql`create index report_path on report (agency_path)`.execute(db)
  await sql`create index report_agency on report (agency_id)`.execute(db)
  await sql`
    create table indicator (
      id bigint generated always as identity primary key,
      code text not null unique,
      name text not null,
      unit text,
      search text generated always as (fold(code || ' ' || name)) stored
    )`.execute(db)
  await sql`
    create table observation (
      id bigint generated always as identity primary key,
      source_id text not null references source,
      stream_id text not null,
      key text not null,
      indicator_id bigint not null references indicator,
      indicator_name text,
      indicator_unit text,
      area_code text,
      area_id bigint references administrative_unit,
      dimensions jsonb not null default '[]',
      period_code text not null,
      period_from date not null,
      period_to date not null,
      value numeric,
      unit text,
      multiplier integer,
      status text,
      report_key text,
      first_seen_at timestamptz not null,
      changed_at timestamptz not null,
      run_id bigint not null,
      unique (source_id, stream_id, key)
    )`.execute(db)
  await sql`create index observation_period on observation (period_from, id)`.execute(db)
  await sql`create index observation_indicator on observation (indicator_id, period_from, id)`.execute(db)
  await sql`create index observation_area on observation (area_code)`.execute(db)
  await sql`create index observation_report on observation (report_key) where report_key is not null`.execute(db)
}
