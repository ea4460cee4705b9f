import { type Kysely, sql, type Transaction } from 'kysely'
import type { Tables } from '../../../db/tables.ts'
import { type Alike, toldStatistics } from './lattice.ts'

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
    await publishTold(trx)
    await sql`
      insert into publication (day) values ((${now.toISOString()}::timestamptz at time zone 'Asia/Ho_Chi_Minh')::date)
      on conflict (single) do update set day = excluded.day
    `.execute(trx)
  })
}

const atOnce = 5_000

/** Which numbers of the copy may be told, decided over all of them together. */
async function publishTold(trx: Transaction<Tables>): Promise<void> {
  const { rows } = await sql<Alike>`
    select agency_id as agency, agency_path as path,
      to_char(received_at at time zone 'Asia/Ho_Chi_Minh', 'YYYY-MM') as month, status, procedure_id as procedure,
      count(*)::integer as count, (count(*) filter (where overdue))::integer as overdue,
      (count(*) filter (where finished_at is not null and due_limit is not null))::integer as finished
    from dossier_published group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
  `.execute(trx)
  const agencies = await trx.selectFrom('agency').select(['id', 'path']).execute()
  const told = toldStatistics(rows, new Map(agencies.map(({ id, path }) => [path, id])))
  await sql`delete from dossier_told`.execute(trx)
  for (let from = 0; from < told.length; from += atOnce) {
    const some = JSON.stringify(told.slice(from, from + atOnce))
    await sql`
      insert into dossier_told (agency_id, grouped, value, month, count, overdue_told, rate_told)
      select agency, "group", value, month, count, "overdueTold", "rateTold"
      from json_to_recordset(${some}) as t(agency bigint, "group" text, value text, month text, count integer,
        "overdueTold" boolean, "rateTold" boolean)
    `.execute(trx)
  }
}
