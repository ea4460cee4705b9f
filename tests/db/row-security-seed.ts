// Rows of every protected table for the tests of row security.
import { type Kysely, sql } from 'kysely'
import type { Tables } from '../../src/db/tables.ts'

/** Ten agencies with three each beneath them; rows of every protected table, spread over all of them. */
export function seedRows(db: Kysely<Tables>, counts: Parameters<typeof seed>[1]): Promise<void> {
  return db.connection().execute((one) => seed(one, counts))
}

async function seed(
  db: Kysely<Tables>,
  { dossiers, documents }: { readonly dossiers: number; readonly documents: number },
): Promise<void> {
  await sql`insert into agency (code, name, path) values ('H53', 'H53', 'H53/')`.execute(db)
  const top = sql<{ id: number }>`select id from agency where code = 'H53'`
  await sql`insert into agency (code, name, parent_id, path)
    select 'H53.' || n, n, (${top}), 'H53/H53.' || n || '/' from generate_series(1, 10) n`.execute(db)
  await sql`insert into agency (code, name, parent_id, path)
    select a.code || '.' || k, k, a.id, a.path || a.code || '.' || k || '/'
    from agency a, generate_series(1, 3) k where a.code <> 'H53'`.execute(db)
  await sql`insert into agency_code select code, id from agency`.execute(db)
  await sql`insert into source (id, connector, title, agency_code, schedule, timezone)
    values ('s', 'test', 'S', 'H53', '* * * * *', 'Asia/Ho_Chi_Minh')`.execute(db)
  await sql`insert into stream (source_id, id, entity, kind) select 's', x, x, 'changes'
    from unnest(array['list', 'documents']) x`.execute(db)
  await sql`insert into run (source_id, stream_id, kind, range, state) values ('s', 'list', 'FULL', '{}', 'DONE')`.execute(
    db,
  )
  await sql`insert into quarantine (source_id, stream_id, mark, reason, path, run_id, seen_at)
    values ('s', 'list', '\\x00', 'MISSING', '/x', 1, now())`.execute(db)
  await sql`insert into drift (source_id, stream_id, kind, path, found, records, first_seen_at, run_id)
    values ('s', 'list', 'NEW', 'x', 'string', 1, now(), 1)`.execute(db)
  await sql`insert into access_entry (id, at, caller, field, key_id, mac) values (1, now(), 'clerk', 'x', 0, '')`.execute(
    db,
  )
  // Their numbers may begin anywhere: agencies are taken by rank.
  await sql`create temporary table ranked as select id, path, code, row_number() over (order by id) - 1 as at from agency`.execute(
    db,
  )
  const agencies = 41
  await sql`
    insert into dossier (source_id, stream_id, key, code, agency_id, agency_path, status, channel, subject, personal_tokens,
      received_at, due_at, due_limit, search, first_seen_at, changed_at, run_id)
    select 's', 'list', 'k' || n, 'D' || n, a.id, a.path, (array['PROCESSING', 'RETURNED', 'ACCEPTED'])[1 + n % 3], 'ONLINE',
      'Hồ sơ ' || n, array[n % 50000, 7000000 + n % 40]::bigint[], t.at, t.at + interval '4 days', t.at + interval '4 days',
      'd' || n || ' ho so ' || md5(n::text), t.at, t.at, 1
    from generate_series(1, ${dossiers}::integer) n
    cross join lateral (select timestamptz '2024-01-01' + n * interval '5 minutes' as at) t
    join ranked a on a.at = (n::bigint * 7919) % ${agencies}`.execute(db)
  await sql`insert into dossier_event (dossier_id, at, status, observed, seq) select id, now(), status, true, 0 from dossier`.execute(
    db,
  )
  await sql`insert into dossier_due_date (dossier_id, due_at, since, seq) select id, due_at, due_at, 0 from dossier`.execute(
    db,
  )
  await sql`
    insert into document (source_id, key, subject, promulgated_at, urgency, state, identity, search, stream_id, external_id,
      first_seen_at, changed_at, run_id)
    select 's', 'm' || n, 'V ' || n, date '2024-01-01' + n / 100, 'NORMAL', 'SENT', 'i' || n, 'van ban ' || md5(n::text),
      'documents', 'm' || n, now(), now(), 1 from generate_series(1, ${documents}::integer) n`.execute(db)
  await sql`insert into document_agency (document_id, agency_id, agency_path, role, seq)
    select d.id, a.id, a.path, case when k = 0 then 'SENDER' else 'RECIPIENT' end, k
    from document d cross join generate_series(0, 2) k join ranked a on a.at = (d.id * (17 * k + 31) + 5 * k) % ${agencies}
    on conflict do nothing`.execute(db)
  await sql`insert into document_exchange (document_id, at, status, seq) select id, now(), 'SENT', 0 from document`.execute(
    db,
  )
  await sql`insert into document_response (document_id, identity, seq) select id, 'i1', 0 from document`.execute(db)
  await sql`insert into indicator (code, name) values ('I', 'I')`.execute(db)
  await sql`
    insert into report (source_id, stream_id, key, code, title, period_code, period_from, period_to, agency_id, agency_path,
      agency_code, submitted_at, search, first_seen_at, changed_at, run_id)
    select 's', 'list', 'r' || a.at, 'R', 'R', '2026', '2026-01-01', '2026-12-31', a.id, a.path, a.code,
      case when a.at % 3 = 0 then now() end, 'r', now(), now(), 1 from ranked a`.execute(db)
  await sql`
    insert into observation (source_id, stream_id, key, indicator_id, period_code, period_from, period_to, value, report_key,
      first_seen_at, changed_at, run_id)
    select 's', 'list', 'o' || n, (select id from indicator), '2026', '2026-01-01', '2026-12-31', n,
      case when n % 2 = 0 then 'R|' || a.code || '|2026' end, now(), now(), 1
    from generate_series(1, 200) n join ranked a on a.at = n % ${agencies}`.execute(db)
  await sql`
    insert into camera (source_id, stream_id, key, code, agency_id, agency_path, search, first_seen_at, changed_at, run_id)
    select 's', 'list', 'c' || a.at, 'C' || a.at, a.id, a.path, 'c', now(), now(), 1 from ranked a`.execute(db)
  await sql`
    insert into camera_event (source_id, stream_id, key, camera_code, kind, from_at, first_seen_at, changed_at, run_id)
    select 's', 'list', 'e' || a.at, 'C' || a.at, 'MOTION', now(), now(), now(), 1 from ranked a`.execute(db)
  await sql`drop table ranked`.execute(db)
  await sql`analyze`.execute(db)
}
