// Reads stored raw records and the quarantine again, for a replay.
import { gunzipSync } from 'node:zlib'
import { sql } from 'kysely'
import type { SourceRecord } from '../../contract/connector.ts'
import type { Claim } from '../queue/claim.ts'
import type { Engine } from '../engine.ts'
import type { RawPosition } from './plan.ts'
import { correctedRecord } from '../quarantine/quarantine.ts'
import { retryTransient } from '../retry-transient.ts'

export interface ReplayPage {
  readonly records: readonly SourceRecord[]
  readonly next: string
  /** Where the records are in raw; absent for those from the quarantine, which keeps their bytes itself. */
  readonly from?: RawPosition
  /** Their quarantine rows, one for each record. */
  readonly waits?: readonly number[]
}

/** Raw pages that are listed at once: each listing reads every record of the stream. */
const listed = 2000
const opened = 20

/**
 * The raw records of a stream in pages, each in its latest version, and then the waiting records of the quarantine:
 * everything that is needed to normalise again without asking the source. `position` continues after a page's `next`.
 */
export async function* rawPages(engine: Engine, claim: Claim, position: string | null): AsyncGenerator<ReplayPage> {
  if (position === null || !position.startsWith('q')) yield* storedPages(engine, claim, Number(position ?? 0))
  let last = position?.startsWith('q') === true ? Number(position.slice(1)) : 0
  for (;;) {
    const waiting = await retryTransient(() => waitingAfter(engine, claim, last))
    if (waiting.length === 0) return
    last = waiting.at(-1)!.id
    yield {
      records: waiting.map((row) => correctedRecord(engine.keyring, row.body!, row.patch)),
      next: `q${last}`,
      waits: waiting.map((row) => row.id),
    }
  }
}

const waitingAfter = (engine: Engine, claim: Claim, last: number) =>
  engine.db
    .selectFrom('quarantine')
    .select(['id', 'body', 'patch'])
    .where('source_id', '=', claim.source)
    .where('stream_id', '=', claim.stream)
    .where('left_at', 'is', null)
    .where('body', 'is not', null)
    .where('id', '>', last)
    .orderBy('id')
    .limit(200)
    .execute()

async function* storedPages(engine: Engine, claim: Claim, from: number): AsyncGenerator<ReplayPage> {
  let after = from
  for (;;) {
    const query = sql<{ id: number; indexes: number[] }>`
      select raw_page_id as id, array_agg(raw_index order by raw_index) as indexes from record
      where source_id = ${claim.source} and stream_id = ${claim.stream} and removed_at is null and raw_page_id > ${after}
      group by raw_page_id order by raw_page_id limit ${listed}
    `
    const { rows } = await retryTransient(() => query.execute(engine.db))
    for (let at = 0; at < rows.length; at += opened) {
      const some = rows.slice(at, at + opened)
      const ids = some.map((row) => row.id)
      const bodies = await retryTransient(() =>
        engine.db.selectFrom('raw_page').select(['id', 'body']).where('id', 'in', ids).execute(),
      )
      const bodyOf = new Map(bodies.map((row) => [row.id, row.body]))
      for (const { id, indexes } of some) {
        after = id
        const body = bodyOf.get(id)
        if (body === undefined) continue
        const all = JSON.parse(gunzipSync(engine.keyring.open(body, 'raw')).toString()) as (SourceRecord | null)[]
        const kept = indexes.flatMap((index) => (all[index] == null ? [] : [{ index, record: all[index] }]))
        yield {
          records: kept.map((one) => one.record),
          next: String(id),
          from: { rawPage: id, indexes: kept.map((one) => one.index) },
        }
      }
    }
    if (rows.length < listed) return
  }
}
