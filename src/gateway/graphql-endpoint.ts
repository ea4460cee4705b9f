import type { IncomingMessage } from 'node:http'
import { HeaderMap } from '@apollo/server'
import type { Caller } from '../access/caller.ts'
import { isAnonymous } from '../access/caller.ts'
import { hubError } from '../access/error.ts'
import type { Verifier } from '../access/verifier.ts'
import { errorAnswer } from './answer.ts'
import type { Answer } from './answer.ts'
import { tooComplexText } from './limits.ts'
import type { OperationLimits } from './limits.ts'
import type { Log } from './log.ts'
import { nestsDeeper } from './nesting.ts'
import type { OperationServer } from './operation-server.ts'
import type { RateLimit } from './rate-limit.ts'
import { readJsonBody } from './request-body.ts'

export interface GraphqlEndpointOptions {
  readonly operations: OperationServer
  readonly verifier: Verifier
  readonly rateLimit: RateLimit | null
  readonly limits: OperationLimits
  readonly log: Log
}

/** The headers that GraphQL over HTTP reads; no other reaches Apollo Server. */
const read = ['content-type', 'accept', 'x-apollo-operation-name', 'apollo-require-preflight'] as const

/** Answers differ by caller: no cache between may keep one. */
const uncached = { 'cache-control': 'private, no-store', vary: 'authorization, x-hub-purpose' }

/** `/graphql`: who asks, how often, what body; then Apollo Server. */
export function graphqlEndpoint({ operations, verifier, rateLimit, limits, log }: GraphqlEndpointOptions) {
  return async (request: IncomingMessage, search: string, requestId: string, signal: AbortSignal): Promise<Answer> => {
    try {
      const caller = await callerOf(request, verifier)
      const wait = rateLimit?.take(clientOf(caller, request)) ?? 0
      if (wait > 0) return errorAnswer(tooOften(), requestId, log, { ...uncached, 'retry-after': String(wait) })
      const body = request.method === 'POST' ? await readJsonBody(request, limits) : undefined
      refuseNesting(body, search, limits.nesting)
      const headers = new HeaderMap()
      for (const name of read) {
        const value = request.headers[name]
        if (typeof value === 'string') headers.set(name, value)
      }
      const answer = await operations.apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest: { method: request.method ?? '', headers, search, body },
        context: () => Promise.resolve({ caller, signal, requestId }),
      })
      const text = answer.body.kind === 'complete' ? answer.body.string : ''
      return {
        status: answer.status ?? 200,
        headers: { ...Object.fromEntries(answer.headers), ...uncached },
        body: text,
      }
    } catch (error) {
      // What is left of a refused body is not read: the connection ends with the answer.
      return errorAnswer(error, requestId, log, request.complete ? uncached : { ...uncached, connection: 'close' })
    }
  }
}

/** Before any parser: a document that nests too deep would run it out of stack. One by its hash was looked at when it came. */
function refuseNesting(body: unknown, search: string, most: number): void {
  const sent = typeof body === 'object' && body !== null ? (body as { readonly query?: unknown }).query : undefined
  const document = sent ?? (search === '' ? undefined : new URLSearchParams(search).get('query'))
  if (typeof document === 'string' && nestsDeeper(document, most, 'graphql')) {
    throw hubError('OPERATION_TOO_COMPLEX', tooComplexText)
  }
}

/** Whoever a request's one `Authorization` header says; throws UNAUTHENTICATED, also when there are two. */
export function callerOf(request: IncomingMessage, verifier: Verifier): Promise<Caller> {
  const purpose = request.headers['x-hub-purpose']
  const authorization = request.headersDistinct['authorization']
  return verifier.verify(authorization, typeof purpose === 'string' ? purpose : undefined)
}

function clientOf(caller: Caller, request: IncomingMessage): string {
  if (isAnonymous(caller)) return `address ${request.socket.remoteAddress ?? ''}`
  return `caller ${caller.issuer} ${caller.client ?? ''} ${caller.subject}`
}

const tooOften = (): Error =>
  hubError('RATE_LIMITED', 'Quá nhiều yêu cầu; hãy thử lại sau. · Too many requests; try again later.')
