import { type Kysely, sql } from 'kysely'
import { followAgency } from '../src/db/agency-links.ts'
import { seenByPath } from '../src/db/row-security.ts'

/** Permits: seen by the agency that issued them and those above it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table permit (
      id bigint generated always as identity primary key,
      source_id text not null references source,
      stream_id text not null,
      key text not null,
      code text collate "C" not null,
      kind text not null,
      subject text,
      agency_id bigint references agency,
      agency_path text collate "C" not null,
      holder bytea,
      personal_tokens bigint[] not null default '{}',
      issued_at timestamptz,
      search text not null,
      first_seen_at timestamptz not null,
      changed_at timestamptz not null,
      run_id bigint not null,
      unique (source_id, stream_id, key)
    )`.execute(db)
  await sql`create index permit_code on permit (code)`.execute(db)
  await sql`create index permit_path on permit (agency_path)`.execute(db)
  await sql`create index permit_agency on permit (agency_id)`.execute(db)
  await seenByPath(db, { table: 'permit', domain: 'permit' })
  await followAgency(db, { table: 'permit', path: 'agency_path', withoutAgency: { source: 'source_id' } })
}
