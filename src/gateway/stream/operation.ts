// Operations over an event stream: a subscription's events, or the one answer of anything else.
import { GraphQLError, parse } from 'graphql'
import type { DocumentNode, ExecutionResult } from 'graphql'
import type { Caller } from '../../access/caller.ts'
import { codeExtensions, deniedError, hubError, hubErrorIn, unauthenticated } from '../../access/error.ts'
import { cannotBeFollowed, serverStopping, tooComplex } from '../../access/refusal-text.ts'
import type { Generation } from '../../graph/operation/generation.ts'
import { allow, definitionIn, noOperation, onSchema, type Operation } from '../../graph/operation/operation.ts'
import { argumentsOf } from '../../graph/operation/selection.ts'
import type { Followed } from '../../graph/subscribe/subscribe.ts'
import { measure } from '../graphql/complexity.ts'
import type { OperationLimits } from '../graphql/limits.ts'
import type { Log } from '../log.ts'
import { maskedError, ofOneKind } from '../graphql/mask.ts'
import type { Metrics } from '../http/metrics.ts'
import { nestsDeeper } from '../graphql/nesting.ts'
import type { OperationServer } from '../graphql/operation-server.ts'
import { answer, type Chosen, invalid, measured, operationOf } from '../graphql/pipeline.ts'
import { faultsOf } from '../graphql/validation.ts'
import { eventQuery } from './query.ts'
import type { EventQuery } from './query.ts'

export interface StreamAsked {
  readonly query: string
  readonly operationName: string | undefined
  readonly variables: { readonly [name: string]: unknown }
  readonly method: string
}

/** The caller who asked, for as long as the stream lasts. */
export interface StreamClient {
  readonly requestId: string
  /** Aborts when the client went away. */
  readonly gone: AbortSignal
  /** The caller as the token makes him now. Throws UNAUTHENTICATED once it is over or revoked. */
  caller(): Promise<Caller>
  room(signal: AbortSignal): Promise<void>
  /** Counts the objects of an answer or event on the client's account. Throws RATE_LIMITED. */
  spend(objects: number): void
}

export type Ending = 'SHUTDOWN' | 'SCHEMA'

/** A subscription that is going. */
interface Going {
  readonly client: StreamClient
  end(error: Error): void
  /** Whether it can go on under the generation that serves now. */
  stillFits(generation: Generation): boolean
}

export interface StreamOperations {
  /**
   * Starts what is asked: a subscription gives its events, anything else its one answer. What is wrong with the operation is an
   * answer too. Never throws.
   */
  begin(asked: StreamAsked, client: StreamClient): Promise<ExecutionResult | AsyncGenerator<ExecutionResult>>
  /** Ends those whose token is over or revoked, with an event that says so. */
  recheck(): Promise<void>
  /** Ends those that the present generation cannot serve. */
  swapped(): void
  /** Ends all; each client is asked to subscribe again. */
  endAll(): void
  going(): number
}

const endingText: Readonly<Record<Ending, string>> = {
  SHUTDOWN: serverStopping,
  SCHEMA: 'Lược đồ đã đổi; hãy đăng ký lại. · The schema has changed: subscribe again.',
}
const comeAgain = (reason: Ending): Error =>
  hubError('RESUBSCRIBE_REQUIRED', endingText[reason], { extensions: { reason } })

const keptDocuments = 500

export interface StreamOperationsOptions {
  readonly operations: OperationServer
  readonly limits: OperationLimits
  readonly metrics: Metrics
  readonly log: Log
}

/** What goes over the event streams of one gateway. */
interface Running extends StreamOperationsOptions {
  /** By their texts. */
  readonly documents: Map<string, DocumentNode>
  readonly all: Set<Going>
}

/** Operations over event streams, under the same limits, validation, decisions and masks as `/graphql`. */
export function openStreamOperations(options: StreamOperationsOptions): StreamOperations {
  const running: Running = { ...options, documents: new Map(), all: new Set() }
  const { all, operations } = running
  return {
    begin: (asked, client) => begun(running, asked, client),
    async recheck() {
      await Promise.all(
        [...all].map(async (one) => {
          await one.client.caller().catch((error: unknown) => one.end(hubErrorIn(error) ?? unauthenticated()))
        }),
      )
    },
    swapped() {
      for (const one of all) if (!one.stillFits(operations.current())) one.end(comeAgain('SCHEMA'))
    },
    endAll() {
      for (const one of all) one.end(comeAgain('SHUTDOWN'))
    },
    going: () => all.size,
  }
}

async function begun(
  running: Running,
  asked: StreamAsked,
  client: StreamClient,
): ReturnType<StreamOperations['begin']> {
  try {
    return await started(running, asked, client)
  } catch (error) {
    if (error instanceof GraphQLError && hubErrorIn(error) === null && error.message.startsWith('Syntax Error')) {
      const { message, extensions } = ofOneKind({
        message: error.message,
        extensions: codeExtensions('GRAPHQL_PARSE_FAILED'),
      })
      return { errors: [new GraphQLError(message, { extensions: extensions ?? {} })] }
    }
    return failed(running, [error instanceof Error ? error : new Error('unknown')], client.requestId)
  }
}

/** The same document for the same text, so that what is remembered of it serves again. */
function documentOf({ documents, limits }: Running, text: string): DocumentNode {
  const known = documents.get(text)
  if (known !== undefined) return known
  if (nestsDeeper(text, limits.nesting, 'graphql')) throw hubError('OPERATION_TOO_COMPLEX', tooComplex)
  const document = parse(text, { maxTokens: limits.tokens })
  if (documents.size >= keptDocuments) documents.delete(documents.keys().next().value ?? '')
  documents.set(text, document)
  return document
}

async function started(
  running: Running,
  asked: StreamAsked,
  client: StreamClient,
): ReturnType<StreamOperations['begin']> {
  const { operations, limits } = running
  const { operationName, variables } = asked
  const { requestId, gone: signal } = client
  const caller = await client.caller()
  const document = documentOf(running, asked.query)
  const definition = definitionIn(document, operationName)
  if (definition === null) return failed(running, [hubError('BAD_USER_INPUT', noOperation)], requestId)
  const generation = operations.current()
  const chosen: Chosen = { document, definition, operationName, variables }
  const { objects } = measured(generation, chosen, limits)
  const faults = invalid(generation, document, caller)
  if (faults.length > 0) return { errors: faults }
  const operation = operationOf(generation, chosen, { caller, signal, requestId })
  if ('refused' in operation) return failed(running, operation.refused, requestId)
  if (definition.operation === 'mutation' && asked.method !== 'POST') {
    throw hubError('BAD_REQUEST', 'Chỉ gửi mutation bằng POST. · Mutations are sent by POST alone.')
  }
  if (definition.operation === 'subscription') return subscribed(running, generation, operation, client)
  client.spend(objects)
  const result = await operations.perform(generation, operation)
  return result.errors === undefined ? result : { ...result, errors: result.errors.map(shownError) }
}

async function subscribed(
  running: Running,
  generation: Generation,
  operation: Operation,
  client: StreamClient,
): ReturnType<StreamOperations['begin']> {
  const { policy, subscribe } = generation
  const query = eventQuery(operation)
  if (query === null || subscribe === undefined) {
    throw hubError('BAD_REQUEST', cannotBeFollowed)
  }
  const { responseName, field } = query.field
  const { denied } = allow(operation, policy).decision
  const closed = denied.find(({ path }) => path.length === 1 && path[0] === responseName)
  if (closed !== undefined) {
    const errors = [deniedError(closed.code, [responseName])]
    return { data: { [responseName]: null }, ...failed(running, errors, client.requestId) }
  }
  const args = argumentsOf(query.field, operation.values)
  const followed = await subscribe(field.name, args, operation.caller)
  return streamed({ running, operation, query, generation, client, followed, stop: new AbortController(), ended: null })
}

/** A subscription that is going. */
interface Subscription {
  readonly running: Running
  readonly operation: Operation
  readonly query: EventQuery
  /** Under which it began. */
  readonly generation: Generation
  readonly client: StreamClient
  readonly followed: Followed
  readonly stop: AbortController
  ended: Error | null
}

function streamed(subscription: Subscription): AsyncGenerator<ExecutionResult> {
  const { running, client, followed, stop } = subscription
  const going: Going = {
    client,
    end(error) {
      subscription.ended ??= error
      stop.abort()
    },
    stillFits: (generation) => stillFits(subscription, generation),
  }
  const leave = (): void => stop.abort()
  client.gone.addEventListener('abort', leave)
  running.all.add(going)
  if (client.gone.aborted) leave()
  const close = (): void => {
    running.all.delete(going)
    followed.close()
    client.gone.removeEventListener('abort', leave)
  }
  const results = events(subscription, close)
  return {
    next: () => results.next(),
    return(value) {
      leave()
      close()
      return results.return(value)
    },
    throw(error) {
      leave()
      close()
      return results.throw(error)
    },
    [Symbol.asyncIterator]() {
      return this
    },
    async [Symbol.asyncDispose]() {
      leave()
      close()
    },
  }
}

function stillFits({ generation: before, query, operation }: Subscription, { schema, subscribe }: Generation): boolean {
  if (subscribe !== before.subscribe) return false
  const field = schema.getSubscriptionType()?.getFields()[query.field.field.name]
  const same = field !== undefined && String(field.type) === String(query.field.field.type)
  return same && faultsOf(schema, operation.document).length === 0
}

async function* events(subscription: Subscription, close: () => void): AsyncGenerator<ExecutionResult> {
  const { running, client, followed, stop, query } = subscription
  try {
    while (!stop.signal.aborted) {
      await followed.waiting(stop.signal)
      await client.room(stop.signal)
      if (stop.signal.aborted) break
      for (const event of await followed.take(await client.caller())) {
        await client.room(stop.signal)
        if (stop.signal.aborted) break
        if (event.kind === 'LEFT') yield { data: { [query.field.responseName]: null }, extensions: { left: true } }
        else yield await shown(subscription, event.id)
      }
    }
  } catch (error) {
    subscription.ended ??= error instanceof Error ? error : new Error('unknown')
  } finally {
    close()
  }
  if (subscription.ended !== null && !client.gone.aborted) {
    yield failed(running, [subscription.ended], client.requestId)
  }
}

/** One object as an ordinary operation reads it now, by the generation and for the caller of now. */
async function shown({ running, operation, query, client, stop }: Subscription, id: string): Promise<ExecutionResult> {
  const generation = running.operations.current()
  const caller = await client.caller()
  const { document, definition, idVariable } = query
  const event = { document, definition, operationName: definition.name?.value, caller, signal: stop.signal }
  const [variables, values] = [operation.variables, operation.values].map((given) => ({ ...given, [idVariable]: id }))
  const read = onSchema({ ...operation, ...event, variables: variables!, values: values! }, generation.schema)
  client.spend(measure(read.written, read.variables).objects)
  const result = await answer(generation, read)
  if (result.errors === undefined || result.errors.length === 0) return result
  return { ...result, ...failed(running, result.errors, client.requestId) }
}

function failed(
  { metrics, log }: Running,
  errors: readonly Error[],
  requestId: string,
): { readonly errors: readonly GraphQLError[] } {
  const masked = errors.map((error) => shownError(maskedError(error, requestId, log)))
  for (const { extensions } of masked) {
    const code = extensions['code']
    metrics.error(typeof code === 'string' ? code : 'INTERNAL')
  }
  return { errors: masked }
}

/** Without what is meant for the head of an HTTP answer. */
function shownError(error: GraphQLError): GraphQLError {
  const { http: _http, ...extensions } = error.extensions
  return new GraphQLError(error.message, { nodes: error.nodes ?? null, path: error.path ?? null, extensions })
}
