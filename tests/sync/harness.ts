// A database with a scripted source, for the tests of the engine.
import { sql } from 'kysely'
import type { Connector, Context, Manifest, Normalised, Page, Range, SourceRecord } from '#connector'
import { openKeyring } from '../../src/db/encryption/keyring.ts'
import type { Sink } from '../../src/db/sink.ts'
import { type Claim, claimStream, type RunKind } from '../../src/sync/queue/claim.ts'
import type { Engine, SourceSetup } from '../../src/sync/engine.ts'
import { registerSources } from '../../src/sync/queue/register.ts'
import { requestRuns } from '../../src/sync/queue/request.ts'
import { executeRun } from '../../src/sync/run/run.ts'
import { startWorker, type Worker, type WorkerOptions } from '../../src/sync/queue/worker.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'

const title = { vi: 'Thử', en: 'Trial' }

/** A stream of each kind: changes with positions, whole lists, messages that wait for an answer. */
export const manifest = {
  name: 'scripted',
  title,
  config: {},
  streams: {
    changes: {
      entity: 'Agency',
      key: 'id',
      title,
      kind: 'change-time',
      order: { by: 'at', direction: 'asc' },
      identity: ['born'],
      changed: 'at',
    },
    list: { entity: 'Agency', key: 'id', title, kind: 'snapshot' },
  },
} as const satisfies Manifest

export type Stream = keyof typeof manifest.streams

/** What a scripted source answers; a test alters it while it runs. */
export interface Script {
  pages: Record<Stream, Page[]>
  /** Called before each page is given, with its number in the list: throws, waits, or does nothing. */
  before: (page: number, stream: Stream, signal: AbortSignal) => Promise<void> | void
  /** Part of each normalised record: another structure. */
  mapping: string
  taken: string[][]
  acknowledge: () => void
  /** What was asked for, in order. */
  asked: Range[]
}

/** A record of the source by its key; `gone` makes it a removal, `reject` a reject. */
export const record = (id: string, more: Record<string, string> = {}): SourceRecord => ({
  id,
  name: `Tên ${id}`,
  ...more,
})

export const page = (next: string, ...records: SourceRecord[]): Page => ({ records, next })

export interface World {
  readonly database: FreshDatabase
  readonly engine: Engine
  readonly script: Script
  readonly logged: { level: string; fields: Record<string, unknown>; message: string }[]
  /** What the sink does besides: throws where a test wants it to. */
  sink: { upsert: (keys: string[]) => void }
  readonly settings: Record<string, unknown>
  /** Works until nothing is due, then stops. */
  work(options?: Partial<WorkerOptions>): Promise<void>
  worker(options?: Partial<WorkerOptions>): Promise<Worker>
  /** Asks for a run of a stream and executes it to its end. */
  sync(stream?: Stream, kind?: RunKind, range?: Range | null): Promise<RunRow>
  /** Claims with a session that lives as long as the test. */
  claim(): Promise<Claim | null>
  execute(claim: Claim, signal?: AbortSignal): ReturnType<typeof executeRun>
  runs(stream?: Stream): Promise<RunRow[]>
  things(): Promise<Record<string, string>>
  rows<T>(text: string): Promise<T[]>
  drop(): Promise<void>
}

export interface RunRow {
  readonly id: number
  readonly kind: string
  readonly state: string
  readonly position: string | null
  readonly pages: number
  readonly read: number
  readonly written: number
  readonly unchanged: number
  readonly removed: number
  readonly rejected: number
  readonly failure_code: string | null
  readonly failure_message: string | null
  readonly expected: number | null
  readonly found: number | null
  readonly missing: number
  readonly left_over: number | null
}

const thingSink = (world: Pick<World, 'sink'>): Sink<never> => ({
  async upsert(trx, changes) {
    const rows = changes as unknown as { source: string; stream: string; key: string; record: { name: string } }[]
    for (const one of rows) {
      await sql`
        insert into thing (source, stream, key, name) values (${one.source}, ${one.stream}, ${one.key}, ${one.record.name})
        on conflict (source, stream, key) do update set name = excluded.name
      `.execute(trx)
    }
    world.sink.upsert(rows.map((one) => one.key))
  },
  async remove(trx, removals) {
    for (const one of removals) {
      await sql`delete from thing where source = ${one.source} and stream = ${one.stream} and key = ${one.key}`.execute(
        trx,
      )
    }
  },
})

function scriptedConnector(script: Script): Connector {
  const normalise = (source: SourceRecord): Normalised<'Agency'> => {
    if (typeof source['gone'] === 'string') return { remove: source['gone'], evidence: 'the source says so' }
    if (source['reject'] === 'CLASSIFIED') return { reject: 'CLASSIFIED', at: 'secrecy', withoutBytes: true }
    if (typeof source['reject'] === 'string') return { reject: 'BAD_DATE', at: source['reject'], found: '31/02/2026' }
    if (source['reject'] !== undefined) return { reject: 'BAD_DATE', at: 'birthday' }
    return { record: { code: String(source['id']), name: `${script.mapping}${String(source['name'])}` } as never }
  }
  return {
    manifest,
    check: () => Promise.resolve(),
    async *read(context: Context, stream, range) {
      script.asked.push(range)
      const pages = script.pages[stream as Stream]
      const start = 'since' in range ? pages.findLastIndex((one) => one.next === range.since) + 1 : 0
      for (let at = start; at < script.pages[stream as Stream].length; at += 1) {
        await script.before(at, stream as Stream, context.signal)
        context.signal.throwIfAborted()
        yield script.pages[stream as Stream][at]!
      }
    },
    normalise: { changes: normalise, list: normalise },
    acknowledge: (_context, _stream, keys) => {
      script.acknowledge()
      script.taken.push([...keys])
      return Promise.resolve()
    },
  } as Connector
}

export interface WorldOptions {
  readonly leaseMs?: number
  readonly pageMs?: number
  readonly secrets?: readonly string[]
  readonly schedule?: string
  readonly census?: string
  readonly retention?: Engine['retention']
  /** One that is there already, instead of a fresh one. */
  readonly database?: FreshDatabase
}

/** A database, an engine with one scripted source `s`, and sinks that write into a plain table. */
export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const database = options.database ?? (await freshDatabase())
  await database.pool.query(
    'create table thing (source text, stream text, key text, name text, primary key (source, stream, key))',
  )
  const script: Script = {
    pages: { changes: [], list: [] },
    before: () => undefined,
    mapping: '',
    taken: [],
    acknowledge: () => undefined,
    asked: [],
  }
  const logged: World['logged'] = []
  const log = (level: string) => (fields: Record<string, unknown>, message: string) =>
    void logged.push({ level, fields, message })
  const settings: Record<string, unknown> = {}
  const setup: SourceSetup = {
    id: 's',
    title: 'Nguồn thử · A source for tests',
    agency: 'H53',
    schedule: options.schedule ?? '0 3 * * *',
    timezone: 'Asia/Ho_Chi_Minh',
    ...(options.census === undefined ? {} : { census: options.census }),
    connector: scriptedConnector(script),
    settings,
    secrets: options.secrets ?? [],
    open: (signal) => ({ signal, settings }) as unknown as Context,
  }
  const sink: World['sink'] = { upsert: () => undefined }
  const keyring = openKeyring(new Uint8Array(32).fill(7))
  const engine: Engine = {
    db: database.db,
    keyring,
    sources: new Map([['s', setup]]),
    sinks: new Proxy({} as never, { get: () => thingSink({ sink }) }),
    log: { info: log('info'), warn: log('warn'), error: log('error') },
    now: () => new Date(),
    leaseMs: options.leaseMs ?? 30_000,
    pageMs: options.pageMs ?? 10_000,
    ...(options.retention === undefined ? {} : { retention: options.retention }),
  }
  await registerSources(engine)
  await database.pool.query('update stream set due_at = null')
  const session = await database.pool.connect()
  const pid = Number((await session.query('select pg_backend_pid() as pid')).rows[0].pid)
  const rows = async <T>(text: string): Promise<T[]> => (await database.pool.query(text)).rows as T[]
  const runs = (stream: Stream = 'changes'): Promise<RunRow[]> =>
    rows<RunRow>(`select * from run where stream_id = '${stream}' order by id`)
  const world: World = {
    database,
    engine,
    script,
    logged,
    sink,
    settings,
    worker: (more = {}) => startWorker(engine, { databaseUrl: database.url, name: 'w', pollMs: 50, ...more }),
    async work(more = {}) {
      const worker = await world.worker(more)
      await worker.idle()
      await worker.stop()
    },
    async sync(
      stream = 'changes',
      kind = 'CHANGES',
      range = kind === 'FULL' || kind === 'CENSUS' ? { all: true } : null,
    ) {
      await requestRuns(engine, [{ source: 's', stream }], kind, range)
      const claim = await world.claim()
      if (claim === null) throw new Error('nothing was due')
      await world.execute(claim)
      return (await runs(stream)).at(-1)!
    },
    claim: () => claimStream(engine, { id: `test/${pid}`, pid }),
    execute: (claim, signal = new AbortController().signal) => executeRun(engine, claim, signal),
    runs,
    async things() {
      const found = await rows<{ key: string; name: string }>('select key, name from thing order by key')
      return Object.fromEntries(found.map((one) => [one.key, one.name]))
    },
    rows,
    async drop() {
      session.release()
      await database.drop()
    },
  }
  return world
}
