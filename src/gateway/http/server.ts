// The HTTP server of the hub: all routes, and the way of a request through them.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { randomUUID } from 'node:crypto'
import { isAnonymous } from '../../access/caller.ts'
import type { DevelopmentIssuer } from '../../access/token/development-issuer.ts'
import { hubError, unauthenticated } from '../../access/error.ts'
import type { HubIdentity } from '../../access/token/hub-identity.ts'
import type { Verifier } from '../../access/token/verifier.ts'
import { errorAnswer, jsonAnswer, notFound, send, wrongMethod } from './answer.ts'
import type { Answer } from './answer.ts'
import { developmentToken } from './development-token.ts'
import { callerOf, graphqlEndpoint } from '../graphql/endpoint.ts'
import { defaultLimits } from '../graphql/limits.ts'
import type { OperationLimits } from '../graphql/limits.ts'
import type { Listener } from './listen.ts'
import type { Log } from '../log.ts'
import type { Metrics } from './metrics.ts'
import { openOperationServer } from '../graphql/operation-server.ts'
import type { OperationServer } from '../graphql/operation-server.ts'
import type { Generation } from '../../graph/operation/generation.ts'
import { page } from './pages.ts'
import type { BuiltPages } from './pages.ts'
import { consoleSession } from './console-session.ts'
import { openPersistedQueries } from '../graphql/persisted.ts'
import { openAccount } from './rate-limit.ts'
import type { Account } from './rate-limit.ts'
import type { OperationTexts } from '../graphql/persisted-text.ts'
import { defaultStreamLimits, streamEndpoint } from '../stream/stream.ts'
import type { StreamEndpoint, StreamLimits } from '../stream/stream.ts'
import type { TrustedDocuments } from '../graphql/trusted-documents.ts'
import { admitComposer } from '../graphql/subgraph-endpoint.ts'
import type { SubgraphGeneration } from '../graphql/subgraph-endpoint.ts'

export interface GatewayOptions {
  readonly listener: Listener
  readonly generation: Generation
  /** What `/subgraph` answers with. Absent: there is no such path. */
  readonly subgraph?: SubgraphGeneration
  readonly verifier: Verifier
  /** Null: its documents and `/dev/token` are not served. */
  readonly developmentIssuer: DevelopmentIssuer | null
  /** The keys by which other agencies verify the hub's own tokens. Absent: there are no such paths. */
  readonly identity?: Pick<HubIdentity, 'issuer' | 'jwks'>
  /** Whether the database answers and the schema is composed; a rejection counts as no. */
  readonly ready: () => Promise<boolean>
  /** The built pages, or null; they may be built later. */
  readonly pages: BuiltPages | null
  readonly metrics: Metrics
  readonly log: Log
  readonly limits?: Partial<OperationLimits>
  /** Operations of one client; null: unbounded. Default: 2,000 at once, 500 a second in the long run. */
  readonly rate?: { readonly burst: number; readonly perSecond: number } | null
  /** Objects that one client's operations may ask for; null: unbounded. Default: 3,000,000. */
  readonly objectsPerMinute?: number | null
  readonly streams?: Partial<StreamLimits>
  /** Operations registered as files; null: none. */
  readonly trusted?: TrustedDocuments | null
  readonly newId?: () => string
}

export interface Gateway {
  readonly url: string
  readonly port: number
  replace(generation: Generation): void
  /** After this resolves, no request is going and the port is free: at most five seconds. Safe to repeat. */
  close(): Promise<void>
}

/** A request on its way through the routes. */
interface Visit {
  readonly request: IncomingMessage
  readonly path: string
  readonly search: string
  readonly id: string
  readonly signal: AbortSignal
}

interface Route {
  /** A path, or null for a route that looks at the path itself. */
  readonly path: string | null
  /** Null: the route checks the method itself. */
  readonly methods: readonly string[] | null
  readonly answer: (visit: Visit) => Promise<Answer | null>
}

/** Everything that the gateway's routes work with. */
interface GatewayState {
  readonly options: GatewayOptions
  readonly limits: OperationLimits
  readonly newId: () => string
  readonly account: Account
  readonly texts: OperationTexts
  readonly operations: OperationServer
  /** Answers `/subgraph`; null where there is no such path. */
  readonly composing: OperationServer | null
  readonly stream: StreamEndpoint
}

/**
 * Serves the hub's HTTP on a bound listener, by the routes of `routesOf` alone; the first that answers, answers.
 *
 * @example
 * const gateway = await openGateway({ listener, log, … })
 * await gateway.close()
 */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
  const { listener, log } = options
  const state = await openState(options)
  const routes = routesOf(state)
  listener.attach((request, response) => {
    serve(state, routes, request, response).catch((error: unknown) => {
      log.error({ error: error instanceof Error ? error.name : typeof error }, 'a request could not be answered')
      response.destroy()
    })
  })
  const { operations, composing, stream } = state
  let closing: Promise<void> | null = null
  return {
    url: listener.url,
    port: listener.port,
    replace(generation) {
      operations.replace(generation)
      stream.swapped()
    },
    close() {
      closing ??= Promise.all([stream.close(), listener.close(5_000)]).then(async () => {
        await operations.stop()
        await composing?.stop()
      })
      return closing
    },
  }
}

async function openState(options: GatewayOptions): Promise<GatewayState> {
  const { verifier, metrics, log, newId = randomUUID, objectsPerMinute = 3_000_000 } = options
  const limits = { ...defaultLimits, ...options.limits }
  const rate = options.rate === undefined ? { burst: 2_000, perSecond: 500 } : options.rate
  const account = openAccount({ operations: rate, objectsPerMinute }, () => performance.now())
  const texts = { persisted: openPersistedQueries(), trusted: options.trusted ?? null }
  const shared = { limits, metrics, log, newId, spend: account.spend }
  const operations = await openOperationServer({ ...shared, generation: options.generation })
  const composing =
    options.subgraph === undefined ? null : await openOperationServer({ ...shared, generation: options.subgraph })
  const streams = { ...defaultStreamLimits, ...options.streams }
  const stream = streamEndpoint({ operations, verifier, account, texts, limits, streams, metrics, log })
  return { options, limits, newId, account, texts, operations, composing, stream }
}

const reading = ['GET', 'HEAD']

/** All paths of the hub, in the order in which they are asked. */
function routesOf({ options, limits, account, texts, operations, composing, stream }: GatewayState): readonly Route[] {
  const { listener, verifier, developmentIssuer, identity, ready, pages, metrics, log } = options
  const graphql = graphqlEndpoint({ operations, verifier, account, texts, limits, log })
  const subgraph =
    composing === null
      ? null
      : graphqlEndpoint({ operations: composing, verifier, account, texts: null, limits, log, admit: admitComposer })
  return [
    {
      path: '/graphql',
      methods: null,
      answer: ({ request, search, id, signal }) => graphql(request, search, id, signal),
    },
    {
      path: '/graphql/stream',
      methods: null,
      answer: ({ request, search, id }) => stream.answer(request, search, id),
    },
    {
      path: '/console/session',
      methods: ['GET', 'POST', 'DELETE'],
      answer: ({ request }) => consoleSession(request, verifier, limits),
    },
    ...(subgraph === null ? [] : [composerRoute(subgraph)]),
    { path: '/health/live', methods: reading, answer: async () => jsonAnswer(200, { status: 'live' }) },
    { path: '/health/ready', methods: reading, answer: async () => readiness(await ready().catch(() => false)) },
    { path: '/metrics', methods: reading, answer: ({ request }) => scrape(request, verifier, metrics) },
    ...(developmentIssuer === null ? [] : issuerRoutes(developmentIssuer, listener, limits)),
    ...(identity === undefined ? [] : identityRoutes(identity)),
    {
      path: null,
      methods: reading,
      answer: ({ path, request }) => page(pages, path, request.headers['accept-encoding']?.toString()),
    },
  ]
}

/** The answer of the first route that has one, and the name under which it is counted. */
async function answerOf(
  routes: readonly Route[],
  visit: Visit,
  log: Log,
): Promise<{ readonly route: string; readonly answer: Answer }> {
  for (const { path, methods, answer } of routes) {
    if (path !== null && path !== visit.path) continue
    const route = path ?? 'page'
    if (methods !== null && !methods.includes(visit.request.method ?? '')) {
      if (path === null) continue
      return { route, answer: wrongMethod(methods.join(', ')) }
    }
    const given = await answer(visit).catch((error: unknown) => errorAnswer(error, visit.id, log))
    if (given !== null) return { route, answer: given }
  }
  return { route: 'none', answer: notFound() }
}

async function serve(
  { options: { metrics, log }, newId }: GatewayState,
  routes: readonly Route[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const began = performance.now()
  const gone = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) gone.abort()
  })
  const [path = '/', ...rest] = (request.url ?? '/').split('?')
  const search = rest.length === 0 ? '' : `?${rest.join('?')}`
  const id = newId()
  const { route, answer } = await answerOf(routes, { request, path, search, id, signal: gone.signal }, log)
  send(response, answer, id, request.method === 'HEAD')
  await answer.pour?.(response)
  const method = known.has(request.method ?? '') ? (request.method ?? '') : 'other'
  const seconds = (performance.now() - began) / 1000
  metrics.request(route, method, answer.status, seconds)
  log.debug(
    { requestId: id, route, method, status: answer.status, milliseconds: Math.round(seconds * 1000) },
    'answered',
  )
}

const known = new Set(['GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])

const readiness = (yes: boolean): Answer => jsonAnswer(yes ? 200 : 503, { status: yes ? 'ready' : 'not ready' })

async function scrape(request: IncomingMessage, verifier: Verifier, metrics: Metrics): Promise<Answer> {
  const caller = await callerOf(request, verifier)
  if (isAnonymous(caller)) throw unauthenticated()
  if (!caller.scopes.has('operation:read')) {
    throw hubError('UNAUTHORIZED_FIELD_OR_TYPE', 'Cần operation:read. · The scope operation:read is needed.', {
      extensions: { http: { status: 403 } },
    })
  }
  const { registry } = metrics
  const headers = { 'content-type': registry.contentType, 'cache-control': 'no-store' }
  return { status: 200, headers, body: await registry.metrics() }
}

/** The hub as a subgraph of another gateway. The caller is checked before the method: without a token there is only a 401. */
function composerRoute(endpoint: ReturnType<typeof graphqlEndpoint>): Route {
  return {
    path: '/subgraph',
    methods: null,
    answer: async ({ request, search, id, signal }) => {
      const given = await endpoint(request, search, id, signal)
      return given.status === 405 ? { ...given, headers: { ...given.headers, allow: 'POST' } } : given
    },
  }
}

function issuerRoutes(issuer: DevelopmentIssuer, listener: Listener, limits: OperationLimits): readonly Route[] {
  return [
    {
      path: '/.well-known/openid-configuration',
      methods: reading,
      answer: async () => jsonAnswer(200, issuer.configuration()),
    },
    { path: '/.well-known/jwks.json', methods: reading, answer: async () => jsonAnswer(200, issuer.jwks()) },
    {
      path: '/dev/token',
      methods: ['POST'],
      answer: ({ request }) => developmentToken(request, issuer, listener, limits),
    },
  ]
}

/** OpenID discovery of the issuer of the hub's own tokens. */
function identityRoutes({ issuer, jwks }: Pick<HubIdentity, 'issuer' | 'jwks'>): readonly Route[] {
  const base = new URL(issuer).pathname
  const document = { issuer, jwks_uri: `${issuer}/jwks.json`, id_token_signing_alg_values_supported: ['EdDSA'] }
  return [
    {
      path: `${base}/.well-known/openid-configuration`,
      methods: reading,
      answer: async () => jsonAnswer(200, document),
    },
    { path: `${base}/jwks.json`, methods: reading, answer: async () => jsonAnswer(200, jwks) },
  ]
}
