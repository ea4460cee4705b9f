// Writes the configured sources and their streams into the database.
import { sql, type Transaction } from 'kysely'
import type { Tables } from '../../db/tables.ts'
import type { Engine, SourceSetup } from '../engine.ts'
import { retryTransient } from '../retry-transient.ts'
import { untilNextCensus } from '../run/end.ts'
import { streamsOf, type Wanted } from './claim.ts'
import { untilNextFire } from './schedule.ts'

/**
 * After this the configured sources and their streams are in the database; a new stream is due at once. Sources that left
 * the configuration, and streams that left their connector, keep their rows and are no longer run: an open run of theirs
 * ends as failed. A source whose schedule changed is due by the new one, and so is its census. Safe to repeat, also from
 * several processes.
 */
export async function registerSources(engine: Engine): Promise<void> {
  const present = [...engine.sources.values()]
  // Requests lock streams as well: when two wait for each other, one of them is tried again.
  await retryTransient(() =>
    engine.db.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(hashtext('hub register'))`.execute(trx)
      await trx
        .updateTable('source')
        .set({ configured: false })
        .where('id', 'not in', ['', ...present.map((source) => source.id)])
        .execute()
      await failOrphanedRuns(trx, streamsOf(engine), engine.now().toISOString())
      const before = await trx.selectFrom('source').select(['id', 'schedule', 'timezone', 'census']).execute()
      for (const source of present) {
        const known = before.find((one) => one.id === source.id)
        await registerSource(trx, source, known)
        await registerStreams(trx, source, known)
      }
    }),
  )
}

/** What the database knew of a source before this registration. */
interface KnownSource {
  readonly schedule: string
  readonly timezone: string
  readonly census: string | null
}

/** Ends the open runs of streams that left the configuration. */
async function failOrphanedRuns(trx: Transaction<Tables>, streams: readonly Wanted[], now: string): Promise<void> {
  await sql`
    with left_open as (
      update stream s set run_id = null, lease_until = null, lease_owner = null, lease_pid = null,
        lease_epoch = lease_epoch + 1, due_at = coalesce(s.due_at, now())
      from source o, run r
      where o.id = s.source_id and r.id = s.run_id and r.state in ('WAITING', 'RUNNING')
        and (not o.configured or not exists (
          select 1 from unnest(${streams.map((one) => one.source)}::text[], ${streams.map((one) => one.stream)}::text[])
            as k(source, stream) where k.source = s.source_id and k.stream = s.id))
      returning r.id
    ), forgotten as (
      delete from run_seen where run_id in (select id from left_open)
    )
    update run set state = 'FAILED', finished_at = ${now}, failure_code = 'CONFIG_INVALID',
      failure_message = 'the source or its stream has left the configuration'
    where id in (select id from left_open)
  `.execute(trx)
}

async function registerSource(
  trx: Transaction<Tables>,
  source: SourceSetup,
  known: KnownSource | undefined,
): Promise<void> {
  const columns = {
    connector: source.connector.manifest.name,
    title: source.title,
    agency_code: source.agency,
    schedule: source.schedule,
    timezone: source.timezone,
    census: source.census ?? null,
  }
  await trx
    .insertInto('source')
    .values({ id: source.id, ...columns })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ ...columns, configured: true }))
    .execute()
  if (known === undefined || (known.schedule === source.schedule && known.timezone === source.timezone)) return
  const dueIn = untilNextFire(source.schedule, source.timezone)
  await sql`
    update stream set due_at = least(due_at, clock_timestamp() + ${dueIn} * interval '1 millisecond')
    where source_id = ${source.id} and due_at is not null
  `.execute(trx)
}

async function registerStreams(
  trx: Transaction<Tables>,
  source: SourceSetup,
  known: KnownSource | undefined,
): Promise<void> {
  const isSameCensus = known?.census === (source.census ?? null) && known.timezone === source.timezone
  for (const [id, stream] of Object.entries(source.connector.manifest.streams)) {
    await sql`
      insert into stream (source_id, id, entity, kind, due_at)
      values (${source.id}, ${id}, ${stream.entity}, ${stream.kind}, now())
      on conflict (source_id, id) do update set entity = excluded.entity, kind = excluded.kind
    `.execute(trx)
    const countIn = untilNextCensus(source, id)
    const due = countIn === null ? sql`null` : sql`clock_timestamp() + ${countIn} * interval '1 millisecond'`
    await sql`
      update stream set census_due_at = ${isSameCensus && countIn !== null ? sql`coalesce(census_due_at, ${due})` : due}
      where source_id = ${source.id} and id = ${id}
    `.execute(trx)
  }
}
