import { type Kysely, sql } from 'kysely'

/** What changed, in the order of commits; and what a census of a stream has counted, when the next one is due. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Numbers alone lose rows: a slow transaction takes a low number and commits after a reader has gone past it. Rows are
  // read up to the oldest transaction that is still open (xid), and in the order (xid, seq), which never changes behind a reader.
  await sql`
    create table change (
      seq bigint generated always as identity,
      xid xid8 not null default pg_current_xact_id(),
      entity text not null,
      source_id text not null,
      stream_id text not null,
      key text not null,
      kind text not null,
      run_id bigint not null,
      at timestamptz not null default now(),
      primary key (xid, seq)
    )`.execute(db)
  await sql`
    create function change_told() returns trigger language plpgsql as $$
    begin
      if exists (select 1 from written) then
        perform pg_notify('hub_change', '');
      end if;
      return null;
    end $$`.execute(db)
  await sql`
    create trigger change_told after insert on change referencing new table as written
    for each statement execute function change_told()`.execute(db)

  // One row: which history the numbers belong to, and up to where it has been forgotten.
  await sql`
    create table feed (
      single boolean primary key default true check (single),
      epoch uuid not null default gen_random_uuid(),
      pruned_xid xid8 not null default '0',
      pruned_seq bigint not null default 0
    )`.execute(db)
  await sql`insert into feed default values`.execute(db)

  // When a run last came further and how often it was taken since bound how long it is carried on; `pass` tells its second
  // look at a whole list from the first. expected, found, missing and left_over are what a census counts.
  await sql`
    alter table run
      add column advanced_at timestamptz,
      add column tries integer not null default 0,
      add column pass integer not null default 1,
      add column expected integer,
      add column found integer,
      add column missing integer not null default 0,
      add column left_over integer`.execute(db)
  await sql`
    alter table stream
      add column census_due_at timestamptz,
      add column census_run_id bigint`.execute(db)
  await sql`alter table source add column census text`.execute(db)

  // Every change of a record is a version, its removal and its return included.
  await sql`
    alter table record
      add column version integer not null default 1,
      add column revived_at timestamptz`.execute(db)
}
