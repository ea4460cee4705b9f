import { ApolloServer, HeaderMap } from '@apollo/server'
import type { ApolloServerPlugin, GraphQLResponse } from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled'
import { getOperationAST, GraphQLError } from 'graphql'
import type { DocumentNode, ExecutionResult, GraphQLSchema, OperationDefinitionNode } from 'graphql'
import type { Caller } from '../../access/caller.ts'
import type { Decision } from '../../access/policy/decide.ts'
import { hubError, hubErrorIn, statusOfCode } from '../../access/error.ts'
import type { Policy } from '../../access/policy/policy.ts'
import type { Subscribe } from '../../graph/subscribe/subscribe.ts'
import { exceeds, measure } from './complexity.ts'
import { joined, partsOf } from './introspection.ts'
import { tooComplexText } from './limits.ts'
import type { OperationLimits } from './limits.ts'
import type { Log } from '../log.ts'
import { errorFormatter, maskedError } from './mask.ts'
import type { Metrics } from '../http/metrics.ts'
import { faultsOf } from './validation.ts'
import { variableFaults } from './variables.ts'

/** What a request brings to its operation. */
export interface OperationContext {
  readonly caller: Caller
  /** Whose account it is on. */
  readonly client?: string
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal
  readonly requestId: string
  /** The W3C trace context that the request came with, well-formed. */
  readonly traceparent?: string
}

/** One operation that has passed validation and limits, with what of it is denied to its caller. */
export interface Operation extends OperationContext {
  /** The same object for the same text: a place to hang a compiled plan on. */
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode
  readonly operationName: string | undefined
  /** As sent: not yet coerced, but known to fit. */
  readonly variables: { readonly [name: string]: unknown }
  readonly decision: Decision
}

/** Answers an operation. What it throws is masked, unless it was made by `hubError`. */
export type Execute = (operation: Operation) => Promise<ExecutionResult>

/** What serves operations until the next one takes its place: a schema, the rules in it, and its executor. */
export interface Generation {
  readonly schema: GraphQLSchema
  readonly policy: Policy
  readonly execute: Execute
  /** Where the events of subscriptions come from; absent: nothing can be followed. Each event is read by `execute`. */
  readonly subscribe?: Subscribe
}

export interface OperationServerOptions {
  readonly generation: Generation
  readonly limits: OperationLimits
  readonly metrics: Metrics
  readonly log: Log
  readonly newId: () => string
  /** Counts an operation's objects on its client's account; throws where there is no more. */
  readonly spend?: (client: string, objects: number) => void
}

export interface OperationServer {
  readonly apollo: ApolloServer<OperationContext>
  /** What serves the operations that begin now. */
  current(): Generation
  /** Answers an operation that has passed limits and validation, on the present generation. */
  perform(
    document: DocumentNode,
    operationName: string | undefined,
    variables: Operation['variables'],
    context: OperationContext,
  ): Promise<ExecutionResult>
  /** Operations that begin after this are served by the new generation; those that are going finish on their own. */
  replace(generation: Generation): void
  stop(): Promise<void>
}

/** Apollo Server in gateway mode, started; validation is this room's own, against what each caller may write. */
export async function openOperationServer(options: OperationServerOptions): Promise<OperationServer> {
  const { limits, metrics, log, newId } = options
  let current = options.generation
  const generations = new WeakMap<OperationContext, Generation>()
  const generationOf = (context: OperationContext): Generation => generations.get(context) ?? current
  const listeners = new Set<(schema: { apiSchema: GraphQLSchema; coreSupergraphSdl: string }) => void>()
  const announce = (): void => {
    for (const listener of listeners) listener({ apiSchema: current.schema, coreSupergraphSdl: '' })
  }

  const pipeline: ApolloServerPlugin<OperationContext> = {
    requestDidStart: ({ contextValue }) => {
      generations.set(contextValue, current)
      return Promise.resolve({
        didResolveOperation: async ({ document, operation, request }) => {
          const { schema } = generationOf(contextValue)
          if (!operation) return
          const variables = request.variables ?? {}
          if (exceeds(schema, document, operation, variables, limits)) throw tooComplex()
          const { client } = contextValue
          if (client !== undefined) options.spend?.(client, measure(schema, document, operation, variables).objects)
        },
        responseForOperation: async ({ document, operation, request, contextValue: { caller } }) => {
          const schema = generationOf(contextValue).policy.inputSchema(caller)
          const faults = faultsOf(schema, document)
          if (faults.length > 0) return refusal(faults)
          if (!operation) return null
          if (operation.operation === 'subscription') return refusal([notHere()])
          const unfit = variableFaults(schema, operation, request.variables ?? {})
          return unfit.length > 0 ? refusal(unfit) : null
        },
        willSendResponse: async ({ response: { body } }) => {
          const errors = body.kind === 'single' ? (body.singleResult.errors ?? []) : []
          for (const { extensions } of errors) {
            const code = extensions?.['code']
            metrics.error(typeof code === 'string' ? code : 'INTERNAL')
          }
        },
      })
    },
  }

  async function run(
    document: DocumentNode,
    operationName: string | undefined,
    variables: Operation['variables'],
    context: OperationContext,
  ): Promise<ExecutionResult> {
    const operation = getOperationAST(document, operationName)
    if (operation === null || operation === undefined) return { errors: [new GraphQLError(noOperation)] }
    const { policy, execute } = generationOf(context)
    const { caller, requestId } = context
    const data = (part: DocumentNode): Promise<ExecutionResult> => {
      const decision = policy.decide(part, operationName, caller, variables)
      const own = part === document ? operation : (getOperationAST(part, operationName) ?? operation)
      return execute({ ...context, document: part, operation: own, operationName, variables, decision })
    }
    try {
      const parts = partsOf(document, operation)
      const result =
        parts === null
          ? await data(document)
          : await joined(parts, policy.visibleSchema(caller), operationName, variables, data)
      if (result.errors === undefined || result.errors.length === 0) return result
      return { ...result, errors: result.errors.map((error) => maskedError(error, requestId, log)) }
    } catch (error) {
      const masked = maskedError(error, requestId, log)
      const code = hubErrorIn(masked)?.code ?? 'INTERNAL'
      const status = Math.max(400, statusOfCode(code))
      return {
        errors: [hubError(code, masked.message, { extensions: { ...masked.extensions, ...withStatus(status) } })],
      }
    }
  }

  const apollo = new ApolloServer<OperationContext>({
    gateway: {
      onSchemaLoadOrUpdate(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      async load() {
        announce()
        return {
          executor: ({ document, request, context }) =>
            run(document, request.operationName, request.variables ?? {}, context as OperationContext),
        }
      },
      async stop() {
        listeners.clear()
      },
    },
    plugins: [
      pipeline,
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
    dangerouslyDisableValidation: true, // done in the pipeline above
    introspection: true,
    csrfPrevention: true,
    persistedQueries: false, // each client's own, before this
    hideSchemaDetailsFromClientErrors: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    nodeEnv: 'production',
    parseOptions: { maxTokens: limits.tokens },
    formatError: errorFormatter(newId, log),
    logger: loggerOf(log),
  })
  await apollo.start()

  return {
    apollo,
    current: () => current,
    perform: run,
    replace(generation) {
      current = generation
      announce()
    },
    stop: () => apollo.stop(),
  }
}

export const noOperation =
  'Cần nêu operationName của một thao tác trong tài liệu. · Name one operation of the document in operationName.'

/** Apollo Server reads a HeaderMap here; another library in the house declares the same member as a plain object. */
const withStatus = (status: number): { http: never } => ({ http: { status, headers: new HeaderMap() } as never })

const tooComplex = (): Error => hubError('OPERATION_TOO_COMPLEX', tooComplexText, { extensions: withStatus(400) })

const notHere = (): GraphQLError =>
  hubError('BAD_REQUEST', 'Đăng ký theo dõi ở /graphql/stream. · Subscriptions are served at /graphql/stream.')

function refusal(errors: readonly GraphQLError[]): GraphQLResponse {
  return {
    http: { status: 400, headers: new HeaderMap() },
    body: { kind: 'single', singleResult: { errors: errors.map((error) => error.toJSON()) } },
  }
}

/** Apollo Server's messages may quote requests: only that there was one is logged. */
function loggerOf(log: Log) {
  const say = (level: 'warn' | 'error') => () => log[level]({ room: 'apollo' }, 'Apollo Server reported a problem')
  return { debug: () => {}, info: () => {}, warn: say('warn'), error: say('error') }
}
