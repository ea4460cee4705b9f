// A whole hub in this process, with its sources.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConfiguredSource, Config } from '../../src/config/index.ts'
import { openKeyring } from '../../src/db/encryption/keyring.ts'
import { openDatabase } from '../../src/db/open.ts'
import { listen } from '../../src/gateway/http/listen.ts'
import { openSourceEvents } from '../../src/graph/subscribe/source-events.ts'
import { discoverConnectors } from '../../src/main/connectors.ts'
import { demonstrationPurposes } from '../../src/main/demonstration/purposes.ts'
import { composeGraph } from '../../src/main/graph.ts'
import type { Hub } from '../../src/main/hub.ts'
import { serve } from '../../src/main/serve.ts'
import { openSources } from '../../src/main/sources.ts'
import type { RunKind } from '../../src/sync/queue/claim.ts'
import type { Engine } from '../../src/sync/engine.ts'
import { registerSources } from '../../src/sync/queue/register.ts'
import { requestRuns } from '../../src/sync/queue/request.ts'
import { startWorker } from '../../src/sync/queue/worker.ts'
import { freshDatabase } from '../kit/database.ts'
import { openClient, type Client, type Rights } from './client.ts'
import { house } from '../../src/domains/index.ts'

export interface SourceGiven {
  readonly id: string
  /** Default: the source's id. */
  readonly connector?: string
  readonly agency?: string
  readonly settings: Readonly<Record<string, unknown>>
  readonly hosts: readonly string[]
}

export interface RunRow {
  readonly source: string
  readonly stream: string
  readonly state: string
  readonly read: number
  readonly written: number
  readonly unchanged: number
  readonly removed: number
  readonly rejected: number
  readonly failure_code: string | null
  readonly failure_message: string | null
}

export interface JourneyHub {
  readonly url: string
  readonly engine: Engine
  /** Runs every stream of the sources (or of one) now, by a real worker, and gives the runs as they ended. */
  sync(options?: { source?: string; stream?: string; kind?: RunKind }): Promise<RunRow[]>
  /** Someone with a token of the development issuer; no rights: nobody in particular. */
  client(rights?: Rights): Promise<Client>
  close(): Promise<void>
}

// The tests ask for every run themselves: no schedule may come between.
const newYear = '0 0 1 1 *'

/** The hub as it is put together to serve and to work, on a database of its own, with a clock that the test moves. */
export async function openJourneyHub(
  given: readonly SourceGiven[],
  now: () => Date,
  subgraphs: Config['subgraphs'] = [],
): Promise<JourneyHub> {
  const configured = given.map((one): ConfiguredSource => ({
    id: one.id,
    connector: one.connector ?? one.id,
    title: undefined,
    agency: one.agency ?? 'H53',
    schedule: newYear,
    timezone: 'Asia/Ho_Chi_Minh',
    allowHosts: one.hosts,
    ca: undefined,
    census: newYear,
    drift: { '*': 'accept' },
    settings: one.settings,
    limits: { tries: 2, idleMs: 5_000, totalMs: 20_000 },
    path: `the journey's ${one.id}`,
  }))
  const sources = openSources(configured, await discoverConnectors(), {})
  const home = mkdtempSync(join(tmpdir(), 'journey-'))
  const fresh = await freshDatabase('hub_reference')
  const reading = openDatabase(fresh.url, { max: 4, applicationName: 'journey reading', reads: true })
  const secret = new Uint8Array(32).fill(7)
  const keyring = openKeyring(secret)
  const engine: Engine = {
    db: fresh.db,
    keyring,
    sources: new Map(
      [...sources.setups].map(([id, setup]) => [
        id,
        { ...setup, open: (signal: AbortSignal) => ({ ...setup.open(signal), now }) },
      ]),
    ),
    sinks: house.sinks(keyring),
    log: quiet,
    now,
    leaseMs: 30_000,
    pageMs: 60_000,
  }
  await registerSources(engine)
  const listener = await listen({ host: '127.0.0.1', port: 0 })
  const config: Config = {
    purposes: demonstrationPurposes,
    developmentIssuer: true,
    demonstration: true,
    issuers: [],
    subgraphs: [],
    sources: configured,
    home,
    host: '127.0.0.1',
    port: 0,
  } as unknown as Config
  const store = {
    url: fresh.url,
    database: { db: fresh.db, pool: fresh.pool, close: () => Promise.resolve() },
    reading,
    keyring,
    secret,
    warning: undefined,
    close: () => Promise.resolve(),
  }
  const events = openSourceEvents({ url: fresh.url, db: fresh.db, onError: (error) => console.error(error) })
  const graph = composeGraph(store, engine, config, events)
  const hub = { config, store, engine, graph, subgraphs, log: quiet, close: () => Promise.resolve() } as unknown as Hub
  const serving = await serve(hub, listener)

  return {
    url: serving.gateway.url,
    engine,
    async sync({ source, stream, kind = 'CHANGES' } = {}) {
      const wanted = [...engine.sources.values()]
        .filter(({ id }) => source === undefined || id === source)
        .flatMap(({ id, connector }) =>
          Object.keys(connector.manifest.streams)
            .filter((name) => stream === undefined || name === stream)
            .map((name) => ({ source: id, stream: name })),
        )
      const requested = await requestRuns(engine, wanted, kind, kind === 'FULL' ? { all: true } : null)
      const ids = requested.map((one) => one.run)
      const worker = await startWorker(engine, { databaseUrl: fresh.url, name: 'journey', only: wanted, pollMs: 50 })
      try {
        for (;;) {
          await worker.idle()
          const { rows } = await fresh.pool.query<RunRow>(
            `select source_id as source, stream_id as stream, state, read, written, unchanged, removed, rejected,
               failure_code, failure_message
             from run where id = any($1) order by source_id, stream_id`,
            [ids],
          )
          if (rows.every(({ state }) => state !== 'WAITING' && state !== 'RUNNING')) return rows
        }
      } finally {
        await worker.stop()
      }
    },
    async client(rights) {
      const token =
        rights === undefined
          ? null
          : (
              await serving.issuer!.mint({
                scope: rights.scope,
                agency: rights.agency ?? 'H53',
                purposes: rights.purpose === undefined ? [] : [rights.purpose],
                ttlSeconds: 3_600,
                subject: rights.subject ?? 'journey',
              })
            ).token
      return openClient(serving.gateway.url, token, rights?.purpose)
    },
    async close() {
      await serving.close()
      await events.close()
      await sources.close()
      await reading.close()
      await fresh.drop()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/** Only what a bug of the hub leaves behind is shown. */
const quiet = {
  info: () => undefined,
  debug: () => undefined,
  trace: () => undefined,
  warn: () => undefined,
  error: (fields: Record<string, unknown>, message: string) => console.error(message, fields),
}
