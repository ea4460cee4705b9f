// What the engine itself keeps: sources, streams, runs, raw pages, records, the feed of changes, the access log. No entity's table.
import { type Kysely, sql } from 'kysely'
import { makeReader, seenByAll, seenByNobody, seenByPath, seenWith, within } from '../src/db/row-security.ts'
import { offerTextIndexes } from '../src/db/text-index.ts'

export async function up(db: Kysely<unknown>): Promise<void> {
  await makeReader(db)
  await textSearch(db)
  await sources(db)
  await runs(db)
  await records(db)
  await quarantine(db)
  await drift(db)
  await changes(db)
  await accessLog(db)
  await revocations(db)
  await subgraphs(db)
  await publication(db)
}

async function textSearch(db: Kysely<unknown>): Promise<void> {
  // Text as it is searched for: without diacritics, case and tone placement; đ is d.
  await sql`
    create function fold(text) returns text language sql immutable strict parallel safe as $$
      select translate(lower(regexp_replace(normalize($1, NFD), '[\\u0300-\\u036f]', '', 'g')), 'đĐ', 'dd')
    $$`.execute(db)
  await offerTextIndexes(db)
  // PostgreSQL lets a condition use an index beside a policy only when its operator cannot reveal anything of rows that the
  // policy hides. That is so for equality and order; it is said here for the two by which texts and personal words are found,
  // which nobody can call but through compiled statements. Where the account may not say so, those are found by a scan.
  await sql`
    do $$
    begin
      alter function pg_catalog.textlike(text, text) leakproof;
      alter function pg_catalog.arrayoverlap(anyarray, anyarray) leakproof;
    exception when insufficient_privilege then
      raise notice 'the account may not mark operators as leakproof: texts are searched without an index';
    end $$`.execute(db)
}

async function sources(db: Kysely<unknown>): Promise<void> {
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
      created_at timestamptz not null default now(),
      census text
    )`.execute(db)
  await seenByPath(db, { table: 'source', domain: 'operation' })

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
      census_due_at timestamptz,
      census_run_id bigint,
      primary key (source_id, id)
    )`.execute(db)
  await sql`create index stream_due on stream (due_at)`.execute(db)
  await seenWithSource(db, 'stream')
  // A row may have come by a stream whose row the caller does not see.
  await sql`create view stream_name as select source_id, id from stream`.execute(db)
  await seenByAll(db, 'stream_name')
}

/** An operator sees what belongs to a source that is in the range. */
const seenWithSource = (db: Kysely<unknown>, table: string): Promise<void> =>
  seenWith(db, {
    table,
    condition: `exists (select 1 from source o where o.id = source_id and ${within('o.agency_path', 'operation')})`,
  })

async function runs(db: Kysely<unknown>): Promise<void> {
  // When a run last advanced and how often it was taken since bound how long it is resumed; `pass` distinguishes its second
  // look at a whole list from the first. expected, found, missing and left_over are what a census counts; disorder, how many
  // records came out of order.
  await sql`
    create table run (
      id bigint generated always as identity primary key,
      source_id text not null,
      stream_id text not null,
      kind text not null,
      range jsonb not null,
      position text,
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
      advanced_at timestamptz,
      tries integer not null default 0,
      pass integer not null default 1,
      expected integer,
      found integer,
      missing integer not null default 0,
      left_over integer,
      disorder integer not null default 0,
      foreign key (source_id, stream_id) references stream
    )`.execute(db)
  await sql`create index run_by_stream on run (source_id, stream_id, id)`.execute(db)
  await sql`create index run_unfinished on run (source_id) where state in ('WAITING', 'RUNNING')`.execute(db)
  await seenWithSource(db, 'run')
  await sql`create table run_seen (run_id bigint not null, key text not null, primary key (run_id, key))`.execute(db)
  await seenByNobody(db, 'run_seen')
}

async function records(db: Kysely<unknown>): Promise<void> {
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

  // Every change of a record is a version, its removal and its return included. `identity`: by what the record is
  // distinguished from another one under its key; `source_changed_at`: when its source last changed it.
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
      version integer not null default 1,
      revived_at timestamptz,
      identity bytea,
      source_changed_at timestamptz,
      primary key (source_id, stream_id, key)
    )`.execute(db)
  await sql`create index record_raw_page on record (raw_page_id)`.execute(db)

  await sql`
    create table acknowledgement (
      source_id text not null,
      stream_id text not null,
      key text not null,
      tries integer not null default 0,
      created_at timestamptz not null default now(),
      primary key (source_id, stream_id, key)
    )`.execute(db)
  await seenByNobody(db, 'raw_page', 'record', 'acknowledgement')
}

async function quarantine(db: Kysely<unknown>): Promise<void> {
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
  await seenWithSource(db, 'quarantine')
}

/** What a stream's records look like, and how they came to differ. */
async function drift(db: Kysely<unknown>): Promise<void> {
  // `proposed`: the structure with what waits for a person's word; `learnt_by`: the run that first learnt it.
  await sql`
    create table stream_structure (
      source_id text not null,
      stream_id text not null,
      structure json not null,
      proposed json,
      learnt_by bigint not null,
      primary key (source_id, stream_id)
    )`.execute(db)
  await seenByNobody(db, 'stream_structure')
  await sql`
    create table drift (
      source_id text not null,
      stream_id text not null,
      kind text not null,
      path text not null,
      found text not null,
      expected text,
      records bigint not null,
      first_seen_at timestamptz not null,
      run_id bigint not null,
      confirmed_at timestamptz,
      primary key (source_id, stream_id, kind, path, found)
    )`.execute(db)
  await seenWithSource(db, 'drift')
}

/** What changed, of every entity, in the order of commits. */
async function changes(db: Kysely<unknown>): Promise<void> {
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
    create function announce_change() returns trigger language plpgsql as $$
    begin
      if exists (select 1 from written) then
        perform pg_notify('hub_change', '');
      end if;
      return null;
    end $$`.execute(db)
  await sql`
    create trigger announce_change after insert on change referencing new table as written
    for each statement execute function announce_change()`.execute(db)

  // One row: which history the numbers belong to, and up to where it has been forgotten.
  await sql`
    create table feed (
      single boolean primary key default true check (single),
      epoch uuid not null default gen_random_uuid(),
      pruned_xid xid8 not null default '0',
      pruned_seq bigint not null default 0
    )`.execute(db)
  await sql`insert into feed default values`.execute(db)
  await seenByNobody(db, 'change', 'feed')
}

/** Entries of the access log are a chain: numbered without gaps, each with a MAC over itself and the one before. */
async function accessLog(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table access_entry (
      id bigint primary key,
      at timestamptz not null,
      caller text not null,
      issuer text,
      token text,
      subject text,
      field text not null,
      purpose text,
      legal_basis text,
      key_id integer not null,
      mac bytea not null
    )`.execute(db)
  await sql`create index access_entry_by_subject on access_entry (subject, id)`.execute(db)
  await sql`create index access_entry_by_time on access_entry (at)`.execute(db)
  await seenWith(db, { table: 'access_entry', condition: `current_setting('hub.log', true) = 'on'` })

  // The secrets of the MACs, sealed under the key of encryption at rest, which is not in the database.
  await sql`
    create table audit_key (
      id integer primary key,
      sealed bytea not null,
      made_at timestamptz not null default now()
    )`.execute(db)
  // One row: where the chain ends, and where it begins since older entries have gone. Locked while entries are added.
  await sql`
    create table access_head (
      single boolean primary key default true check (single),
      key_id integer not null,
      seq bigint not null,
      mac bytea not null,
      base_seq bigint not null,
      base_mac bytea not null,
      seal bytea not null
    )`.execute(db)
  await seenByNobody(db, 'audit_key', 'access_head')

  // What maintains the log (its retention, a restore) says so in its transaction; nothing else changes it by mistake.
  await sql`
    create function access_entry_append_only() returns trigger language plpgsql as $$
    begin
      if coalesce(current_setting('hub.audit', true), '') <> 'keeping' then
        raise exception 'the access log is only added to' using errcode = 'insufficient_privilege';
      end if;
      return null;
    end $$`.execute(db)
  await sql`
    create trigger access_entry_append_only before update or delete or truncate on access_entry
    for each statement execute function access_entry_append_only()`.execute(db)
}

/** Tokens and clients that are refused before their tokens end. */
async function revocations(db: Kysely<unknown>): Promise<void> {
  // expires_at: from then on the entry has no effect; null, it has until it is lifted.
  await sql`
    create table revocation (
      kind text not null check (kind in ('TOKEN', 'CLIENT')),
      value text not null,
      revoked_at timestamptz not null default now(),
      expires_at timestamptz,
      primary key (kind, value)
    )`.execute(db)
  await seenByNobody(db, 'revocation')
  await sql`
    create function announce_revocation() returns trigger language plpgsql as $$
    begin
      perform pg_notify('hub_revocation', '');
      return null;
    end $$`.execute(db)
  await sql`
    create trigger announce_revocation after insert or update or delete or truncate on revocation
    for each statement execute function announce_revocation()`.execute(db)
}

/** Other agencies' subgraphs: the last good SDL of each, its state, and the supergraphs that were in use. */
async function subgraphs(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table subgraph (
      name text primary key,
      url text not null,
      sdl text,
      accepted_at timestamptz,
      checked_at timestamptz,
      problem text
    )`.execute(db)
  await sql`
    create table supergraph (
      id bigint generated always as identity primary key,
      sdl text not null,
      public_sdl text not null,
      changes json not null,
      made_at timestamptz not null default now()
    )`.execute(db)
  await seenByNobody(db, 'subgraph', 'supergraph')
}

async function publication(db: Kysely<unknown>): Promise<void> {
  // On which day, by Vietnam's date, the copies that open statistics rest on were made.
  await sql`create table publication (single boolean primary key default true check (single), day date not null)`.execute(
    db,
  )
  await seenByNobody(db, 'publication')
}
