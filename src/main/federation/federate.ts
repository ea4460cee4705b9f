// The hub's graph and other agencies' subgraphs as one schema that is served.
import { openHubIdentity, type HubIdentity } from '../../access/token/hub-identity.ts'
import { openFederation, openRemote, type Remote, type SubgraphExecutor } from '../../federation/index.ts'
import type { Generation } from '../../graph/operation/generation.ts'
import type { Registry } from '../../federation/remotes/registry.ts'
import { openSubgraph } from '../../gateway/graphql/subgraph-endpoint.ts'
import type { Graph } from '../graph.ts'
import type { Hub } from '../hub.ts'
import { openRemotes, ownName, remoteHeaders } from './remotes.ts'

export interface Federated {
  /** What serves now; with no subgraph configured it is the hub's own schema and stays so. */
  readonly generation: Generation
  readonly identity: HubIdentity
  /** From now on every new generation is handed over, and the subgraphs are asked for theirs. */
  follow(replace: (generation: Generation) => void): void
  close(): Promise<void>
}

/**
 * The hub's schema composed with those of the configured subgraphs, as they were good the last time: none of them is waited for.
 * Each is asked with a token of the hub that says who the caller is.
 */
export async function federate(hub: Hub, graph: Graph, issuer: string): Promise<Federated> {
  const purposes = hub.config.purposes.length === 0 ? null : new Set(hub.config.purposes.map(({ code }) => code))
  const identity = await openHubIdentity({ secret: hub.store.secret, issuer, purposes, now: Date.now })
  if (hub.subgraphs.length === 0) {
    return { generation: graph, identity, follow: () => undefined, close: () => Promise.resolve() }
  }
  const own = openSubgraph(graph.subgraph)
  const inProcess: SubgraphExecutor = ({ query, variables, operationName, context: { caller, signal } }) =>
    own.executeSubgraph({ query, variables, operationName, caller, signal })
  const remotes = new Map<string, Remote>(
    hub.subgraphs.map((configured) => {
      const { name, url, allowHosts, timeoutMs } = configured
      const { headers, secrets } = remoteHeaders(configured)
      const remote = openRemote({
        name,
        url,
        allowHosts,
        headers,
        timeoutMs,
        callerToken: (caller) => identity.tokenFor(caller, name),
        transport: { secrets },
        alarm: (subgraph, why) => hub.log.warn({ subgraph, why }, 'a subgraph did not answer'),
      })
      return [name, remote]
    }),
  )
  const local = { name: ownName, execute: graph.execute, schema: graph.schema, policy: graph.policy }
  const subscribe = graph.subscribe === undefined ? {} : { subscribe: graph.subscribe }
  let generation: Generation = graph
  let handOver: (generation: Generation) => void = () => undefined
  const closeRemotes = (): Promise<unknown> => Promise.all([...remotes.values()].map((remote) => remote.close()))
  let registry: Registry
  try {
    registry = await openRemotes(hub, {
      use: (supergraph) => {
        generation =
          supergraph === null
            ? graph
            : {
                ...openFederation({
                  supergraph: supergraph.supergraph,
                  subgraphs: new Map<string, SubgraphExecutor>([[ownName, inProcess], ...remotes]),
                  purposes,
                  local,
                }),
                ...subscribe,
              }
        handOver(generation)
      },
    })
  } catch (error) {
    await closeRemotes()
    throw error
  }
  return {
    get generation() {
      return generation
    },
    identity,
    follow: (replace) => {
      handOver = replace
      registry.poll()
    },
    close: async () => {
      handOver = () => undefined
      await registry.close()
      await closeRemotes()
    },
  }
}
