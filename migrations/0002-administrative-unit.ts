// Administrative units and what became of them on 1 July 2025.
import { type Kysely, sql } from 'kysely'
import { seenByAll } from '../src/db/row-security.ts'

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
  await seenByAll(db, 'administrative_unit', 'unit_change')
}
