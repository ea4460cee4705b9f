import type { Caller } from '../../src/access/caller.ts'
import type { FreshDatabase } from '../kit/database.ts'
import { openGraph, type OpenGraph } from '../kit/world/graph.ts'
import type { Operation } from './operation.ts'
import type { Random } from './random.ts'
import type { View } from './view.ts'
import { loadWorld, type World } from './world.ts'

/** Makes a database with the hub's tables. */
export type Fresh = () => Promise<FreshDatabase>

// oxlint-disable-next-line typescript/no-explicit-any -- answers are looked into member by member
export type Answer = any

/** Changes an answer as a fault of the hub would: a test's way to see that it is found. */
export type Leak = (answer: Answer, operation: Operation, database: FreshDatabase) => Promise<Answer>

export interface Stand {
  readonly graph: OpenGraph
  /** What the caller is told, byte for byte: the answer and, of a list, the answer to its next page. */
  ask(operation: Operation, caller: Caller, leak?: Leak): Promise<string>
}

/** A world in a database of its own, served by the graph as the hub composes it. */
export async function openStand(fresh: Fresh, world: World): Promise<Stand> {
  const graph = await openGraph({}, await fresh())
  await loadWorld(graph, world)
  // Runs, rejected records and entries of the log of a hub that has worked.
  for (const [at, source] of ['p', 's', 't'].entries()) {
    await graph.database.pool.query(
      `insert into run (source_id, stream_id, kind, range, state) values ($1, 'list', 'FULL', '{}', 'DONE')`,
      [source],
    )
    await graph.database.pool.query(
      `insert into quarantine (source_id, stream_id, key, mark, reason, path, run_id, seen_at)
       values ($1, 'list', $2, '\\x00', 'MISSING', '/x', 1, '2026-03-01')`,
      [source, `q${at}`],
    )
  }
  await graph.database.pool.query('analyze')
  graph.statements()

  async function once(operation: Operation, caller: Caller, variables: Record<string, unknown>): Promise<Answer> {
    try {
      const ask = operation.door === 'graphql' ? graph.ask : graph.askSubgraph
      return await ask(operation.query, caller, variables)
    } catch (error) {
      return { refused: (error as Error).message }
    }
  }
  return {
    graph,
    async ask(operation, caller, leak = (answer) => Promise.resolve(answer)) {
      const first = await leak(await once(operation, caller, operation.variables), operation, graph.database)
      const after =
        operation.follow === undefined ? null : (first.data?.[operation.follow]?.pageInfo?.endCursor as unknown)
      if (typeof after !== 'string' || 'last' in operation.variables) return JSON.stringify([first])
      const next = await once(operation, caller, { ...operation.variables, after })
      return JSON.stringify([first, await leak(next, operation, graph.database)])
    },
  }
}

/** The caller that has a view, as a token would make it. */
export async function callerOf(graph: OpenGraph, view: View, random: Random): Promise<Caller> {
  const known = random.chance(0.95)
  const caller = await graph.caller(view.agency, [...view.scopes], view.purpose ? 'dossier-handling' : null)
  return known ? caller : { ...caller, scopes: new Set(), agency: null, agencyRange: null }
}
