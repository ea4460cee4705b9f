// The hub: configuration, store, engine, graph and sources, opened in order.
import pino, { type Logger } from 'pino'
import type { Config } from '../config/index.ts'
import { loggable } from '../gateway/log.ts'
import { openSourceEvents } from '../graph/subscribe/source-events.ts'
import { importReference, loadShippedReference } from '../reference/index.ts'
import { assertTables } from '../domains/check-tables.ts'
import { house } from '../domains/index.ts'
import type { Engine } from '../sync/engine.ts'
import { registerSources } from '../sync/queue/register.ts'
import { discoverConnectors } from './connectors.ts'
import { openDemonstration } from './demonstration/demonstration.ts'
import { composeGraph, type Graph } from './graph.ts'
import { openSources } from './sources.ts'
import { openStore, type Store } from './store.ts'

export interface Hub {
  readonly config: Config
  readonly store: Store
  readonly engine: Engine
  readonly log: Logger
  /** The published schema with what answers it: composed when it is first asked for, once. */
  readonly graph: Graph
  /** Other agencies' subgraphs, the demonstration's among them. */
  readonly subgraphs: Config['subgraphs']
  /** Settles when the demonstration's emulators end although this hub reads from them. */
  readonly lost: Promise<void>
  close(): Promise<void>
}

export interface HubOptions {
  /** What this process is, in the database's list of sessions. */
  readonly name: string
  /**
   * Whether sources will be read, or their records normalised again: then their secrets, and the demonstration's emulators,
   * must be there. Default true.
   */
  readonly reads?: boolean
}

/** Everything that serves and works, opened in order; `close` ends it in the opposite one. */
export async function openHub(config: Config, options: HubOptions): Promise<Hub> {
  // Messages and details of database errors quote rows.
  const err = (error: unknown): unknown => (error instanceof Error ? loggable(error) : error)
  const log = pino({ level: config.logLevel, base: null, serializers: { err } }, pino.destination(2))
  const closing: (() => Promise<void>)[] = []
  const close = async (): Promise<void> => {
    for (const one of closing.splice(0).toReversed()) await one()
  }
  try {
    const store = await openStore(config, options.name)
    closing.push(store.close)
    await assertTables(store.database.pool, house)
    await loadShippedReference(store.database.db)
    const reads = options.reads !== false
    const demonstration = reads && config.demonstration ? await openDemonstration(config) : null
    if (demonstration !== null) {
      closing.push(demonstration.stop)
      await importReference(store.database.db, demonstration.reference)
    }
    const configured = reads ? [...config.sources, ...(demonstration?.sources ?? [])] : []
    const sources = openSources(configured, await discoverConnectors(), process.env)
    closing.push(sources.close)
    const engine: Engine = {
      db: store.database.db,
      keyring: store.keyring,
      sources: sources.setups,
      sinks: house.sinks(store.keyring),
      log,
      now: () => new Date(),
      leaseMs: config.leaseMs,
      pageMs: 300_000,
      retention: config.retention,
    }
    if (reads) await registerSources(engine)
    const subgraphs = [...config.subgraphs, ...(demonstration?.subgraphs ?? [])]
    const events = openSourceEvents({
      url: store.url,
      db: store.database.db,
      onError: (error) => log.warn({ err: error }, 'the changes of the store could not be read'),
    })
    closing.push(events.close)
    let graph: Graph | undefined
    return {
      config,
      store,
      engine,
      log,
      get graph() {
        graph ??= composeGraph(store, engine, config, events)
        return graph
      },
      subgraphs,
      lost: demonstration?.lost ?? new Promise(() => undefined),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
