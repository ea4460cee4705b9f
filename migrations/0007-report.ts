// Reports of agencies, indicators, and the observations that come in reports or by themselves.
import { type Kysely, sql } from 'kysely'
import { followAgency } from '../src/db/agency-links.ts'
import { seenByAll, seenByPath, seenWith, within } from '../src/db/row-security.ts'

export async function up(db: Kysely<unknown>): Promise<void> {
  await reports(db)
  await observations(db)
}

async function reports(db: Kysely<unknown>): Promise<void> {
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
  await sql`create index report_join on report (source_id, (code || '|' || agency_code || '|' || period_code))`.execute(
    db,
  )
  await seenByPath(db, { table: 'report', domain: 'report' })
  await followAgency(db, { table: 'report', path: 'agency_path' })
}

async function observations(db: Kysely<unknown>): Promise<void> {
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
  await seenByAll(db, 'indicator')

  // Who sees an observation depends on reports that the caller does not see: this view reads them as the owner, and
  // shows no more than the decision needs.
  await sql`
    create view report_reach as
    select source_id, (code || '|' || agency_code || '|' || period_code) as report_key, agency_path,
      submitted_at is not null as submitted
    from report`.execute(db)
  await seenByAll(db, 'report_reach')
  await seenWith(db, {
    table: 'observation',
    condition: `report_key is null or exists (select 1 from report_reach r
      where r.source_id = observation.source_id and r.report_key = observation.report_key
        and (r.submitted or ${within('r.agency_path', 'report')}))`,
  })
}
