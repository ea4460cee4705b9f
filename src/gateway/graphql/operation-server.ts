// Apollo Server, run through the stages of `pipeline.ts`.
import { ApolloServer, HeaderMap } from '@apollo/server'
import type { ApolloServerOptions, ApolloServerPlugin, GraphQLRequest, GraphQLResponse } from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled'
import { GraphQLError } from 'graphql'
import type { DocumentNode, ExecutionResult, GraphQLSchema, OperationDefinitionNode } from 'graphql'
import { hubError, HubError, hubErrorIn, statusOfCode } from '../../access/error.ts'
import { subscribeAtStream } from '../../access/refusal-text.ts'
import type { Generation } from '../../graph/operation/generation.ts'
import { noOperation, type Operation, type OperationContext } from '../../graph/operation/operation.ts'
import type { OperationLimits } from './limits.ts'
import type { Log } from '../log.ts'
import { errorFormatter, maskedError } from './mask.ts'
import type { Metrics } from '../http/metrics.ts'
import { answer, type Chosen, invalid, measured, operationOf } from './pipeline.ts'

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
  /** Answers an operation of this generation; what went wrong is masked. */
  perform(generation: Generation, operation: Operation): Promise<ExecutionResult>
  /** Operations that begin after this are served by the new generation; those that are going finish on their own. */
  replace(generation: Generation): void
  stop(): Promise<void>
}

/** A server and what serves its operations now. */
interface Serving {
  readonly options: OperationServerOptions
  current: Generation
  /** The operations on their way: each is served to its end by the generation under which it began. */
  readonly going: WeakMap<OperationContext, Going>
  readonly listeners: Set<(schema: { apiSchema: GraphQLSchema; coreSupergraphSdl: string }) => void>
}

interface Going {
  readonly generation: Generation
  operation: Operation | null
}

/** Apollo Server in gateway mode, started; validation is this room's own, against what each caller may write. */
export async function openOperationServer(options: OperationServerOptions): Promise<OperationServer> {
  const serving: Serving = { options, current: options.generation, going: new WeakMap(), listeners: new Set() }
  const { limits, log, newId } = options
  const apollo = new ApolloServer<OperationContext>({
    gateway: gatewayOf(serving),
    plugins: [
      stagesOf(serving),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
    dangerouslyDisableValidation: true, // done by `operationOf`
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
    current: () => serving.current,
    perform: (generation, operation) => performed(generation, operation, log),
    replace(generation) {
      serving.current = generation
      announce(serving)
    },
    stop: () => apollo.stop(),
  }
}

/** The stages as Apollo Server calls them. */
function stagesOf(serving: Serving): ApolloServerPlugin<OperationContext> {
  const { limits, metrics, spend } = serving.options
  return {
    requestDidStart: ({ contextValue }) => {
      const going: Going = { generation: serving.current, operation: null }
      serving.going.set(contextValue, going)
      const { generation } = going
      return Promise.resolve({
        didResolveOperation: async ({ document, operation, request }) => {
          if (!operation) return
          const { objects } = withStatus(() => measured(generation, chosenOf(document, operation, request), limits))
          if (contextValue.client !== undefined) spend?.(contextValue.client, objects)
        },
        responseForOperation: async ({ document, operation, request }) => {
          const faults = invalid(generation, document, contextValue.caller)
          if (faults.length > 0) return refusal(faults)
          if (!operation) return null
          if (operation.operation === 'subscription') return refusal([notHere()])
          const found = operationOf(generation, chosenOf(document, operation, request), contextValue)
          if ('refused' in found) return refusal(found.refused)
          going.operation = found
          return null
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
}

function chosenOf(document: DocumentNode, definition: OperationDefinitionNode, request: GraphQLRequest): Chosen {
  const { operationName, variables = {} } = request
  return { document, definition, operationName: operationName ?? undefined, variables }
}

/** What Apollo Server takes for another gateway: it answers the operations that have passed the stages before. */
function gatewayOf(serving: Serving): NonNullable<ApolloServerOptions<OperationContext>['gateway']> {
  const { listeners, going, options } = serving
  return {
    onSchemaLoadOrUpdate(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async load() {
      announce(serving)
      return {
        async executor({ context }) {
          const { generation, operation } = going.get(context as OperationContext) ?? nothing
          if (generation === null || operation === null) return { errors: [new GraphQLError(noOperation)] }
          return performed(generation, operation, options.log)
        },
      }
    },
    async stop() {
      listeners.clear()
    },
  }
}

const nothing = { generation: null, operation: null }

function announce({ listeners, current }: Serving): void {
  for (const listener of listeners) listener({ apiSchema: current.schema, coreSupergraphSdl: '' })
}

async function performed(generation: Generation, operation: Operation, log: Log): Promise<ExecutionResult> {
  const { requestId } = operation
  try {
    const result = await answer(generation, operation)
    if (result.errors === undefined || result.errors.length === 0) return result
    return { ...result, errors: result.errors.map((error) => maskedError(error, requestId, log)) }
  } catch (error) {
    return { errors: [headed(maskedError(error, requestId, log))] }
  }
}

/** The error with the HTTP status of an answer that has no data. */
function headed(error: GraphQLError): HubError {
  const code = hubErrorIn(error)?.code ?? 'INTERNAL'
  // Apollo Server reads a HeaderMap here; another library in the house declares the same member as a plain object.
  const http = { status: Math.max(400, statusOfCode(code)), headers: new HeaderMap() } as never
  return hubError(code, error.message, { extensions: { ...error.extensions, http } })
}

function withStatus<T>(stage: () => T): T {
  try {
    return stage()
  } catch (error) {
    throw error instanceof HubError ? headed(error) : error
  }
}

const notHere = (): GraphQLError => hubError('BAD_REQUEST', subscribeAtStream)

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
