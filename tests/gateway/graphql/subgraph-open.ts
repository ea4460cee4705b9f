import { openVerifier } from '../../../src/access/token/verifier.ts'
import type { AgencyRange } from '../../../src/access/caller.ts'
import { listen } from '../../../src/gateway/http/listen.ts'
import type { Log } from '../../../src/gateway/log.ts'
import { openMetrics } from '../../../src/gateway/http/metrics.ts'
import { openGateway } from '../../../src/gateway/http/server.ts'
import { openGraph } from '../../kit/world/graph.ts'
import { dossierOf, mention } from '../../kit/world/records.ts'
import type { OpenGraph } from '../../kit/world/graph.ts'
import { sampleTown } from '../../kit/world/sample-town.ts'
import { testIssuer } from '../../kit/token.ts'
import { house } from '../../../src/domains/index.ts'

export interface Sent {
  readonly token?: string
  readonly variables?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Default `/subgraph`. */
  readonly path?: string
}

export interface Got {
  readonly status: number
  readonly text: string
  readonly headers: Headers
  readonly json: {
    readonly data?: Record<string, unknown> | null
    readonly errors?: readonly { readonly path?: readonly unknown[]; readonly extensions: { readonly code: string } }[]
  }
  readonly codes: readonly string[] | undefined
}

export interface OpenedHub {
  readonly graph: OpenGraph
  readonly url: string
  ask(query: string, sent?: Sent): Promise<Got>
  token(scope: string, agency?: string): Promise<string>
  /** A token of a gateway that composes, with these scopes besides. */
  composer(scope?: string, agency?: string): Promise<string>
  close(): Promise<void>
}

/** The hub's own schema behind a real server, over the sample town with one dossier near H53.21 (N1). */
export async function openHub(): Promise<OpenedHub> {
  const graph = await openGraph()
  await sampleTown(graph)
  await graph.put('Dossier', 's', [dossierOf('N1', { agency: mention('H53.21.3'), subject: 'Near' })])
  const places = new Map<string, AgencyRange | null>()
  for (const code of ['H53', 'H53.21']) places.set(code, (await graph.caller(code, [])).agencyRange)
  const issuer = await testIssuer()
  const quiet = (): void => undefined
  const log: Log = { debug: quiet, info: quiet, warn: quiet, error: quiet }
  const gateway = await openGateway({
    listener: await listen({ host: '127.0.0.1', port: 0 }),
    generation: graph.generation,
    subgraph: graph.generation.subgraph,
    verifier: openVerifier({
      issuers: [issuer.trusted()],
      now: Date.now,
      isScope: house.isScope,
      agencyRangeOf: (code) => places.get(code) ?? null,
    }),
    developmentIssuer: null,
    ready: async () => true,
    pages: null,
    metrics: openMetrics(),
    log,
  })
  const token = (scope: string, agency = 'H53'): Promise<string> => issuer.mint({ scope, agency })
  return {
    graph,
    url: gateway.url,
    token,
    composer: (scope = '', agency = 'H53') => token(`subgraph:compose ${scope}`.trim(), agency),
    async ask(query, { token: sent, variables, headers = {}, path = '/subgraph' } = {}) {
      const answer = await fetch(`${gateway.url}${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(sent === undefined ? {} : { authorization: `Bearer ${sent}` }),
          ...headers,
        },
        body: JSON.stringify({ query, variables }),
      })
      const text = await answer.text()
      const json = JSON.parse(text) as Got['json']
      const codes = json.errors?.map(({ extensions }) => extensions.code)
      return { status: answer.status, text, headers: answer.headers, json, codes }
    },
    async close() {
      await gateway.close()
      await issuer.close()
      await graph.close()
    },
  }
}
