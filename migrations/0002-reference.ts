import { type Kysely, sql } from 'kysely'

/** Units, agencies, procedures and the working calendar: what all other domains point at. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // A code alone is no key: on 1 July 2025 most new communes took the code of an old one.
  await sql`
    create table administrative_unit (
      id bigint generated always as identity primary key,
      code text not null,
      name text not null,
      kind text not null,
      parent_id bigint references administrative_unit,
      valid_from date,
      valid_to date,
      search text generated always as (fold(code || ' ' || name)) stored
    )`.execute(db)
  await sql`create unique index administrative_unit_key on administrative_unit (code, coalesce(valid_from, '-infinity'))`.execute(
    db,
  )
  await sql`
    create table unit_change (
      from_id bigint not null references administrative_unit,
      to_id bigint not null references administrative_unit,
      whole boolean not null,
      note text,
      primary key (from_id, to_id)
    )`.execute(db)
  await sql`create index unit_change_to on unit_change (to_id)`.execute(db)

  // path: the codes from the root down, each followed by '/'. A subtree is the range from path to path_end.
  await sql`
    create table agency (
      id bigint generated always as identity primary key,
      code text collate "C" not null unique,
      other_codes text[] not null default '{}',
      name text not null,
      parent_id bigint references agency,
      path text collate "C" not null,
      path_end text collate "C" generated always as (left(path, -1) || '0') stored,
      unit_id bigint references administrative_unit,
      search text generated always as (fold(code || ' ' || name)) stored
    )`.execute(db)
  await sql`create index agency_parent on agency (parent_id, code)`.execute(db)
  await sql`create index agency_path on agency (path)`.execute(db)
  await sql`create index agency_unit on agency (unit_id)`.execute(db)
  await sql`create table agency_code (code text collate "C" primary key, agency_id bigint not null references agency)`.execute(
    db,
  )
  await sql`create index agency_code_agency on agency_code (agency_id)`.execute(db)
  await sql`
    create table agency_external (
      source_id text not null,
      external_id text not null,
      agency_id bigint not null references agency,
      primary key (source_id, external_id)
    )`.execute(db)
  await sql`create index agency_external_agency on agency_external (agency_id)`.execute(db)
  await sql`
    create table agency_part (
      source_id text not null,
      stream_id text not null,
      key text not null,
      agency_id bigint not null references agency,
      code text not null,
      name text not null,
      parent_code text,
      primary key (source_id, stream_id, key)
    )`.execute(db)
  await sql`create index agency_part_agency on agency_part (agency_id)`.execute(db)

  await sql`
    create table procedure (
      id bigint generated always as identity primary key,
      code text not null unique,
      name text not null,
      field text,
      agency_id bigint references agency,
      audiences text[] not null default '{}',
      search text generated always as (fold(code || ' ' || name)) stored
    )`.execute(db)
  await sql`create index procedure_field on procedure (field, code)`.execute(db)
  await sql`create index procedure_agency on procedure (agency_id)`.execute(db)
  await sql`
    create table procedure_part (
      source_id text not null,
      stream_id text not null,
      key text not null,
      procedure_id bigint not null references procedure on delete cascade,
      body jsonb not null,
      primary key (source_id, stream_id, key)
    )`.execute(db)
  await sql`create index procedure_part_procedure on procedure_part (procedure_id)`.execute(db)

  await sql`
    create table calendar_day (
      day date primary key,
      kind text not null check (kind in ('HOLIDAY', 'WORKING')),
      name text,
      source text not null
    )`.execute(db)
}
