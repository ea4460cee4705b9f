// Administrative procedures, each folded of what lists say of it.
import { type Kysely, sql } from 'kysely'
import { followAgency } from '../src/db/agency-links.ts'
import { seenByAll, seenByNobody } from '../src/db/row-security.ts'

export async function up(db: Kysely<unknown>): Promise<void> {
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
  await seenByAll(db, 'procedure')
  await followAgency(db, { table: 'procedure' })
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
  await seenByNobody(db, 'procedure_part')
}
