// Dossiers of administrative procedures, their history, the working calendar, and the copy that open statistics rest on.
import { type Kysely, sql } from 'kysely'
import { followAgency } from '../src/db/agency-links.ts'
import { seenByNobody, seenByPath, seenWith } from '../src/db/row-security.ts'
import { searchByText } from '../src/db/text-index.ts'
import { statisticTables } from '../src/statistics/tables.ts'

export async function up(db: Kysely<unknown>): Promise<void> {
  await dossiers(db)
  await history(db)
  await calendar(db)
  await statistics(db)
}

async function dossiers(db: Kysely<unknown>): Promise<void> {
  // due_limit: the moment from which the dossier is late (a deadline at local midnight means 17:00 of that day).
  await sql`
    create table dossier (
      id bigint generated always as identity primary key,
      source_id text not null references source,
      stream_id text not null,
      key text not null,
      code text not null,
      procedure_id bigint references procedure,
      agency_id bigint references agency,
      agency_path text collate "C" not null,
      status text not null,
      channel text,
      subject text,
      applicant bytea,
      personal_tokens bigint[] not null default '{}',
      received_at timestamptz,
      due_at timestamptz,
      due_limit timestamptz,
      finished_at timestamptz,
      returned_at timestamptz,
      processing_days integer,
      fees jsonb not null default '[]',
      results jsonb not null default '[]',
      search text not null,
      first_seen_at timestamptz not null,
      changed_at timestamptz not null,
      source_updated_at timestamptz,
      run_id bigint not null,
      unique (source_id, stream_id, key)
    )`.execute(db)
  await sql`create index dossier_code on dossier (code)`.execute(db)
  await sql`create index dossier_path on dossier (agency_path, status)`.execute(db)
  await sql`create index dossier_received on dossier ((coalesce(received_at, '-infinity'::timestamptz)), id)`.execute(
    db,
  )
  await sql`create index dossier_due on dossier ((coalesce(due_at, '-infinity'::timestamptz)), id)`.execute(db)
  await sql`create index dossier_changed on dossier (changed_at, id)`.execute(db)
  await sql`create index dossier_procedure on dossier (procedure_id)`.execute(db)
  await sql`create index dossier_agency on dossier (agency_id)`.execute(db)
  await sql`create index dossier_personal on dossier using gin (personal_tokens)`.execute(db)
  await sql`create index dossier_without_agency on dossier (source_id) where agency_id is null`.execute(db)
  await searchByText(db, 'dossier')
  await seenByPath(db, { table: 'dossier', domain: 'dossier' })
  // A caller who sees a dossier sees its source.
  await seenWith(db, {
    table: 'source',
    reason: 'with_dossier',
    condition: 'exists (select 1 from dossier d where d.source_id = source.id)',
  })
  await followAgency(db, { table: 'dossier', path: 'agency_path', withoutAgency: { source: 'source_id' } })
}

async function history(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table dossier_event (
      dossier_id bigint not null references dossier on delete cascade,
      at timestamptz not null,
      status text not null,
      agency_id bigint references agency,
      officer text,
      note text,
      observed boolean not null,
      seq integer not null,
      primary key (dossier_id, seq)
    )`.execute(db)
  await sql`
    create table dossier_due_date (
      dossier_id bigint not null references dossier on delete cascade,
      due_at timestamptz not null,
      since timestamptz not null,
      seq integer not null,
      primary key (dossier_id, seq)
    )`.execute(db)
  for (const table of ['dossier_event', 'dossier_due_date']) {
    await seenWith(db, { table, condition: 'exists (select 1 from dossier d where d.id = dossier_id)' })
  }
  await followAgency(db, { table: 'dossier_event' })
}

/** Holidays, and days that are worked instead: deadlines are counted in working days. */
async function calendar(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table calendar_day (
      day date primary key,
      kind text not null check (kind in ('HOLIDAY', 'WORKING')),
      name text,
      source text not null
    )`.execute(db)
  await seenByNobody(db, 'calendar_day')
}

/** What the open statistics rest on: a copy, renewed nightly, so that two looks on one day cannot be subtracted. */
async function statistics(db: Kysely<unknown>): Promise<void> {
  await statisticTables(db, {
    published: 'dossier_published',
    key: 'dossier_id',
    columns: {
      agency_id: 'bigint',
      agency_path: 'text collate "C" not null',
      procedure_id: 'bigint',
      status: 'text not null',
      received_at: 'timestamptz',
      due_limit: 'timestamptz',
      finished_at: 'timestamptz',
      processing_days: 'integer',
      overdue: 'boolean not null',
    },
    agency: { id: 'agency_id', path: 'agency_path' },
    releasedCells: 'dossier_released_cell',
    measures: ['overdue', 'rate'],
  })
}
