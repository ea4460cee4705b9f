// The graph as the hub composes it, over a database of its own, for the tests of every room.
import { createHmac } from 'node:crypto'
import { sql, type Transaction } from 'kysely'
import type { Caller } from '../../../src/access/caller.ts'
import { anonymous } from '../../../src/access/caller.ts'
import type { Scope } from '../../../src/access/policy/scopes.ts'
import type { Config } from '../../../src/config/index.ts'
import type { EntityName, EntityRecord } from '../../../src/contract/entity.ts'
import { openKeyring } from '../../../src/db/encryption/keyring.ts'
import { openDatabase } from '../../../src/db/open.ts'
import type { Tables } from '../../../src/db/tables.ts'
import { openSourceEvents } from '../../../src/graph/subscribe/source-events.ts'
import { openSubgraph } from '../../../src/gateway/graphql/subgraph-endpoint.ts'
import { composeGraph, type Graph } from '../../../src/main/graph.ts'
import type { Store } from '../../../src/main/store.ts'
import type { Engine, Sinks } from '../../../src/sync/engine.ts'
import type { FreshDatabase } from '../database.ts'
import { freshDatabase } from '../database.ts'
import { house } from '../../../src/domains/index.ts'
import { answerOf } from '../operation.ts'

export const keyring = openKeyring(createHmac('sha256', 'graph').update('test').digest())
export const sinks: Sinks = house.sinks(keyring)

export interface Answer {
  // oxlint-disable-next-line typescript/no-explicit-any -- answers are compared member by member
  readonly data?: any
  readonly errors?: readonly {
    readonly message: string
    readonly path?: readonly (string | number)[]
    readonly extensions: { readonly code?: string }
  }[]
}

export interface OpenGraph {
  readonly generation: Graph
  readonly database: FreshDatabase
  /** Statements that operations have sent to the database since the last look. */
  statements(): string[]
  clock: { now: Date }
  /** The answer as it would be written, after validation against what the caller may write. */
  ask(query: string, caller?: Caller, variables?: Record<string, unknown>): Promise<Answer>
  /** The same of the hub as a subgraph: `_entities` and `_service` are there. */
  askSubgraph(query: string, caller?: Caller, variables?: Record<string, unknown>): Promise<Answer>
  /** Stands `from` a source until `to`; as the caller's token would be read now. */
  caller(agency: string | null, scopes: readonly Scope[], purpose?: string | null): Promise<Caller>
  source(id: string, agency: string, streams?: Readonly<Record<string, EntityName>>): Promise<void>
  put<E extends EntityName>(
    entity: E,
    source: string,
    records: readonly (EntityRecord[E] & object)[],
    options?: Put<E>,
  ): Promise<void>
  remove(entity: EntityName, source: string, keys: readonly string[], stream?: string): Promise<void>
  close(): Promise<void>
}
export interface Put<E extends EntityName> {
  readonly stream?: string
  readonly at?: string
  readonly key?: (record: EntityRecord[E]) => string
}

const keyOf = (record: object): string => {
  const { code, key } = record as { code?: string; key?: string }
  return key ?? code ?? JSON.stringify(record)
}

/** The graph as the hub composes it, on a database of its own; rows are written by the real sinks. */
export async function openGraph(engine: Partial<Engine> = {}, given?: FreshDatabase): Promise<OpenGraph> {
  const database = given ?? (await freshDatabase())
  const clock = { now: new Date('2026-03-05T09:00:00+07:00') }
  let seen: string[] = []
  const reading = openDatabase(database.url, { max: 4, applicationName: 'graph reading', reads: true })
  reading.pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...given: unknown[]) => unknown
    client.query = ((...given: unknown[]) => {
      // What a connection is told of its caller is no statement of an operation.
      if (typeof given[0] === 'string' && !/^s(et|elect set_config)/.test(given[0])) seen.push(given[0])
      return query(...given)
    }) as typeof client.query
  })
  const store = { keyring, secret: new Uint8Array(32), database, reading } as unknown as Store
  const config = {
    purposes: [{ code: 'dossier-handling', title: '', legalBasis: 'Law 1' }],
  } as unknown as Config
  const events = openSourceEvents({
    url: database.url,
    db: database.db,
    onError: (error) => console.error(error),
    pollMs: 100,
  })
  const generation = composeGraph(
    store,
    { now: () => clock.now, sinks, keyring, db: database.db, ...engine } as Engine,
    config,
    events,
  )
  const subgraph = openSubgraph(generation.subgraph)
  const within = <T>(work: (trx: Transaction<Tables>) => Promise<T>): Promise<T> =>
    database.db.transaction().execute(work)

  return {
    generation,
    database,
    clock,
    statements: () => seen.splice(0),
    async ask(query, caller = anonymous, variables = {}) {
      const result = await answerOf(generation, query, { caller, variables })
      return JSON.parse(JSON.stringify(result)) as Answer
    },
    async askSubgraph(query, caller = anonymous, variables = {}) {
      const { signal } = new AbortController()
      const result = await subgraph.executeSubgraph({ query, variables, caller, signal })
      return JSON.parse(JSON.stringify(result)) as Answer
    },
    async caller(agency, scopes, purpose = null) {
      const { rows } = await sql<{ from: string; to: string }>`
        select a.path as from, a.path_end as to from agency_code c join agency a on a.id = c.agency_id where c.code = ${agency}
      `.execute(database.db)
      const agencyRange = agency === 'H53' ? { from: null, to: null } : (rows[0] ?? null)
      return {
        ...anonymous,
        subject: `clerk of ${agency}`,
        issuer: 'https://sso.example',
        scopes: new Set(scopes),
        agency,
        agencyRange,
        purposes: new Set(['dossier-handling']),
        purpose,
      }
    },
    async source(id, agency, streams = {}) {
      await sql`insert into source (id, connector, title, agency_code, schedule, timezone)
        values (${id}, 'test', ${`Source ${id}`}, ${agency}, '* * * * *', 'Asia/Ho_Chi_Minh') on conflict do nothing`.execute(
        database.db,
      )
      for (const [stream, entity] of Object.entries({ list: 'Dossier', ...streams })) {
        await sql`insert into stream (source_id, id, entity, kind, due_at) values (${id}, ${stream}, ${entity}, 'changes', now())
          on conflict do nothing`.execute(database.db)
      }
    },
    async put(entity, source, records, options = {}) {
      const { stream = 'list', at = '2026-03-01T08:00:00.000+07:00', key = keyOf } = options
      const changes = records.map((record) => {
        return { source, stream, key: key(record), record, run: 1, firstSeenAt: at, changedAt: at }
      })
      await within((trx) => sinks[entity].upsert(trx, changes as never))
    },
    async remove(entity, source, keys, stream = 'list') {
      await within((trx) =>
        sinks[entity].remove(
          trx,
          keys.map((key) => ({ source, stream, key })),
        ),
      )
    },
    close: async () => {
      await events.close()
      await reading.close()
      await database.drop()
    },
  }
}
