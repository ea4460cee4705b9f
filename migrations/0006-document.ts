// Documents, folded of the messages about them, and their exchange between agencies.
import { type Kysely, sql } from 'kysely'
import { followAgency, followAgencyWithin } from '../src/db/agency-links.ts'
import { everywhere, seenByAll, seenByNobody, seenWith, within } from '../src/db/row-security.ts'
import { searchByText } from '../src/db/text-index.ts'

export async function up(db: Kysely<unknown>): Promise<void> {
  await documents(db)
  await parts(db)
  await exchange(db)
  await rowSecurity(db)
  await agencies(db)
}

async function documents(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table document (
      id bigint generated always as identity primary key,
      source_id text not null references source,
      key text not null,
      code text,
      number text,
      notation text,
      type text,
      subject text not null,
      place text,
      promulgated_at date,
      due_at date,
      urgency text not null,
      signer jsonb,
      state text not null,
      sender_id bigint references agency,
      identity text not null,
      fallback text,
      attachments jsonb not null default '[]',
      search text not null,
      stream_id text not null,
      external_id text not null,
      first_seen_at timestamptz not null,
      changed_at timestamptz not null,
      source_updated_at timestamptz,
      run_id bigint not null,
      unique (source_id, key)
    )`.execute(db)
  await sql`create index document_promulgated on document ((coalesce(promulgated_at, '-infinity'::date)), id)`.execute(
    db,
  )
  await sql`create index document_due on document ((coalesce(due_at, '-infinity'::date)), id)`.execute(db)
  await sql`create index document_code on document (code)`.execute(db)
  await sql`create index document_identity on document (source_id, identity)`.execute(db)
  await sql`create index document_fallback on document (source_id, fallback)`.execute(db)
  await sql`create index document_sender on document (sender_id)`.execute(db)
  await searchByText(db, 'document')
}

/** Each message's contribution; a document is the fold of those that name it, whatever order they came in. */
async function parts(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table document_part (
      source_id text not null,
      stream_id text not null,
      key text not null,
      seq integer not null,
      identity text not null,
      fallback text,
      at timestamptz not null,
      body jsonb not null,
      first_seen_at timestamptz not null,
      changed_at timestamptz not null,
      run_id bigint not null,
      primary key (source_id, stream_id, key, seq)
    )`.execute(db)
  await sql`create index document_part_identity on document_part (source_id, identity)`.execute(db)
  await sql`create index document_part_fallback on document_part (source_id, fallback)`.execute(db)
}

async function exchange(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table document_agency (
      document_id bigint not null references document on delete cascade,
      agency_id bigint not null references agency,
      agency_path text collate "C" not null,
      role text not null check (role in ('SENDER', 'RECIPIENT')),
      seq integer not null,
      primary key (document_id, role, agency_id)
    )`.execute(db)
  await sql`create index document_agency_path on document_agency (agency_path, document_id)`.execute(db)
  await sql`create index document_agency_agency on document_agency (agency_id)`.execute(db)
  // By this a document's agencies are tested without leaving the index.
  await sql`create index document_agency_document on document_agency (document_id, agency_path)`.execute(db)
  await sql`
    create table document_exchange (
      document_id bigint not null references document on delete cascade,
      at timestamptz not null,
      status text not null,
      agency_id bigint references agency,
      note text,
      seq integer not null,
      primary key (document_id, seq)
    )`.execute(db)
  await sql`
    create table document_response (
      document_id bigint not null references document on delete cascade,
      identity text not null,
      fallback text,
      seq integer not null,
      primary key (document_id, seq)
    )`.execute(db)
}

async function rowSecurity(db: Kysely<unknown>): Promise<void> {
  // Who sees a document depends on rows that go with it: this view reads them as the owner, and shows no more than
  // the decision needs.
  await sql`create view document_reach as select document_id, agency_path from document_agency`.execute(db)
  await seenByAll(db, 'document_reach')
  await seenWith(db, {
    table: 'document',
    condition: `${everywhere('document')} or exists (
      select 1 from document_reach x where x.document_id = document.id and ${within('x.agency_path', 'document')})`,
  })
  for (const table of ['document_agency', 'document_exchange', 'document_response']) {
    await seenWith(db, { table, condition: 'exists (select 1 from document d where d.id = document_id)' })
  }
  await seenByNobody(db, 'document_part')
}

async function agencies(db: Kysely<unknown>): Promise<void> {
  // Documents are distinguished by their sender's number: one agency's documents of two numbers may now be one document.
  // Those are marked '!', and the next message of their source folds them again.
  await sql`
    create function document_sender_merge(keep bigint, gone bigint) returns void language plpgsql as $$
    declare
      mark text := '^(\\??)' || gone || '(\\||$)';
      kept text := '\\1' || keep || '\\2';
    begin
      update document_part set identity = regexp_replace(identity, mark, kept), fallback = regexp_replace(fallback, mark, kept)
        where identity ~ mark or fallback ~ mark;
      update document_response set identity = regexp_replace(identity, mark, kept), fallback = regexp_replace(fallback, mark, kept)
        where identity ~ mark or fallback ~ mark;
      update document set identity = regexp_replace(identity, mark, kept), fallback = regexp_replace(fallback, mark, kept)
        where identity ~ mark or fallback ~ mark;
      update document d set identity = '!' where d.sender_id = keep and exists (select 1 from document o
        where o.source_id = d.source_id and o.id <> d.id and (o.identity = d.identity or o.fallback = d.fallback));
    end $$`.execute(db)
  await sql`
    create function document_part_names(agency bigint) returns boolean language sql stable as $$
      select exists (select 1 from document_part where identity ~ ('^\\??' || agency || '(\\||$)'))
    $$`.execute(db)
  await followAgency(db, { table: 'document', id: 'sender_id' })
  await followAgency(db, { table: 'document_agency', path: 'agency_path', unique: ['document_id', 'role'] })
  await followAgency(db, { table: 'document_exchange' })
  await followAgencyWithin(db, {
    table: 'document_part',
    column: 'identity',
    merge: 'document_sender_merge',
    names: 'document_part_names',
  })
}
