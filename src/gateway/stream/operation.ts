import { getNamedType, getOperationAST, GraphQLError, parse } from 'graphql'
import type { DocumentNode, ExecutionResult, OperationDefinitionNode } from 'graphql'
import { getArgumentValues, getVariableValues } from 'graphql/execution/values.js'
import type { Caller } from '../../access/caller.ts'
import { deniedError, hubError, hubErrorIn, unauthenticated } from '../../access/error.ts'
import type { Followed } from '../../graph/subscribe/subscribe.ts'
import { exceeds } from '../graphql/complexity.ts'
import type { OperationLimits } from '../graphql/limits.ts'
import { tooComplexText } from '../graphql/limits.ts'
import type { Log } from '../log.ts'
import { maskedError, ofOneKind } from '../graphql/mask.ts'
import type { Metrics } from '../http/metrics.ts'
import { nestsDeeper } from '../graphql/nesting.ts'
import { noOperation } from '../graphql/operation-server.ts'
import type { Generation, OperationServer } from '../graphql/operation-server.ts'
import { eventQuery } from './query.ts'
import type { EventQuery } from './query.ts'
import { faultsOf } from '../graphql/validation.ts'
import { variableFaults } from '../graphql/variables.ts'

export interface StreamAsked {
  readonly query: string
  readonly operationName: string | undefined
  readonly variables: { readonly [name: string]: unknown }
  readonly method: string
}

/** Whoever asked, for as long as the stream lasts. */
export interface StreamClient {
  readonly requestId: string
  /** Aborts when the client went away. */
  readonly gone: AbortSignal
  /** The caller as the token makes him now. Throws UNAUTHENTICATED once it is over or revoked. */
  caller(): Promise<Caller>
  room(signal: AbortSignal): Promise<void>
  /** Counts an event's objects on the client's account. Throws RATE_LIMITED. */
  spend(document: DocumentNode, operation: OperationDefinitionNode, variables: StreamAsked['variables']): void
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
  /** Ends all; each client is told to come again. */
  endAll(): void
  going(): number
}

const endingText: Readonly<Record<Ending, string>> = {
  SHUTDOWN: 'Máy chủ đang dừng; hãy đăng ký lại sau. · The server is stopping: subscribe again later.',
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

/** Operations over an event stream, under the same limits, validation, decisions and masks as `/graphql`. */
export function openStreamOperations({ operations, limits, metrics, log }: StreamOperationsOptions): StreamOperations {
  const documents = new Map<string, DocumentNode>()
  const all = new Set<Going>()

  /** The same document for the same text, so that what is remembered of it serves again. */
  function documentOf(text: string): DocumentNode {
    const known = documents.get(text)
    if (known !== undefined) return known
    if (nestsDeeper(text, limits.nesting, 'graphql')) throw hubError('OPERATION_TOO_COMPLEX', tooComplexText)
    const document = parse(text, { maxTokens: limits.tokens })
    if (documents.size >= keptDocuments) documents.delete(documents.keys().next().value ?? '')
    documents.set(text, document)
    return document
  }

  const failed = (errors: readonly Error[], requestId: string): { readonly errors: readonly GraphQLError[] } => {
    const shown = errors.map((error) => shownError(maskedError(error, requestId, log)))
    for (const { extensions } of shown) {
      const code = extensions['code']
      metrics.error(typeof code === 'string' ? code : 'INTERNAL')
    }
    return { errors: shown }
  }

  async function begin(asked: StreamAsked, client: StreamClient): ReturnType<StreamOperations['begin']> {
    try {
      return await started(asked, client)
    } catch (error) {
      if (error instanceof GraphQLError && hubErrorIn(error) === null && error.message.startsWith('Syntax Error')) {
        const { message, extensions } = ofOneKind({
          message: error.message,
          extensions: { code: 'GRAPHQL_PARSE_FAILED' },
        })
        return { errors: [new GraphQLError(message, { extensions: extensions ?? {} })] }
      }
      return failed([error instanceof Error ? error : new Error('unknown')], client.requestId)
    }
  }

  async function started(
    asked: StreamAsked,
    client: StreamClient,
  ): Promise<ExecutionResult | AsyncGenerator<ExecutionResult>> {
    const { operationName, variables } = asked
    const { requestId } = client
    const caller = await client.caller()
    const document = documentOf(asked.query)
    const operation = getOperationAST(document, operationName)
    if (operation === null || operation === undefined)
      return failed([hubError('BAD_USER_INPUT', noOperation)], requestId)
    const generation = operations.current()
    const { schema, policy, subscribe } = generation
    if (exceeds(schema, document, operation, variables, limits)) throw hubError('OPERATION_TOO_COMPLEX', tooComplexText)
    const inputs = policy.inputSchema(caller)
    const faults = faultsOf(inputs, document)
    if (faults.length > 0) return { errors: faults }
    const unfit = variableFaults(inputs, operation, variables)
    if (unfit.length > 0) return failed(unfit, requestId)
    if (operation.operation === 'mutation' && asked.method !== 'POST') {
      throw hubError('BAD_REQUEST', 'Chỉ gửi mutation bằng POST. · Mutations are sent by POST alone.')
    }
    if (operation.operation !== 'subscription') {
      client.spend(document, operation, variables)
      const context = { caller, signal: client.gone, requestId }
      const result = await operations.perform(document, operationName, variables, context)
      return result.errors === undefined ? result : { ...result, errors: result.errors.map(shownError) }
    }

    const root = schema.getSubscriptionType()
    const query = eventQueryOf(generation, document, operation)
    const field = query === null ? undefined : root?.getFields()[query.field.name.value]
    if (query === null || field === undefined || subscribe === undefined) {
      throw hubError('BAD_REQUEST', 'Không theo dõi được trường này. · This field cannot be followed here.')
    }
    const { denied } = policy.decide(document, operationName, caller, variables)
    const closed = denied.find(({ path }) => path.length === 1 && path[0] === query.responseName)
    if (closed !== undefined) {
      const error = deniedError(closed.code, [query.responseName])
      return { data: { [query.responseName]: null }, ...failed([error], requestId) }
    }
    const coerced = getVariableValues(schema, operation.variableDefinitions ?? [], { ...variables })
    if (coerced.errors !== undefined) return failed(coerced.errors, requestId)
    const args = getArgumentValues(field, query.field, coerced.coerced)
    const followed = await subscribe(field.name, args, caller)
    return streamed({ variables, document, operation, query, generation }, followed, client)
  }

  interface Subscribed extends Pick<StreamAsked, 'variables'> {
    readonly document: DocumentNode
    readonly operation: OperationDefinitionNode
    readonly query: EventQuery
    readonly generation: Generation
  }

  function streamed(asked: Subscribed, followed: Followed, client: StreamClient): AsyncGenerator<ExecutionResult> {
    const stop = new AbortController()
    let ended: Error | null = null
    const going: Going = {
      client,
      end(error) {
        ended ??= error
        stop.abort()
      },
      stillFits({ schema, subscribe }) {
        if (subscribe !== asked.generation.subscribe) return false
        const field = schema.getSubscriptionType()?.getFields()[asked.query.field.name.value]
        const before = asked.generation.schema.getSubscriptionType()?.getFields()[asked.query.field.name.value]
        const same = field !== undefined && before !== undefined && String(field.type) === String(before.type)
        return same && faultsOf(schema, asked.document).length === 0
      },
    }
    const leave = (): void => stop.abort()
    client.gone.addEventListener('abort', leave)
    all.add(going)
    if (client.gone.aborted) leave()

    const close = (): void => {
      all.delete(going)
      followed.close()
      client.gone.removeEventListener('abort', leave)
    }

    async function show(id: string): Promise<ExecutionResult> {
      const { policy, execute } = operations.current()
      const caller = await client.caller()
      const { document, operation, idVariable } = asked.query
      const variables = { ...asked.variables, [idVariable]: id }
      client.spend(document, operation, variables)
      const operationName = operation.name?.value
      const decision = policy.decide(document, operationName, caller, variables)
      const { requestId } = client
      const result = await execute({
        document,
        operation,
        operationName,
        variables,
        decision,
        caller,
        signal: stop.signal,
        requestId,
      })
      if (result.errors === undefined || result.errors.length === 0) return result
      return { ...result, ...failed(result.errors, requestId) }
    }

    async function* events(): AsyncGenerator<ExecutionResult> {
      try {
        while (!stop.signal.aborted) {
          await followed.waiting(stop.signal)
          await client.room(stop.signal)
          if (stop.signal.aborted) break
          for (const event of await followed.take(await client.caller())) {
            await client.room(stop.signal)
            if (stop.signal.aborted) break
            if (event.kind === 'LEFT') yield { data: { [asked.query.responseName]: null }, extensions: { left: true } }
            else yield await show(event.id)
          }
        }
      } catch (error) {
        ended ??= error instanceof Error ? error : new Error('unknown')
      } finally {
        close()
      }
      if (ended !== null && !client.gone.aborted) yield failed([ended], client.requestId)
    }

    const results = events()
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

  return {
    begin,
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

/** Without what is meant for the head of an HTTP answer. */
function shownError(error: GraphQLError): GraphQLError {
  const { http: _http, ...extensions } = error.extensions
  return new GraphQLError(error.message, { nodes: error.nodes ?? null, path: error.path ?? null, extensions })
}

const queries = new WeakMap<OperationDefinitionNode, Map<string, EventQuery | null>>()

/** Made once for each operation of a document: decisions are remembered by document. */
function eventQueryOf(
  { schema }: Generation,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): EventQuery | null {
  const name = eventQuery(document, operation, '')?.field.name.value
  const field = name === undefined ? undefined : schema.getSubscriptionType()?.getFields()[name]
  if (field === undefined) return null
  const type = getNamedType(field.type).name
  const kept = queries.get(operation) ?? new Map<string, EventQuery | null>()
  const made = kept.get(type) ?? eventQuery(document, operation, type)
  queries.set(operation, kept.set(type, made))
  return made
}
