import { sql } from 'kysely'
import type { Engine } from './engine.ts'

/**
 * The configured sources and their streams stand in the database; a stream that is new is due at once. Sources that left
 * the configuration keep their rows and are no longer run. Safe to repeat, also from several processes.
 */
export async function registerSources(engine: Engine): Promise<void> {
  const { db } = engine
  const present = [...engine.sources.values()]
  await db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext('hub register'))`.execute(trx)
    await trx
      .updateTable('source')
      .set({ configured: false })
      .where('id', 'not in', ['', ...present.map((source) => source.id)])
      .execute()
    for (const source of present) {
      await trx
        .insertInto('source')
        .values({
          id: source.id,
          connector: source.connector.manifest.name,
          title: source.title,
          agency_code: source.agency,
          schedule: source.schedule,
          timezone: source.timezone,
        })
        .onConflict((conflict) =>
          conflict.column('id').doUpdateSet({
            connector: source.connector.manifest.name,
            title: source.title,
            agency_code: source.agency,
            schedule: source.schedule,
            timezone: source.timezone,
            configured: true,
          }),
        )
        .execute()
      for (const [id, stream] of Object.entries(source.connector.manifest.streams)) {
        await sql`
          insert into stream (source_id, id, entity, kind, due_at)
          values (${source.id}, ${id}, ${stream.entity}, ${stream.kind}, now())
          on conflict (source_id, id) do update set entity = excluded.entity, kind = excluded.kind
        `.execute(trx)
      }
    }
  })
}
