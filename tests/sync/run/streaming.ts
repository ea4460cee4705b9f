// Measures time and memory of long runs.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { sql } from 'kysely'
import type { Connector, Page, Range } from '#connector'
import type { Sink } from '../../../src/db/sink.ts'
import { claimStream, type RunKind } from '../../../src/sync/queue/claim.ts'
import type { Engine } from '../../../src/sync/engine.ts'
import { requestRuns } from '../../../src/sync/queue/request.ts'
import { executeRun } from '../../../src/sync/run/run.ts'
import { openWorld, record } from '../harness.ts'

export interface Streamed {
  readonly kind: RunKind
  readonly records: number
  readonly seconds: number
  /** The largest growth of the heap without garbage, in megabytes. */
  readonly liveMb: number
  /** The largest growth of the heap with garbage, in megabytes. */
  readonly heapMb: number
}

const perPage = 500
const megabyte = 1024 * 1024

/** All rows of a page by one statement, as a real sink writes them. */
const bulkSink: Sink<never> = {
  async upsert(trx, changes) {
    const rows = (
      changes as unknown as { source: string; stream: string; key: string; record: { name: string } }[]
    ).map(({ source, stream, key, record: { name } }) => ({ source, stream, key, name }))
    await sql`
      insert into thing (source, stream, key, name)
      select source, stream, key, name from json_to_recordset(${JSON.stringify(rows)})
        as r(source text, stream text, key text, name text)
      on conflict (source, stream, key) do update set name = excluded.name
    `.execute(trx)
  },
  remove: () => Promise.resolve(),
}

/**
 * Streams so many records through the engine into a database, in pages of 500: first all of them as new ones, then again in a
 * census that finds nothing changed. Answers what each run took of the heap.
 */
export async function streamRecords(records: number): Promise<readonly Streamed[]> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const world = await openWorld()
  try {
    const source = world.engine.sources.get('s')!
    let look: (page: number) => void = () => undefined
    async function* read(_context: unknown, _stream: string, range: Range): AsyncGenerator<Page> {
      const from = 'since' in range ? Number(range.since) : 0
      for (let at = from; at < records; at += perPage) {
        look(at / perPage)
        const count = Math.min(perPage, records - at)
        yield {
          records: Array.from({ length: count }, (_, n) =>
            record(`key-${at + n}`, { subject: `Hồ sơ số ${at + n} `.repeat(10) }),
          ),
          next: String(at + count),
        }
        await Promise.resolve()
      }
    }
    const engine: Engine = {
      ...world.engine,
      sinks: new Proxy({} as never, { get: () => bulkSink }),
      sources: new Map([['s', { ...source, connector: { ...source.connector, read } as unknown as Connector }]]),
    }
    const session = await world.database.pool.connect()
    const pid = Number((await session.query('select pg_backend_pid() as pid')).rows[0].pid)
    const streamed: Streamed[] = []
    const every = Math.max(1, Math.floor(records / perPage / 20))
    for (const kind of ['FULL', 'CENSUS'] as const) {
      collect()
      const before = process.memoryUsage().heapUsed
      let [live, heap] = [0, 0]
      look = (page) => {
        heap = Math.max(heap, process.memoryUsage().heapUsed - before)
        if (page % every !== 0) return
        collect()
        live = Math.max(live, process.memoryUsage().heapUsed - before)
      }
      const started = performance.now()
      await requestRuns(engine, [{ source: 's', stream: 'changes' }], kind, { all: true })
      const mine = (await claimStream(engine, { id: `streaming/${pid}`, pid }))!
      const end = await executeRun(engine, mine, new AbortController().signal)
      const [run] = await world.rows<{ read: number; written: number }>(
        'select read, written from run order by id desc limit 1',
      )
      if (end !== 'SUCCEEDED' || run?.read !== records || run.written !== (kind === 'FULL' ? records : 0)) {
        throw new Error(`the run of ${records} records ended with ${end}: ${JSON.stringify(run)}`)
      }
      const seconds = (performance.now() - started) / 1000
      streamed.push({ kind, records, seconds, liveMb: live / megabyte, heapMb: heap / megabyte })
    }
    session.release()
    return streamed
  } finally {
    await world.drop()
  }
}
