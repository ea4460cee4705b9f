// `/graphql`: checks caller, rate and body, then hands the operation to Apollo Server.
import type { IncomingMessage } from 'node:http'
import { HeaderMap } from '@apollo/server'
import type { Caller } from '../../access/caller.ts'
import { isAnonymous } from '../../access/caller.ts'
import { codeExtensions, hubError, hubErrorIn } from '../../access/error.ts'
import type { Verifier } from '../../access/token/verifier.ts'
import { tooComplex } from '../../access/refusal-text.ts'
import { errorAnswer, jsonAnswer } from '../http/answer.ts'
import type { Answer } from '../http/answer.ts'
import { sessionAuthorization } from '../http/console-session.ts'
import type { OperationLimits } from './limits.ts'
import type { Log } from '../log.ts'
import { nestsDeeper } from './nesting.ts'
import type { OperationServer } from './operation-server.ts'
import { namesByHash, operationText } from './persisted-text.ts'
import type { OperationNaming, OperationTexts } from './persisted-text.ts'
import type { Account } from '../http/rate-limit.ts'
import { readJsonBody } from '../http/request-body.ts'

export interface GraphqlEndpointOptions {
  readonly operations: OperationServer
  readonly verifier: Verifier
  readonly account: Account
  /** Finds operations by their hash. Null: by their text alone. */
  readonly texts: OperationTexts | null
  readonly limits: OperationLimits
  readonly log: Log
  /** Throws for a caller who may not ask here at all. */
  readonly admit?: (caller: Caller, request: IncomingMessage) => void
}

/** The headers that GraphQL over HTTP reads; no other reaches Apollo Server. */
const read = ['content-type', 'accept', 'x-apollo-operation-name', 'apollo-require-preflight'] as const

/** Answers differ by caller: no cache between may keep one. */
export const uncached = { 'cache-control': 'private, no-store', vary: 'authorization, cookie, x-hub-purpose' }

/** `/graphql`: who asks, how often, what body; then Apollo Server. */
export function graphqlEndpoint({ operations, verifier, account, texts, limits, log, admit }: GraphqlEndpointOptions) {
  return async (request: IncomingMessage, search: string, requestId: string, signal: AbortSignal): Promise<Answer> => {
    try {
      const caller = await (admit === undefined ? callerOfPage : callerOf)(request, verifier)
      admit?.(caller, request)
      const client = clientOf(caller, request)
      account.take(client)
      const sent = request.method === 'POST' ? await readJsonBody(request, limits) : undefined
      refuseNesting(sent, search, limits.nesting)
      const { body, query } =
        texts === null ? { body: sent, query: search } : named(texts, sent, search, client, caller)
      const headers = new HeaderMap()
      for (const name of read) {
        const value = request.headers[name]
        if (typeof value === 'string') headers.set(name, value)
      }
      const answer = await operations.apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest: { method: request.method ?? '', headers, search: query, body },
        context: () => Promise.resolve({ caller, client, signal, requestId, ...traceOf(request) }),
      })
      const text = answer.body.kind === 'complete' ? answer.body.string : ''
      return {
        status: answer.status ?? 200,
        headers: { ...Object.fromEntries(answer.headers), ...uncached },
        body: text,
      }
    } catch (error) {
      // The protocol of hashes has this answered with 200, so that the client sends the text.
      if (hubErrorIn(error)?.code === 'PERSISTED_QUERY_NOT_FOUND') {
        const message = 'PersistedQueryNotFound'
        return jsonAnswer(
          200,
          { errors: [{ message, extensions: codeExtensions('PERSISTED_QUERY_NOT_FOUND') }] },
          uncached,
        )
      }
      // What is left of a refused body is not read: the connection ends with the answer.
      return errorAnswer(error, requestId, log, request.complete ? uncached : { ...uncached, connection: 'close' })
    }
  }
}

/** The trace that a request belongs to (W3C Trace Context 1.0, section 3.2), where it says so well. */
function traceOf(request: IncomingMessage): { readonly traceparent?: string } {
  const given = request.headers['traceparent']
  const well =
    typeof given === 'string' &&
    /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/.test(given)
  return well ? { traceparent: given } : {}
}

/** Before any parser: a document that nests too deep would run it out of stack. One by its hash was looked at when it came. */
function refuseNesting(body: unknown, search: string, most: number): void {
  const sent = typeof body === 'object' && body !== null ? (body as { readonly query?: unknown }).query : undefined
  const document = sent ?? (search === '' ? undefined : new URLSearchParams(search).get('query'))
  if (typeof document === 'string' && nestsDeeper(document, most, 'graphql')) {
    throw hubError('OPERATION_TOO_COMPLEX', tooComplex)
  }
}

/** The caller that a request's one `Authorization` header names; throws UNAUTHENTICATED, also when there are two. */
export function callerOf(request: IncomingMessage, verifier: Verifier): Promise<Caller> {
  const purpose = request.headers['x-hub-purpose']
  const authorization = request.headersDistinct['authorization']
  return verifier.verify(authorization, typeof purpose === 'string' ? purpose : undefined)
}

/** As `callerOf`; where there is no such header, a page of this origin may be known by its session. */
export function callerOfPage(request: IncomingMessage, verifier: Verifier): Promise<Caller> {
  if (request.headersDistinct['authorization'] !== undefined) return callerOf(request, verifier)
  const purpose = request.headers['x-hub-purpose']
  return verifier.verify(sessionAuthorization(request), typeof purpose === 'string' ? purpose : undefined)
}

/** Whose account a request is on. */
export function clientOf(caller: Caller, request: IncomingMessage): string {
  if (isAnonymous(caller)) return `address ${networkOf(request.socket.remoteAddress ?? '')}`
  return `caller ${caller.issuer} ${caller.client ?? ''} ${caller.subject}`
}

/** One subscriber has a whole IPv6 network of 64 bits (RFC 6177), and could come from another address of it each time. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined || !address.includes(':')) return mapped ?? address
  const [head = '', tail] = (address.split('%')[0] ?? '').toLowerCase().split('::')
  const [left, right] = [head, tail ?? ''].map((part) => part.split(':').filter((group) => group !== '')) as [
    string[],
    string[],
  ]
  const zeros = tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0')
  return `${[...left, ...zeros, ...right]
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`
}

/** The request with its operation's text instead of its hash. */
function named(
  texts: OperationTexts,
  sent: unknown,
  search: string,
  client: string,
  caller: Caller,
): { readonly body: unknown; readonly query: string } {
  const only = texts.trusted?.mode === 'only'
  if (sent !== undefined) {
    if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) return { body: sent, query: search }
    const naming = sent as OperationNaming
    if (!only && !namesByHash(naming)) return { body: sent, query: search }
    const { documentId: _documentId, extensions: _extensions, ...rest } = naming
    return { body: { ...rest, query: operationText(texts, naming, client, caller) }, query: search }
  }
  const params = new URLSearchParams(search)
  const naming = {
    query: params.get('query') ?? undefined,
    documentId: params.get('documentId') ?? undefined,
    extensions: objectIn(params.get('extensions')),
  }
  if (!only && !namesByHash(naming)) return { body: sent, query: search }
  const text = operationText(texts, naming, client, caller)
  if (text !== undefined) params.set('query', text)
  params.delete('extensions')
  params.delete('documentId')
  return { body: sent, query: `?${params.toString()}` }
}

/** What is no object in JSON is left to GraphQL over HTTP to refuse. */
function objectIn(text: string | null): unknown {
  try {
    return text === null || nestsDeeper(text, 10, 'json') ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
