// Another agency's subgraph over HTTP.
import { BrokenCircuitError, circuitBreaker, ConsecutiveBreaker, handleWhen, type IPolicy } from 'cockatiel'
import type { ExecutionResult } from 'graphql'
import { GraphQLError } from 'graphql'
import type { Caller } from '../../access/caller.ts'
import { TransportFailure } from '../../transport/failure.ts'
import { openTransport } from '../../transport/open.ts'
import type { TransportOptions } from '../../transport/open.ts'
import { openShared } from './shared-request.ts'
import type { Shared } from './shared-request.ts'
import type { SubgraphExecutor, SubgraphRequest } from './run-plan.ts'
import { isTree } from './tree.ts'
import { unavailableError } from '../answer/subgraph-error.ts'

export interface RemoteOptions {
  readonly name: string
  readonly url: string
  /** Hosts, `host:port`s or networks that may have addresses which are not public. */
  readonly allowHosts?: readonly string[]
  /** Sent with each request: keys that this remote gave to the hub. */
  readonly headers?: Readonly<Record<string, string>>
  /** One request altogether. Default 10,000. */
  readonly timeoutMs?: number
  /** The token by which this remote knows the caller; null: none is sent. The client's own is never passed on by itself. */
  readonly callerToken?: (caller: Caller) => Promise<string | null>
  /** Requests under way at once; the others wait. Default 16. */
  readonly inFlight?: number
  /** After so many failures in a row it is left alone for a while. Default 8 and 30 seconds. */
  readonly breaker?: { readonly failures?: number; readonly restMs?: number }
  readonly bodyBytes?: number
  readonly transport?: Pick<TransportOptions, 'ca' | 'lookup' | 'secrets' | 'wait' | 'random'>
  /** Called with the reason why a request failed; never with its content. */
  readonly alarm?: (name: string, why: string) => void
  readonly now?: () => Date
}

export interface RemoteState {
  readonly name: string
  readonly url: string
  /** Null: nothing was asked yet. */
  readonly answering: boolean | null
  readonly lastAnswerAt: Date | null
  readonly lastFailureAt: Date | null
  /** The last failure in one line, without anything of a request. */
  readonly lastFailure: string | null
  readonly requests: number
  readonly failures: number
}

/** Never throws for what the remote does: it answers with errors, and with SUBGRAPH_UNAVAILABLE when there is no answer. */
export interface Remote extends SubgraphExecutor {
  state(): RemoteState
  /** Ends all connections; what is going fails. Safe to repeat. */
  close(): Promise<void>
}

/** Statuses at which servers of GraphQL over HTTP put an answer with errors. */
const answering = [400, 401, 403, 405, 415, 422, 500]

/** An open remote and how it has answered so far. */
interface Open {
  readonly options: RemoteOptions
  readonly transport: ReturnType<typeof openTransport>
  readonly breaker: IPolicy
  readonly shared: Shared<ExecutionResult>
  readonly timeoutMs: number
  state: RemoteState
}

/** Another agency's subgraph over HTTP: bounded, checked, one deadline a request, equal queries of one moment asked once. */
export function openRemote(options: RemoteOptions): Remote {
  const { name, url, allowHosts = [], timeoutMs = 10_000, inFlight = 16, bodyBytes = 16 * 1_048_576 } = options
  const { failures: maxFailures = 8, restMs = 30_000 } = options.breaker ?? {}
  const transport = openTransport({
    ...options.transport,
    allowHosts,
    breaker: { failures: Infinity }, // the one below also counts answers that are none
    limits: {
      connectMs: Math.min(timeoutMs, 5_000),
      idleMs: timeoutMs,
      totalMs: timeoutMs,
      bodyBytes,
      inflatedBytes: bodyBytes,
      tries: 2,
      concurrency: inFlight,
    },
  })
  const breaker = circuitBreaker(
    handleWhen((error) => !(error instanceof TransportFailure && error.status === 429)),
    { halfOpenAfter: restMs, breaker: new ConsecutiveBreaker(maxFailures) },
  )
  const state: RemoteState = {
    name,
    url,
    answering: null,
    lastAnswerAt: null,
    lastFailureAt: null,
    lastFailure: null,
    requests: 0,
    failures: 0,
  }
  const remote: Open = { options, transport, breaker, shared: openShared(), timeoutMs, state }
  return Object.assign((request: SubgraphRequest) => asked(remote, request), {
    state: () => remote.state,
    close: () => transport.close(),
  })
}

async function asked(remote: Open, request: SubgraphRequest): Promise<ExecutionResult> {
  const { query, variables, operationName, context, kind } = request
  const { headers = {}, callerToken } = remote.options
  const token = callerToken === undefined ? null : await callerToken(context.caller)
  const sent = {
    'content-type': 'application/json',
    accept: 'application/graphql-response+json, application/json;q=0.9',
    ...headers,
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    ...(context.traceparent === undefined ? {} : { traceparent: context.traceparent }),
  }
  const body = JSON.stringify({
    query,
    ...(Object.keys(variables).length === 0 ? {} : { variables }),
    ...(operationName === null ? {} : { operationName }),
  })
  if (kind === 'mutation') return withAskedPaths(await post(remote, body, sent, kind, context.signal), query)
  // Who asks is part of the question: an answer for one caller is never another's.
  const label = `${token ?? ''}\n${body}`
  const answer = await remote.shared(label, context.signal, (signal) => post(remote, body, sent, kind, signal))
  return withAskedPaths(structuredAnswer(answer), query)
}

async function post(
  remote: Open,
  body: string,
  headers: Record<string, string>,
  kind: SubgraphRequest['kind'],
  signal: AbortSignal,
): Promise<ExecutionResult> {
  const { options, transport, breaker, timeoutMs } = remote
  const { name, url, alarm, now = () => new Date() } = options
  const until = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  const repeatable = kind === 'query'
  remote.state = { ...remote.state, requests: remote.state.requests + 1 }
  try {
    const result = await breaker.execute(async () => {
      try {
        const asking = { url, method: 'POST' as const, headers, body, accept: answering, repeatable }
        const answer = await transport.exchange(asking, until)
        return resultOf(answer.text(), answer.status)
      } catch (error) {
        if (signal.aborted) return null // the client has left: that says nothing of the remote
        throw error
      }
    })
    if (result === null) throw signal.reason
    remote.state = { ...remote.state, answering: true, lastAnswerAt: now() }
    return result
  } catch (error) {
    if (signal.aborted) throw error
    if (error instanceof BrokenCircuitError) return { errors: [unavailableError()] }
    const lastFailure = error instanceof TransportFailure ? error.message : `no answer in ${timeoutMs} ms`
    const failures = remote.state.failures + 1
    remote.state = { ...remote.state, answering: false, failures, lastFailureAt: now(), lastFailure }
    alarm?.(name, lastFailure)
    return { errors: [unavailableError()] }
  }
}

/** The receiver of a shared answer changes it: each gets its own. */
const structuredAnswer = ({ value, alone }: { value: ExecutionResult; alone: boolean }): ExecutionResult =>
  alone || value.data === undefined || value.data === null ? value : { ...value, data: structuredClone(value.data) }

/** A path ends before the first name that the query does not have: whatever else is there is the remote's own text. */
function withAskedPaths(answer: ExecutionResult, query: string): ExecutionResult {
  if (answer.errors === undefined) return answer
  const names = new Set(query.match(/[_A-Za-z]\w*/g))
  const errors = answer.errors.map((error) => {
    const strange = (error.path ?? []).findIndex((part) => typeof part === 'string' && !names.has(part))
    if (strange === -1 || error.path === undefined) return error
    return new GraphQLError('', { path: error.path.slice(0, strange), extensions: error.extensions })
  })
  return { ...answer, errors }
}

/** The answer in a body; throws SOURCE_CHANGED for one that is no GraphQL answer. */
function resultOf(text: string, status: number): ExecutionResult {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    throw new TransportFailure('SOURCE_CHANGED', `it answered ${status} without JSON`, { status })
  }
  if (!isTree(body)) throw new TransportFailure('SOURCE_CHANGED', `it answered ${status} without a GraphQL answer`)
  const { data, errors } = body
  const well = data === undefined || data === null || isTree(data)
  const listed = errors === undefined || errors === null || (Array.isArray(errors) && errors.length > 0)
  if (!well || !listed || (data === undefined && !Array.isArray(errors))) {
    throw new TransportFailure('SOURCE_CHANGED', `it answered ${status} without a GraphQL answer`)
  }
  if (data === undefined && status >= 500 && status !== 500)
    throw new TransportFailure('SOURCE_UNAVAILABLE', `it answered ${status}`)
  return {
    ...(data === undefined ? {} : { data: data as Record<string, unknown> | null }),
    ...(Array.isArray(errors) ? { errors: errors.map(errorOf) } : {}),
  }
}

/** Path and code pass; the text, which may quote the request, does not. */
function errorOf(error: unknown): GraphQLError {
  const { path, extensions } = isTree(error) ? error : {}
  const parts = Array.isArray(path) ? path.filter((part) => typeof part === 'string' || Number.isInteger(part)) : null
  const code = isTree(extensions) && typeof extensions['code'] === 'string' ? { code: extensions['code'] } : {}
  return new GraphQLError('', { ...(parts === null ? {} : { path: parts as (string | number)[] }), extensions: code })
}
