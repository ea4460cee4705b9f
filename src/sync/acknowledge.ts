import { sql } from 'kysely'
import type { Engine } from './engine.ts'

/** Answers that a source waits for have been given, as far as it took them; the rest stays for the next time. */
export async function acknowledgeDue(engine: Engine, sourceId: string, signal: AbortSignal): Promise<void> {
  const source = engine.sources.get(sourceId)
  if (source?.connector.acknowledge === undefined || source.settings['acknowledge'] !== true) return
  for (const stream of Object.keys(source.connector.manifest.streams)) {
    const waiting = await engine.db
      .selectFrom('acknowledgement')
      .select('key')
      .where('source_id', '=', sourceId)
      .where('stream_id', '=', stream)
      .orderBy('created_at')
      .limit(500)
      .execute()
    const keys = waiting.map((row) => row.key)
    if (keys.length === 0) continue
    try {
      await source.connector.acknowledge(source.open(signal), stream, keys)
      await engine.db
        .deleteFrom('acknowledgement')
        .where('source_id', '=', sourceId)
        .where('stream_id', '=', stream)
        .where('key', 'in', keys)
        .execute()
    } catch (error) {
      engine.log.warn({ err: error, source: sourceId, stream }, 'the source did not take the acknowledgement')
      await sql`
        update acknowledgement set tries = tries + 1
        where source_id = ${sourceId} and stream_id = ${stream} and key = any(${keys}::text[])
      `.execute(engine.db)
    }
  }
}
