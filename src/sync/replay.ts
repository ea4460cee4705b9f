import { gunzipSync } from 'node:zlib'
import { sql } from 'kysely'
import type { SourceRecord } from '../contract/connector.ts'
import type { Claim } from './claim.ts'
import type { Engine } from './engine.ts'
import { correctedRecord } from './quarantine.ts'

export interface ReplayPage {
  readonly records: readonly SourceRecord[]
  readonly next: string
  /** Where the records stand in raw; absent for those from the quarantine, whose bytes are kept there. */
  readonly from?: { readonly rawPage: number; readonly indexes: readonly number[] }
}

/**
 * The stored raw records of a stream in pages, each in its latest version, and then what waits in quarantine: all that is
 * needed to normalise anew without asking the source. `place` goes on from a page's `next`.
 */
export async function* rawPages(engine: Engine, held: Claim, place: string | null): AsyncGenerator<ReplayPage> {
  let after = place === null || place.startsWith('q') ? 0 : Number(place)
  if (place === null || !place.startsWith('q')) {
    for (;;) {
      const { rows } = await sql<{ id: number; body: Buffer; indexes: number[] }>`
        select p.id, p.body, array_agg(r.raw_index order by r.raw_index) as indexes
        from raw_page p join record r on r.raw_page_id = p.id and r.source_id = p.source_id and r.stream_id = p.stream_id
        where p.source_id = ${held.source} and p.stream_id = ${held.stream} and p.id > ${after} and r.removed_at is null
        group by p.id order by p.id limit 20
      `.execute(engine.db)
      if (rows.length === 0) break
      for (const row of rows) {
        const all = JSON.parse(gunzipSync(engine.box.open(row.body, 'raw')).toString()) as (SourceRecord | null)[]
        const kept = row.indexes.flatMap((index) => (all[index] == null ? [] : [{ index, record: all[index] }]))
        after = row.id
        yield {
          records: kept.map((one) => one.record),
          next: String(row.id),
          from: { rawPage: row.id, indexes: kept.map((one) => one.index) },
        }
      }
    }
  }
  let last = place?.startsWith('q') === true ? Number(place.slice(1)) : 0
  for (;;) {
    const waiting = await engine.db
      .selectFrom('quarantine')
      .select(['id', 'body', 'patch'])
      .where('source_id', '=', held.source)
      .where('stream_id', '=', held.stream)
      .where('left_at', 'is', null)
      .where('body', 'is not', null)
      .where('id', '>', last)
      .orderBy('id')
      .limit(200)
      .execute()
    if (waiting.length === 0) return
    last = waiting.at(-1)!.id
    yield { records: waiting.map((row) => correctedRecord(engine.box, row.body!, row.patch)), next: `q${last}` }
  }
}
