import { type Kysely, sql } from 'kysely'

/** What the engine knows: sources, streams, runs, raw pages, records, quarantine. It knows no entity's table. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Text as it is searched for: without diacritics, case and tone placement; đ is d.
  await sql`
    create function fold(text) returns text language sql immutable strict parallel safe as $$
      select translate(lower(regexp_replace(normalize($1, NFD), '[\\u0300-\\u036f]', '', 'g')), 'đĐ', 'dd')
    $$`.execute(db)

  await sql`
    create table source (
      id text primary key,
      connector text not null,
      title text not null,
      agency_code text not null,
      agency_path text collate "C" not null default '',
      schedule text not null,
      timezone text not null,
      configured boolean not null default true,
      paused_at timestamptz,
      created_at timestamptz not null default now()
    )`.execute(db)

  // The stream's row is the only queue: due_at says when, the lease says who, the epoch fences out who was paused.
  await sql`
    create table stream (
      source_id text not null references source,
      id text not null,
      entity text not null,
      kind text not null,
      checkpoint text,
      due_at timestamptz,
      run_id bigint,
      lease_owner text,
      lease_pid integer,
      lease_backend_start timestamptz,
      lease_until timestamptz,
      lease_epoch bigint not null default 0,
      record_count bigint not null default 0,
      last_success_at timestamptz,
      failing_since timestamptz,
      held_at timestamptz,
      held_reason text,
      primary key (source_id, id)
    )`.execute(db)
  await sql`create index stream_due on stream (due_at)`.execute(db)

  await sql`
    create table run (
      id bigint generated always as identity primary key,
      source_id text not null,
      stream_id text not null,
      kind text not null,
      range jsonb not null,
      place text,
      state text not null,
      requested_at timestamptz not null default now(),
      started_at timestamptz,
      finished_at timestamptz,
      pages integer not null default 0,
      read integer not null default 0,
      written integer not null default 0,
      unchanged integer not null default 0,
      removed integer not null default 0,
      rejected integer not null default 0,
      failure_code text,
      failure_message text,
      foreign key (source_id, stream_id) references stream
    )`.execute(db)
  await sql`create index run_by_stream on run (source_id, stream_id, id)`.execute(db)
  await sql`create index run_unfinished on run (source_id) where state in ('WAITING', 'RUNNING')`.execute(db)
  await sql`create table run_seen (run_id bigint not null, key text not null, primary key (run_id, key))`.execute(db)

  await sql`
    create table raw_page (
      id bigint generated always as identity primary key,
      run_id bigint not null,
      source_id text not null,
      stream_id text not null,
      page integer not null,
      body bytea not null,
      at timestamptz not null default now()
    )`.execute(db)
  await sql`create index raw_page_by_age on raw_page (at)`.execute(db)

  await sql`
    create table record (
      source_id text not null,
      stream_id text not null,
      key text not null,
      hash bytea not null,
      raw_page_id bigint not null,
      raw_index integer not null,
      run_id bigint not null,
      first_seen_at timestamptz not null,
      changed_at timestamptz not null,
      removed_at timestamptz,
      removed_because text,
      primary key (source_id, stream_id, key)
    )`.execute(db)

  await sql`create index record_raw_page on record (raw_page_id)`.execute(db)

  await sql`
    create table quarantine (
      id bigint generated always as identity primary key,
      source_id text not null,
      stream_id text not null,
      key text,
      mark bytea not null,
      reason text not null,
      path text not null,
      found text,
      expected text,
      body bytea,
      patch bytea,
      patch_reason text,
      run_id bigint not null,
      seen_at timestamptz not null,
      tries integer not null default 1,
      left_at timestamptz,
      left_because text
    )`.execute(db)
  await sql`create unique index quarantine_waiting on quarantine (source_id, stream_id, mark) where left_at is null`.execute(
    db,
  )

  await sql`create index quarantine_by_mark on quarantine (source_id, stream_id, mark, id)`.execute(db)

  await sql`
    create table acknowledgement (
      source_id text not null,
      stream_id text not null,
      key text not null,
      tries integer not null default 0,
      created_at timestamptz not null default now(),
      primary key (source_id, stream_id, key)
    )`.execute(db)

  await sql`
    create table access_entry (
      id bigint generated always as identity primary key,
      at timestamptz not null default now(),
      caller text not null,
      issuer text,
      token text,
      subject text,
      field text not null,
      purpose text,
      legal_basis text
    )`.execute(db)
  await sql`create index access_entry_by_subject on access_entry (subject, id)`.execute(db)
}
