// Acknowledges records to sources that wait for it.
import { sql } from 'kysely'
import type { Engine } from '../engine.ts'
import { loggable } from '../failure.ts'

const batchSize = 500

/** Sends the acknowledgements that are due, as far as the source takes them; the rest stays for the next time. Safe to repeat. */
export async function acknowledgeDue(engine: Engine, sourceId: string, signal: AbortSignal): Promise<void> {
  const source = engine.sources.get(sourceId)
  if (source?.connector.acknowledge === undefined || source.settings['acknowledge'] !== true) return
  for (const stream of Object.keys(source.connector.manifest.streams)) {
    let keys: string[]
    do {
      if (signal.aborted) return
      const { rows } = await sql<{ key: string }>`
        select key from acknowledgement where source_id = ${sourceId} and stream_id = ${stream}
        order by tries, created_at, key limit ${batchSize}
      `.execute(engine.db)
      keys = rows.map((row) => row.key)
      if (keys.length === 0) break
      try {
        await source.connector.acknowledge(source.open(signal), stream, keys)
      } catch (error) {
        const err = loggable(error, source.secrets)
        engine.log.warn({ err, source: sourceId, stream }, 'the source did not take the acknowledgement')
        await sql`
          update acknowledgement set tries = tries + 1
          where source_id = ${sourceId} and stream_id = ${stream} and key = any(${keys}::text[])
        `.execute(engine.db)
        break
      }
      await sql`
        delete from acknowledgement
        where source_id = ${sourceId} and stream_id = ${stream} and key = any(${keys}::text[])
      `.execute(engine.db)
    } while (keys.length === batchSize)
  }
}
