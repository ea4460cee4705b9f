import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { seededRandom } from '#connector'
import { settingsOf } from '../../src/contract/settings.ts'
import { openKeyring } from '../../src/db/encryption/keyring.ts'
import type { RunKind } from '../../src/sync/queue/claim.ts'
import type { Engine } from '../../src/sync/engine.ts'
import { registerSources } from '../../src/sync/queue/register.ts'
import { requestRuns, resumeSource } from '../../src/sync/queue/request.ts'
import { startWorker, type Worker, type WorkerOptions } from '../../src/sync/queue/worker.ts'
import { openTransport, type TransportLimits } from '../../src/transport/open.ts'
import { boxSecret, setupOf, sourceId } from './engine-setup.ts'
import { cloneDatabase, type OwnDatabase } from '../kit/clone-database.ts'
import { openHttpProxy, readdressed, type Behaviour, type HttpProxy } from './injected/http-proxy.ts'
import { weigh, type Balance } from './weigh/oracle.ts'
import type { Running, Subject } from './subject/subject.ts'
import { makeThings } from './subject/thing-sink.ts'

export interface RunRow {
  readonly id: number
  readonly stream_id: string
  readonly kind: string
  readonly state: string
  readonly pages: number
  readonly read: number
  readonly written: number
  readonly unchanged: number
  readonly removed: number
  readonly rejected: number
  readonly failure_code: string | null
  readonly failure_message: string | null
}

/** By then every run must have come to its end. */
const longestSyncMs = 180_000

/** Short, so that a fault is over soon; long enough for a machine that is busy. */
export const shortLimits: TransportLimits = {
  connectMs: 2_000,
  idleMs: 3_000,
  totalMs: 6_000,
  bodyBytes: 2 * 1_048_576,
  inflatedBytes: 4 * 1_048_576,
  inflationRatio: 200,
  tries: 3,
  retryAfterCapMs: 2_000,
}

export interface World {
  readonly seed: number
  readonly random: () => number
  readonly running: Running
  readonly engine: Engine
  readonly pool: pg.Pool
  readonly database: OwnDatabase
  readonly logged: string[]
  /** The proxies before the source's addresses behave so. */
  behave(behaviour: Behaviour | null): void
  /** Requests that came to the source since it was told how to behave. */
  requests(): number
  /** The transport is opened anew with other limits. */
  limits(limits: Partial<TransportLimits>): Promise<void>
  readonly thorough: boolean
  /** How many processes F33 kills. */
  readonly kills: number
  readonly serverUrl: string
  /** Complete, with the proxies' addresses in the source's place. */
  readonly settings: Readonly<Record<string, unknown>>
  /** Addresses of the proxies. */
  readonly hosts: readonly string[]
  /** How far the hub's clock is off the source's. */
  readonly clock: { offsetMs: number }
  /** All variants of a fault in a thorough world, and few ones on the fault source; else one of them by chance. */
  some<T>(variants: readonly T[]): readonly T[]
  /** The source is asked at another address; null: at its own again. */
  reach(url: string | null): Promise<void>
  /** Runs every stream (or one) now and answers the runs as they ended. */
  sync(options?: { stream?: string; kind?: RunKind }): Promise<RunRow[]>
  /** What the source deleted without a word, or wrote too late, is found. */
  census(): Promise<RunRow[]>
  worker(options?: Partial<WorkerOptions>): Promise<Worker>
  /** The source lives on, and what it says from now on is known to be true. */
  advance(): Promise<void>
  /** Takes in what is true now; call it after changing the source by hand. */
  learn(): void
  /** Hashes of every text that was ever true of a key. */
  known(stream: string, key: string): ReadonlySet<string>
  weigh(): Promise<{ balance: Balance; findings: string[] }>
  rows<T>(text: string, values?: readonly unknown[]): Promise<T[]>
  resume(): Promise<void>
  close(): Promise<void>
}

export interface WorldOptions {
  readonly serverUrl: string
  readonly seed: number
  readonly leaseMs?: number
  readonly pageMs?: number
  readonly schedule?: string
  readonly limits?: Partial<TransportLimits>
  /** The hub's clock where it is not the source's. */
  readonly now?: () => Date
  readonly settings?: Readonly<Record<string, unknown>>
  /** A database that is there already, with its sources registered. */
  readonly database?: OwnDatabase
  readonly kills?: number
  /** Default true. */
  readonly thorough?: boolean
  readonly breaker?: { readonly failures?: number; readonly restMs?: number }
}

/** An engine with one source, the subject behind proxies, on a database of its own. */
export async function openWorld(subject: Subject | Running, options: WorldOptions): Promise<World> {
  const { seed, serverUrl } = options
  const running = 'open' in subject ? await subject.open(seed) : subject
  const random = seededRandom('world', seed, running.name)
  const proxies: HttpProxy[] = []
  for (const host of running.hosts) proxies.push(await openHttpProxy(host))
  const addresses = new Map(running.hosts.map((host, at) => [host, proxies[at]!.host]))
  const given = readdressed({ ...running.settings, ...options.settings }, addresses)
  const settings: Record<string, unknown> = { ...settingsOf(running.connector.manifest.config, given) }
  const ownUrl = settings['url']
  const database = options.database ?? (await cloneDatabase(serverUrl))
  const { pool, db } = database.database
  const logged: string[] = []
  const known = new Map<string, Set<string>>()
  const log = (level: string) => (fields: Record<string, unknown>, message: string) =>
    void logged.push(`${level} ${message} ${JSON.stringify(fields)}`)
  const clock = { offsetMs: 0 }
  const now = (): Date => new Date((options.now ?? running.now)().getTime() + clock.offsetMs)
  const jitter = seededRandom('jitter', seed)
  const openWith = (limits: Partial<TransportLimits>) =>
    openTransport({
      allowHosts: [...proxies.map((proxy) => proxy.host), '127.0.0.0/8'],
      limits: { ...shortLimits, ...options.limits, ...limits },
      breaker: { failures: 8, restMs: 50, ...options.breaker },
      secrets: [],
      random: () => jitter() * 0.05,
    })
  let narrowed: Partial<TransportLimits> = {}
  let transport = openWith(narrowed)
  const setup = setupOf({
    connector: running.connector,
    settings,
    ...(options.schedule === undefined ? {} : { schedule: options.schedule }),
    transport: () => transport,
    now,
    random,
  })
  const engine: Engine = {
    db,
    keyring: openKeyring(boxSecret),
    sources: new Map([[sourceId, setup]]),
    sinks: running.sinks(boxSecret),
    log: { info: () => undefined, warn: log('warn'), error: log('error') },
    now,
    leaseMs: options.leaseMs ?? 30_000,
    pageMs: options.pageMs ?? 20_000,
  }
  if (options.database === undefined) {
    await makeThings(pool)
    await registerSources(engine)
    await pool.query('update stream set due_at = null')
  }
  const oneOf = (count: number): [number, number] => {
    const at = Math.floor(random() * count)
    return [at, at + 1]
  }
  const rows = async <T>(text: string, values: readonly unknown[] = []): Promise<T[]> =>
    (await pool.query(text, [...values])).rows as T[]
  const learn = (): void => {
    for (const stream of running.streams) {
      for (const [key, text] of running.truth(stream)) {
        const name = `${stream}/${key}`
        const texts = known.get(name) ?? new Set()
        known.set(name, texts.add(text))
      }
    }
  }
  learn()
  const world: World = {
    seed,
    random,
    running,
    engine,
    pool,
    database,
    logged,
    thorough: options.thorough !== false,
    kills: options.kills ?? 8,
    serverUrl,
    settings,
    hosts: proxies.map((proxy) => proxy.host),
    clock,
    behave: (behaviour) => proxies.forEach((proxy) => proxy.behave(behaviour)),
    requests: () => proxies.reduce((sum, proxy) => sum + proxy.requests, 0),
    async limits(limits) {
      narrowed = limits
      await transport.close()
      transport = openWith(limits)
    },
    worker: (more = {}) => startWorker(engine, { databaseUrl: database.url, name: 'w', pollMs: 50, ...more }),
    async reach(url) {
      Object.assign(settings, { url: url ?? ownUrl })
      await transport.close()
      transport = openWith(narrowed)
    },
    async sync({ stream, kind = 'CHANGES' } = {}) {
      const wanted = running.streams
        .filter((name) => stream === undefined || name === stream)
        .map((name) => ({ source: sourceId, stream: name }))
      const asked = await requestRuns(engine, wanted, kind, kind === 'CHANGES' ? null : { all: true })
      const ids = asked.map((one) => one.run)
      const worker = await world.worker({ only: wanted })
      const end = performance.now() + longestSyncMs
      try {
        for (;;) {
          await Promise.race([worker.idle(), sleep(Math.max(0, end - performance.now()), undefined, { ref: false })])
          const found = await rows<RunRow>('select * from run where id = any($1) order by stream_id', [ids])
          if (found.every(({ state }) => state !== 'WAITING' && state !== 'RUNNING')) return found
          if (performance.now() > end) throw new Error(`a run has not ended within ${longestSyncMs / 1000} s`)
          await sleep(20)
        }
      } finally {
        await worker.stop()
      }
    },
    census: () => world.sync({ kind: 'CENSUS' as RunKind }),
    async advance() {
      await running.advance()
      learn()
    },
    learn,
    known: (stream, key) => {
      const texts = [...(known.get(`${stream}/${key}`) ?? [])]
      return new Set(texts.map((text) => engine.keyring.hash(text, 'record').toString('hex')))
    },
    weigh: () => weigh({ pool, keyring: engine.keyring, running, known, logged }),
    some: (variants) => {
      const few = running.own !== null && variants.length <= 4
      return options.thorough !== false || few ? variants : variants.slice(...oneOf(variants.length))
    },
    rows,
    resume: () => resumeSource(engine, sourceId),
    async close() {
      for (const proxy of proxies) await proxy.close()
      await transport.close()
      if ('open' in subject) await running.close()
      await database.drop()
    },
  }
  return world
}
