// The configured subgraphs of other agencies, and the supergraph that they and the hub compose to.
import { type Config, resolveSecrets } from '../../config/index.ts'
import { landSdl } from '../../demo/land/sdl.ts'
import { composeParts } from '../../federation/remotes/compose.ts'
import { fetchSdl } from '../../federation/remotes/fetch-sdl.ts'
import { openRegistry, type Registry, type Remote, type Supergraph } from '../../federation/remotes/registry.ts'
import { openTransport } from '../../transport/open.ts'
import { composedSdl } from '../graph.ts'
import type { Hub } from '../hub.ts'
import { remoteStore } from './remote-store.ts'

/** What the supergraph calls the hub's own part. */
export const ownName = 'hub'

const ownUrl = 'http://hub.invalid/subgraph'
/** An SDL is text that people wrote. */
const largestSdl = 8 * 1_048_576

export interface OpenRemotesOptions {
  /** Takes each generation as it comes into use; null: the hub's own schema alone. */
  readonly use: (supergraph: Supergraph | null) => Promise<void> | void
}

/** The configured subgraphs of other agencies, none of them asked yet: what was good the last time is in use. */
export async function openRemotes(hub: Hub, { use }: OpenRemotesOptions): Promise<Registry> {
  const opened: { close(): Promise<void> }[] = []
  const remotes = hub.subgraphs.map((configured): Remote => {
    const { headers, secrets } = remoteHeaders(configured)
    const transport = openTransport({
      allowHosts: configured.allowHosts,
      secrets,
      limits: {
        connectMs: configured.timeoutMs,
        idleMs: configured.timeoutMs,
        totalMs: configured.timeoutMs,
        tries: 1,
        bodyBytes: largestSdl,
        inflatedBytes: largestSdl,
      },
    })
    opened.push(transport)
    return {
      name: configured.name,
      url: configured.url,
      pollingMs: configured.pollingMs,
      fetchSdl: (signal) => fetchSdl(transport, configured.url, headers, signal),
    }
  })
  const store = remoteStore(hub.store.database.db)
  const registry = await openRegistry({
    own: { name: ownName, url: ownUrl, sdl: hub.graph.subgraph.sdl },
    remotes,
    store: { ...store, load: async () => new Map([...seeds(hub), ...(await store.load())]) },
    log: hub.log,
    use,
    now: hub.engine.now,
  })
  return {
    ...registry,
    get supergraph() {
      return registry.supergraph
    },
    close: async () => {
      await registry.close()
      for (const transport of opened) await transport.close()
    },
  }
}

/** The supergraph of the hub alone. */
export async function ownSupergraph(): Promise<string> {
  const composition = await composeParts([{ name: ownName, url: ownUrl, sdl: composedSdl() }])
  if ('problems' in composition) throw new Error(composition.problems.join(' · '))
  return composition.supergraph
}

/** The headers that go with every request to a subgraph, its secrets filled in. */
export function remoteHeaders(configured: Config['subgraphs'][number]): {
  readonly headers: Readonly<Record<string, string>>
  readonly secrets: readonly string[]
} {
  const { settings, secrets } = resolveSecrets(configured.headers, process.env, `${configured.path}.headers`)
  return { headers: settings as Readonly<Record<string, string>>, secrets }
}

/** The demonstration's land office is known before it was first reached, so that switching it off shows a partial answer. */
function seeds(hub: Hub): (readonly [string, { readonly sdl: string; readonly acceptedAt: string }])[] {
  return hub.config.demonstration ? [['land', { sdl: landSdl(), acceptedAt: hub.engine.now().toISOString() }]] : []
}
