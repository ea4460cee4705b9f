import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { createHandler } from 'graphql-sse'
import { Gauge } from 'prom-client'
import type { Response as SseResponse } from 'graphql-sse'
import type { Caller } from '../../access/caller.ts'
import { hubError, unauthenticated } from '../../access/error.ts'
import type { Verifier } from '../../access/token/verifier.ts'
import { errorAnswer, wrongMethod } from '../http/answer.ts'
import type { Answer } from '../http/answer.ts'
import { callerOfPage, clientOf, uncached } from '../graphql/endpoint.ts'
import { measure } from '../graphql/complexity.ts'
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
import type { StreamClient } from './operation.ts'
import { acceptOf, counted, fromSearch, once, refused, sseRequest } from './protocol.ts'
import { openReservations } from './reservation.ts'

export interface StreamLimits {
  /** Subscriptions of one client, and of all together. */
  readonly perClient: number
  readonly inAll: number
  /** A client that takes nothing for so long is cut: milliseconds. */
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
  /** After the generation was replaced: ends what cannot go on. */
  swapped(): void
  /** Tells every client to come again and ends the streams. Safe to repeat. */
  close(): Promise<void>
}

/** What a request brings through the protocol's library to its operation. */
interface Visit {
  readonly request: IncomingMessage
  readonly owner: string
  readonly token: string | null
  readonly client: StreamClient
}

const methods = 'GET, POST, PUT, DELETE'

/** `/graphql/stream`: GraphQL over server-sent events, in both of its modes. */
export function streamEndpoint(options: StreamEndpointOptions): StreamEndpoint {
  const { operations, verifier, account, texts, limits, streams, metrics, log } = options
  const running = openStreamOperations({ operations, limits, metrics, log })
  const perOwner = new Map<string, number>()
  const gauge: Gauge = new Gauge({
    name: 'hub_subscriptions',
    help: 'Subscriptions that are going',
    registers: [metrics.registry],
    collect: (): void => gauge.set(running.going()),
  })
  const open = new Set<Promise<void>>()
  let closed = false

  const handler = createHandler<IncomingMessage, Visit>({
    authenticate: ({ context }) => context.token,
    async onSubscribe({ context: { client, owner, token, request } }, { query, operationName, variables }) {
      const { method = '' } = request
      const asked = { query, operationName: operationName ?? undefined, variables: variables ?? {}, method }
      if (running.going() >= streams.inAll || (perOwner.get(owner) ?? 0) >= streams.perClient) {
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
  const reservations = openReservations({ maxOfOwner: streams.perClient, maxInAll: streams.inAll, release })

  /** The library forgets a stream when its messages end. */
  async function release(token: string): Promise<void> {
    const [body] = await handler(sseRequest('GET', '/', 'text/event-stream', undefined, { token } as Visit))
    if (typeof body === 'object' && body !== null) await body.return()
  }

  async function visit(request: IncomingMessage, search: string, requestId: string): Promise<Answer> {
    const { method = '' } = request
    if (!['GET', 'POST', 'PUT', 'DELETE'].includes(method)) return wrongMethod(methods)
    const site = request.headers['sec-fetch-site']
    if (site !== undefined && site !== 'same-origin' && site !== 'none') throw otherSite()
    const caller = await currentCaller(request)
    const owner = clientOf(caller, request)
    account.take(owner)
    if (closed)
      throw hubError('RESUBSCRIBE_REQUIRED', stopping, { extensions: { reason: 'SHUTDOWN', http: { status: 503 } } })

    const params = new URLSearchParams(search)
    const header = request.headers['x-graphql-event-stream-token']
    const named = (typeof header === 'string' ? header : null) ?? params.get('token')
    if (method === 'PUT') return reserved(request, owner, requestId)
    const reservation = named === null ? null : reservations.find(named, owner)
    if (named !== null && reservation === null) return notFound(requestId)
    const accept = acceptOf(request, reservation !== null)
    if (accept === null) throw refused(406, 'Accept: text/event-stream.')
    const connects = reservation !== null && accept === 'text/event-stream'

    const connection = reservation === null ? openConnection(streams.stuckMs) : reservation.connection
    const client = clientFor(request, requestId, owner, connection)
    const context: Visit = { request, owner, token: reservation === null ? null : named, client }
    const asks = !connects && method !== 'DELETE'
    const body = asks ? await asked(request, params, owner, caller) : undefined
    const url = `/graphql/stream${method === 'DELETE' ? search : ''}`
    const [message, init] = await handler(sseRequest(method, url, accept, body, context))
    return sseAnswer([message, init], connection, connects ? { request, token: named! } : null)
  }

  async function reserved(request: IncomingMessage, owner: string, requestId: string): Promise<Answer> {
    const token = randomUUID()
    if (!reservations.add(token, owner, openConnection(streams.stuckMs))) throw tooMany()
    const context = { request, owner, token } as Visit
    const answer = await handler(sseRequest('PUT', '/graphql/stream', 'text/plain', undefined, context))
    log.debug({ requestId }, 'an event stream is reserved')
    return sseAnswer(answer, null, null)
  }

  /** The operation as the library reads it from a body, its text found where only a hash was sent. */
  async function asked(
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

  async function currentCaller(request: IncomingMessage): Promise<Caller> {
    const caller = await callerOfPage(request, verifier)
    if (caller.expiresAt !== null && caller.expiresAt * 1000 <= Date.now()) throw unauthenticated()
    return caller
  }

  function clientFor(
    request: IncomingMessage,
    requestId: string,
    owner: string,
    connection: StreamConnection,
  ): StreamClient {
    return {
      requestId,
      gone: connection.gone,
      caller: () => currentCaller(request),
      room: connection.room,
      spend: (document, operation, variables) =>
        account.spend(owner, measure(operations.current().schema, document, operation, variables).objects),
    }
  }

  function sseAnswer(
    [body, { status, headers = {} }]: SseResponse,
    connection: StreamConnection | null,
    fulfils: { readonly request: IncomingMessage; readonly token: string } | null,
  ): Answer {
    const { connection: _connection, 'cache-control': _cache, ...said } = headers
    if (body === null || typeof body === 'string' || connection === null) {
      const text = typeof body === 'string' ? body : ''
      return { status, headers: { ...said, ...uncached }, body: text }
    }
    const pour: Answer['pour'] = (response) => {
      const poured = connection.pour(body, response).finally(() => {
        open.delete(poured)
        if (fulfils !== null) reservations.remove(fulfils.token)
      })
      open.add(poured)
      if (fulfils !== null)
        reservations.fulfil(
          fulfils.token,
          () => currentCaller(fulfils.request),
          () => void body.return(),
        )
      return poured
    }
    // The connection serves this stream alone: it ends with it.
    return { status, headers: { ...said, ...uncached, connection: 'close', 'x-accel-buffering': 'no' }, body: '', pour }
  }

  async function recheck(): Promise<void> {
    await running.recheck()
    await said()
    await reservations.recheck()
  }

  let checking = false
  const timer = setInterval(() => {
    if (checking) return
    checking = true
    void recheck().finally(() => (checking = false))
  }, streams.recheckMs).unref()

  return {
    async answer(request, search, requestId) {
      try {
        return await visit(request, search, requestId)
      } catch (error) {
        return errorAnswer(error, requestId, log, request.complete ? uncached : { ...uncached, connection: 'close' })
      }
    },
    swapped: () => running.swapped(),
    async close() {
      if (closed) return
      closed = true
      clearInterval(timer)
      running.endAll()
      await said()
      await reservations.close()
      await Promise.race([Promise.all(open), new Promise((resolve) => setTimeout(resolve, 3_000).unref())])
    },
  }
}

/** What is said at the end of operations goes out before their stream ends. */
const said = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50))

const stopping = 'Máy chủ đang dừng; hãy đăng ký lại sau. · The server is stopping: subscribe again later.'

const tooMany = (): Error => hubError('RATE_LIMITED', 'Quá nhiều luồng sự kiện. · Too many event streams.')

const otherSite = (): Error => refused(403, 'Chỉ trang của chính hệ thống này. · Only pages of this origin.')

const refusal = (status: number, body: object): SseResponse => [
  JSON.stringify(body),
  { status, statusText: '', headers: { 'content-type': 'application/json; charset=utf-8' } },
]

const notFound = (requestId: string): Answer => ({
  status: 404,
  headers: { 'content-type': 'application/json; charset=utf-8', ...uncached },
  body: JSON.stringify({ errors: [{ message: 'Stream not found', extensions: { code: 'NOT_FOUND', requestId } }] }),
})
