import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
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

  // Each message's contribution; a document is the fold of those that name it, whatever order they came in.
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
