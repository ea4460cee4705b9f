import { type Kysely, sql } from 'kysely'
import type { Tables } from '../../db/tables.ts'

/** The copy that the open statistics rest on is what the dossiers are now. Readers see the old one or the new, never half. */
export async function publishStatistics(db: Kysely<Tables>, now: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext('hub statistics'))`.execute(trx)
    await sql`delete from dossier_published`.execute(trx)
    await sql`
      insert into dossier_published (dossier_id, agency_id, agency_path, procedure_id, status, received_at, due_limit,
        finished_at, processing_days, overdue)
      select id, agency_id, agency_path, procedure_id, status, received_at, due_limit, finished_at, processing_days,
        coalesce(case when finished_at is not null then finished_at > due_limit
          when status in ('REGISTERED', 'ACCEPTED', 'PROCESSING') then ${now.toISOString()}::timestamptz > due_limit
          else false end, false)
      from dossier
    `.execute(trx)
    await sql`
      insert into publication (day) values ((${now.toISOString()}::timestamptz at time zone 'Asia/Ho_Chi_Minh')::date)
      on conflict (single) do update set day = excluded.day
    `.execute(trx)
  })
}
