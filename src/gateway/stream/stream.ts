// The endpoint /graphql/stream: subscriptions over server-sent events, single and with a reserved stream.
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { createHandler } from 'graphql-sse'
import { Gauge } from 'prom-client'
import type { Handler, Response as SseResponse } from 'graphql-sse'
import type { Caller } from '../../access/caller.ts'
import { codeExtensions, hubError, unauthenticated } from '../../access/error.ts'
import type { Verifier } from '../../access/token/verifier.ts'
import { ownPagesAlone, serverStopping } from '../../access/refusal-text.ts'
import { errorAnswer, wrongMethod } from '../http/answer.ts'
import type { Answer } from '../http/answer.ts'
import { callerOfPage, clientOf, uncached } from '../graphql/endpoint.ts'
import type { OperationLimits } from '../graphql/limits.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../http/metrics.ts'
import type { OperationServer } from '../graphql/operation-server.ts'
import { operationText } from '../graphql/persisted-text.ts'
import type { OperationTexts } from '../graphql/persisted-text.ts'
import type { Account } from '../http/rate-limit.ts'
import { readJsonBody } from '../http/request-body.ts'
import { openConnection } from './connection.ts'
import type { StreamConnection } from './connection.ts'
import { openStreamOperations } from './operation.ts'
import type { StreamClient, StreamOperations } from './operation.ts'
import { acceptOf, counted, fromSearch, once, refused, sseRequest } from './protocol.ts'
import { openReservations } from './reservation.ts'
import type { Reservations } from './reservation.ts'

export interface StreamLimits {
  /** Subscriptions of one client, and of all together. */
  readonly perClient: number
  readonly inAll: number
  /** A client that takes nothing for this long is cut off: milliseconds. */
  readonly stuckMs: number
  /** How often the token of each subscription is judged: milliseconds. */
  readonly recheckMs: number
}

export const defaultStreamLimits: StreamLimits = { perClient: 20, inAll: 2_000, stuckMs: 30_000, recheckMs: 400 }

export interface StreamEndpointOptions {
  readonly operations: OperationServer
  readonly verifier: Verifier
  readonly account: Account
  readonly texts: OperationTexts
  readonly limits: OperationLimits
  readonly streams: StreamLimits
  readonly metrics: Metrics
  readonly log: Log
}

export interface StreamEndpoint {
  answer(request: IncomingMessage, search: string, requestId: string): Promise<Answer>
  /** After the generation was replaced: ends the operations that cannot continue. */
  swapped(): void
  /** Sends RESUBSCRIBE_REQUIRED to every client and ends the streams. Safe to repeat. */
  close(): Promise<void>
}

/** What a request brings through the protocol's library to its operation. */
interface Visit {
  readonly request: IncomingMessage
  readonly owner: string
  readonly token: string | null
  readonly client: StreamClient
}

/** Everything that the endpoint remembers. */
interface EndpointState {
  readonly options: StreamEndpointOptions
  readonly running: StreamOperations
  readonly handler: Handler<IncomingMessage, Visit>
  readonly reservations: Reservations
  /** Event streams that are being written. */
  readonly open: Set<Promise<void>>
  closed: boolean
}

const methods = 'GET, POST, PUT, DELETE'

/** `/graphql/stream`: GraphQL over server-sent events, in both of its modes. */
export function streamEndpoint(options: StreamEndpointOptions): StreamEndpoint {
  const { operations, limits, streams, metrics, log } = options
  const running = openStreamOperations({ operations, limits, metrics, log })
  const gauge: Gauge = new Gauge({
    name: 'hub_subscriptions',
    help: 'Subscriptions that are going',
    registers: [metrics.registry],
    collect: (): void => gauge.set(running.going()),
  })
  const handler = openHandler(running, streams)
  const reservations = openReservations({
    maxOfOwner: streams.perClient,
    maxInAll: streams.inAll,
    release: (token) => releaseStream(handler, token),
  })
  const state: EndpointState = { options, running, handler, reservations, open: new Set(), closed: false }
  const timer = recheckEvery(state, streams.recheckMs)
  return {
    async answer(request, search, requestId) {
      try {
        return await visit(state, request, search, requestId)
      } catch (error) {
        return errorAnswer(error, requestId, log, request.complete ? uncached : { ...uncached, connection: 'close' })
      }
    },
    swapped: () => running.swapped(),
    async close() {
      if (state.closed) return
      state.closed = true
      clearInterval(timer)
      running.endAll()
      await lastMessagesSent()
      await reservations.close()
      await Promise.race([Promise.all(state.open), new Promise((resolve) => setTimeout(resolve, 3_000).unref())])
    },
  }
}

/** The protocol's library over our operations; refuses the subscriptions that are more than a client or all may have. */
function openHandler(running: StreamOperations, { inAll, perClient }: StreamLimits): Handler<IncomingMessage, Visit> {
  const perOwner = new Map<string, number>()
  return createHandler<IncomingMessage, Visit>({
    authenticate: ({ context }) => context.token,
    async onSubscribe({ context: { client, owner, token, request } }, { query, operationName, variables }) {
      const { method = '' } = request
      const asked = { query, operationName: operationName ?? undefined, variables: variables ?? {}, method }
      if (running.going() >= inAll || (perOwner.get(owner) ?? 0) >= perClient) {
        return refusal(429, { errors: [tooMany()] })
      }
      perOwner.set(owner, (perOwner.get(owner) ?? 0) + 1)
      const over = (): void => {
        const left = (perOwner.get(owner) ?? 1) - 1
        if (left > 0) perOwner.set(owner, left)
        else perOwner.delete(owner)
      }
      const result = await running.begin(asked, client)
      if (Symbol.asyncIterator in result) return counted(result, over)
      over()
      if (result.data !== undefined || result.errors === undefined) return result
      return token === null ? once(result) : refusal(400, result)
    },
  })
}

/** The library forgets a reserved stream when its messages end. */
async function releaseStream(handler: Handler<IncomingMessage, Visit>, token: string): Promise<void> {
  const [body] = await handler(sseRequest('GET', '/', 'text/event-stream', undefined, { token } as Visit))
  if (typeof body === 'object' && body !== null) await body.return()
}

async function visit(state: EndpointState, request: IncomingMessage, search: string, id: string): Promise<Answer> {
  const { account, verifier, streams } = state.options
  const { method = '' } = request
  if (!['GET', 'POST', 'PUT', 'DELETE'].includes(method)) return wrongMethod(methods)
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw otherSite()
  const caller = await currentCaller(request, verifier)
  const owner = clientOf(caller, request)
  account.take(owner)
  if (state.closed) {
    throw hubError('RESUBSCRIBE_REQUIRED', serverStopping, {
      extensions: { reason: 'SHUTDOWN', http: { status: 503 } },
    })
  }
  if (method === 'PUT') return reserve(state, request, owner, id)

  const params = new URLSearchParams(search)
  const header = request.headers['x-graphql-event-stream-token']
  const named = (typeof header === 'string' ? header : null) ?? params.get('token')
  const reservation = named === null ? null : state.reservations.find(named, owner)
  if (named !== null && reservation === null) return notFound(id)
  const accept = acceptOf(request, reservation !== null)
  if (accept === null) throw refused(406, 'Accept: text/event-stream.')
  const connects = reservation !== null && accept === 'text/event-stream'

  const connection = reservation === null ? openConnection(streams.stuckMs) : reservation.connection
  const client = clientFor(state.options, request, id, owner, connection)
  const context: Visit = { request, owner, token: reservation === null ? null : named, client }
  const asks = !connects && method !== 'DELETE'
  const body = asks ? await askedOperation(state.options, request, params, owner, caller) : undefined
  const url = `/graphql/stream${method === 'DELETE' ? search : ''}`
  const given = await state.handler(sseRequest(method, url, accept, body, context))
  return sseAnswer(state, given, connection, connects ? { request, token: named! } : null)
}

/** PUT: keeps a stream for this client, which it opens by the token of the answer. */
async function reserve(state: EndpointState, request: IncomingMessage, owner: string, id: string): Promise<Answer> {
  const { streams, log } = state.options
  const token = randomUUID()
  if (!state.reservations.add(token, owner, openConnection(streams.stuckMs))) throw tooMany()
  const context = { request, owner, token } as Visit
  const given = await state.handler(sseRequest('PUT', '/graphql/stream', 'text/plain', undefined, context))
  log.debug({ requestId: id }, 'an event stream is reserved')
  return sseAnswer(state, given, null, null)
}

/** The operation as the library reads it from a body, with its text where only a hash was sent. Throws BAD_REQUEST. */
async function askedOperation(
  { limits, texts }: StreamEndpointOptions,
  request: IncomingMessage,
  params: URLSearchParams,
  owner: string,
  caller: Caller,
): Promise<Record<string, unknown>> {
  const given = request.method === 'POST' ? await readJsonBody(request, limits) : fromSearch(params, limits.nesting)
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw refused(400, 'A JSON object is needed.')
  const query = operationText(texts, given, owner, caller)
  if (query === undefined) throw refused(400, 'The operation is missing.')
  return { ...given, query }
}

/** The caller of the request as of now. Throws UNAUTHENTICATED once its token has expired or was revoked. */
async function currentCaller(request: IncomingMessage, verifier: Verifier): Promise<Caller> {
  const caller = await callerOfPage(request, verifier)
  if (caller.expiresAt !== null && caller.expiresAt * 1000 <= Date.now()) throw unauthenticated()
  return caller
}

function clientFor(
  { account, verifier }: StreamEndpointOptions,
  request: IncomingMessage,
  requestId: string,
  owner: string,
  connection: StreamConnection,
): StreamClient {
  return {
    requestId,
    gone: connection.gone,
    caller: () => currentCaller(request, verifier),
    room: connection.room,
    spend: (objects) => account.spend(owner, objects),
  }
}

/** The library's answer as ours; `fulfils` is the reservation whose event stream this is. */
function sseAnswer(
  state: EndpointState,
  [body, { status, headers = {} }]: SseResponse,
  connection: StreamConnection | null,
  fulfils: { readonly request: IncomingMessage; readonly token: string } | null,
): Answer {
  const { connection: _connection, 'cache-control': _cache, ...kept } = headers
  if (body === null || typeof body === 'string' || connection === null) {
    const text = typeof body === 'string' ? body : ''
    return { status, headers: { ...kept, ...uncached }, body: text }
  }
  const { reservations, open, options } = state
  const pour: Answer['pour'] = (response) => {
    const poured = connection.pour(body, response).finally(() => {
      open.delete(poured)
      if (fulfils !== null) reservations.remove(fulfils.token)
    })
    open.add(poured)
    if (fulfils !== null) {
      const still = (): Promise<Caller> => currentCaller(fulfils.request, options.verifier)
      reservations.fulfil(fulfils.token, still, () => void body.return())
    }
    return poured
  }
  // The connection serves this stream alone: it ends with it.
  return { status, headers: { ...kept, ...uncached, connection: 'close', 'x-accel-buffering': 'no' }, body: '', pour }
}

/** Judges the tokens of all subscriptions and streams again and again, one round at a time. */
function recheckEvery({ running, reservations }: EndpointState, milliseconds: number): NodeJS.Timeout {
  async function recheck(): Promise<void> {
    await running.recheck()
    await lastMessagesSent()
    await reservations.recheck()
  }
  let checking = false
  return setInterval(() => {
    if (checking) return
    checking = true
    void recheck().finally(() => (checking = false))
  }, milliseconds).unref()
}

/** The last messages of ended operations go out before their stream ends. */
const lastMessagesSent = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50))

const tooMany = (): Error => hubError('RATE_LIMITED', 'Quá nhiều luồng sự kiện. · Too many event streams.')

const otherSite = (): Error => refused(403, ownPagesAlone)

const refusal = (status: number, body: object): SseResponse => [
  JSON.stringify(body),
  { status, statusText: '', headers: { 'content-type': 'application/json; charset=utf-8' } },
]

const notFound = (requestId: string): Answer => ({
  status: 404,
  headers: { 'content-type': 'application/json; charset=utf-8', ...uncached },
  body: JSON.stringify({
    errors: [{ message: 'Stream not found', extensions: { ...codeExtensions('NOT_FOUND'), requestId } }],
  }),
})
