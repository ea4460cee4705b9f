// Stores dossiers with their history and sealed applicants.
import { sql, type Transaction } from 'kysely'
import type { DossierRecord } from '../../contract/entity.ts'
import type { Keyring } from '../../db/encryption/keyring.ts'
import { removeRows } from '../../db/remove-rows.ts'
import type { Change, Sink } from '../../db/sink.ts'
import type { Tables } from '../../db/tables.ts'
import { foldText } from '../../graph/sql/words.ts'
import { pathOfSource, resolveAgencies } from '../agency/index.ts'
import { resolveProcedures } from '../procedure/index.ts'
import { sealApplicant, tokensOfApplicant } from './applicant.ts'
import { dueLimit, loadCalendar, workingDays } from './calendar.ts'
import { type KnownDossier, observe } from './history.ts'

interface KnownRow {
  readonly key: string
  readonly status: KnownDossier['status']
  readonly due_at: string | null
  readonly finished_at: string | null
  readonly returned_at: string | null
  readonly events: number
  readonly due_dates: number
}

/** Dossiers with the history that the source gives or the hub observes; the applicant is sealed in its row. */
export function openDossierSink(keyring: Keyring): Sink<DossierRecord> {
  return {
    async upsert(trx, changes) {
      const first = changes[0]
      if (first === undefined) return
      const agencies = await resolveAgencies(
        trx,
        first.source,
        changes.flatMap(({ record }) => [record.agency, ...(record.events ?? []).map((event) => event.agency)]),
      )
      const procedures = await resolveProcedures(
        trx,
        changes.map(({ record }) => record.procedure),
      )
      const known = await knownDossiers(
        trx,
        first.source,
        first.stream,
        changes.map((change) => change.key),
      )
      const calendar = await loadCalendar(trx)
      const sourcePath = await pathOfSource(trx, first.source)
      const rows = changes.map(({ key, record, run, firstSeenAt, changedAt }) => {
        const before = known.get(key) ?? null
        const seenAt = record.sourceUpdatedAt ?? changedAt
        const observed = observe(before, record, seenAt)
        const agency = record.agency === null ? null : agencies.get(record.agency.code)!
        const finishedAt = observed.finishedAt
        return {
          key,
          code: record.code,
          procedure_id: record.procedure === null ? null : procedures.get(record.procedure.code)!,
          agency_id: agency?.id ?? null,
          agency_path: agency?.path ?? sourcePath,
          status: record.status,
          channel: record.channel,
          subject: record.subject,
          applicant: record.applicant === null ? null : sealApplicant(keyring, record.applicant).toString('base64'),
          personal_tokens: tokensOfApplicant(keyring, record.applicant),
          received_at: record.receivedAt,
          due_at: record.dueAt,
          due_limit: record.dueAt === null ? null : dueLimit(record.dueAt),
          finished_at: finishedAt,
          returned_at: observed.returnedAt,
          processing_days:
            finishedAt === null || record.receivedAt === null
              ? null
              : workingDays(calendar, record.receivedAt, finishedAt),
          fees: record.fees,
          results: record.results,
          search: foldText(`${record.code} ${record.subject ?? ''}`),
          first_seen_at: firstSeenAt,
          changed_at: changedAt,
          source_updated_at: record.sourceUpdatedAt,
          run_id: run,
          given_events: record.events?.map((event, seq) => ({
            seq,
            at: event.at,
            status: event.status,
            agency_id: event.agency === null ? null : agencies.get(event.agency.code)!.id,
            officer: event.officer,
            note: event.note,
          })),
          event: record.events === null ? observed.event : null,
          given_due_dates: record.dueDates?.map((due, seq) => ({ seq, due_at: due.dueAt, since: due.since })),
          due_date: record.dueDates === null ? observed.dueDate : null,
        }
      })
      await upsertRows(trx, first, JSON.stringify(rows))
    },

    remove: (trx, removals) => removeRows(trx, 'dossier', removals),
  }
}

async function knownDossiers(
  trx: Transaction<Tables>,
  source: string,
  stream: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, KnownDossier>> {
  const { rows } = await sql<KnownRow>`
    select d.key, d.status, d.due_at, d.finished_at, d.returned_at,
      (select count(*) from dossier_event e where e.dossier_id = d.id) as events,
      (select count(*) from dossier_due_date e where e.dossier_id = d.id) as due_dates
    from dossier d where d.source_id = ${source} and d.stream_id = ${stream} and d.key = any(${[...keys]}::text[])
  `.execute(trx)
  return new Map(
    rows.map((row) => [
      row.key,
      {
        status: row.status,
        dueAt: row.due_at,
        finishedAt: row.finished_at,
        returnedAt: row.returned_at,
        events: row.events,
        dueDates: row.due_dates,
      },
    ]),
  )
}

async function upsertRows(trx: Transaction<Tables>, first: Change<DossierRecord>, rows: string): Promise<void> {
  await sql`
    with given as (
      select * from json_to_recordset(${rows}) as g(key text, code text, procedure_id bigint, agency_id bigint,
        agency_path text, status text, channel text, subject text, applicant text, personal_tokens bigint[],
        received_at timestamptz, due_at timestamptz, due_limit timestamptz, finished_at timestamptz,
        returned_at timestamptz, processing_days integer, fees jsonb, results jsonb, search text,
        first_seen_at timestamptz, changed_at timestamptz, source_updated_at timestamptz, run_id bigint,
        given_events jsonb, event jsonb, given_due_dates jsonb, due_date jsonb)
    ), stored as (
      insert into dossier (source_id, stream_id, key, code, procedure_id, agency_id, agency_path, status, channel,
        subject, applicant, personal_tokens, received_at, due_at, due_limit, finished_at, returned_at, processing_days,
        fees, results, search, first_seen_at, changed_at, source_updated_at, run_id)
      select ${first.source}, ${first.stream}, key, code, procedure_id, agency_id, agency_path, status, channel,
        subject, decode(applicant, 'base64'), personal_tokens, received_at, due_at, due_limit, finished_at, returned_at,
        processing_days, fees, results, search, first_seen_at, changed_at, source_updated_at, run_id
      from given
      on conflict (source_id, stream_id, key) do update set code = excluded.code, procedure_id = excluded.procedure_id,
        agency_id = excluded.agency_id, agency_path = excluded.agency_path, status = excluded.status,
        channel = excluded.channel, subject = excluded.subject, applicant = excluded.applicant,
        personal_tokens = excluded.personal_tokens, received_at = excluded.received_at, due_at = excluded.due_at,
        due_limit = excluded.due_limit, finished_at = excluded.finished_at, returned_at = excluded.returned_at,
        processing_days = excluded.processing_days, fees = excluded.fees, results = excluded.results,
        search = excluded.search, changed_at = excluded.changed_at, source_updated_at = excluded.source_updated_at,
        run_id = excluded.run_id
      returning id, key
    ), gone_events as (
      delete from dossier_event e using stored s, given g
      where e.dossier_id = s.id and g.key = s.key and g.given_events is not null
        and e.seq >= jsonb_array_length(g.given_events)
    ), gone_due_dates as (
      delete from dossier_due_date e using stored s, given g
      where e.dossier_id = s.id and g.key = s.key and g.given_due_dates is not null
        and e.seq >= jsonb_array_length(g.given_due_dates)
    ), events as (
      insert into dossier_event (dossier_id, seq, at, status, agency_id, officer, note, observed)
      select s.id, e.seq, e.at, e.status, e.agency_id, e.officer, e.note, g.given_events is null
      from stored s join given g on g.key = s.key
        cross join lateral jsonb_to_recordset(coalesce(g.given_events,
          case when jsonb_typeof(g.event) = 'object' then jsonb_build_array(g.event) else '[]' end))
          as e(seq integer, at timestamptz, status text, agency_id bigint, officer text, note text)
      on conflict (dossier_id, seq) do update set at = excluded.at, status = excluded.status,
        agency_id = excluded.agency_id, officer = excluded.officer, note = excluded.note, observed = excluded.observed
    )
    insert into dossier_due_date (dossier_id, seq, due_at, since)
    select s.id, e.seq, e.due_at, e.since
    from stored s join given g on g.key = s.key
      cross join lateral jsonb_to_recordset(coalesce(g.given_due_dates,
        case when jsonb_typeof(g.due_date) = 'object' then jsonb_build_array(jsonb_build_object('seq', g.due_date->'seq',
          'due_at', g.due_date->'dueAt', 'since', g.due_date->'since')) else '[]' end))
        as e(seq integer, due_at timestamptz, since timestamptz)
    on conflict (dossier_id, seq) do update set due_at = excluded.due_at, since = excluded.since
  `.execute(trx)
}
