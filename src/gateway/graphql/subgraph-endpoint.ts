// The hub as a subgraph: of other gateways over HTTP, and of its own in process.
import type { IncomingMessage } from 'node:http'
import { GraphQLError, parse } from 'graphql'
import type { DocumentNode, ExecutionResult } from 'graphql'
import { isAnonymous } from '../../access/caller.ts'
import type { Caller } from '../../access/caller.ts'
import { hubError, unauthenticated } from '../../access/error.ts'
import type { Generation } from '../../graph/operation/generation.ts'
import { definitionIn, noOperation } from '../../graph/operation/operation.ts'
import { answer, invalid, operationOf } from './pipeline.ts'

/** What answers operations of gateways that have the hub as one of their subgraphs. */
export interface SubgraphGeneration extends Generation {
  /** What a composer reads, the answer of `_service`. */
  readonly sdl: string
}

/** One operation that this process' own gateway asks of the hub as a subgraph. */
export interface SubgraphOperation {
  readonly query: string
  readonly variables?: { readonly [name: string]: unknown }
  readonly operationName?: string | null
  /** Who asked the gateway: rows, fields, masks and the access log are this caller's. */
  readonly caller: Caller
  readonly signal: AbortSignal
}

export interface Subgraph {
  subgraphSdl(): string
  /**
   * Answers as a subgraph would, in process: parsed and validated once for each text, without the limits of a client's
   * operation (the gateway has measured it) save that one `_entities` takes 1,000 representations. Errors in the result are
   * those made on purpose or bugs: their sender masks the latter. Throws OPERATION_TOO_COMPLEX when the database
   * takes too long, and nothing for a wrong operation: its faults are the result's errors.
   */
  executeSubgraph(asked: SubgraphOperation): Promise<ExecutionResult>
}

const keptDocuments = 1_000

export function openSubgraph(generation: SubgraphGeneration): Subgraph {
  const documents = new Map<string, DocumentNode>()
  return {
    subgraphSdl: () => generation.sdl,
    async executeSubgraph({ query, variables = {}, operationName = null, caller, signal }) {
      const document = parsed(documents, query)
      if (document instanceof GraphQLError) return { errors: [document] }
      const faults = invalid(generation, document, caller)
      if (faults.length > 0) return { errors: faults }
      const definition = definitionIn(document, operationName)
      if (definition === null) return { errors: [hubError('BAD_USER_INPUT', noOperation)] }
      const chosen = { document, definition, operationName: operationName ?? undefined, variables }
      const operation = operationOf(generation, chosen, { caller, signal, requestId: '' })
      return 'refused' in operation ? { errors: operation.refused } : answer(generation, operation)
    },
  }
}

/** The same document for the same text, so that what is remembered of it serves again; or what is wrong with the text. */
function parsed(documents: Map<string, DocumentNode>, query: string): DocumentNode | GraphQLError {
  const known = documents.get(query)
  if (known !== undefined) return known
  try {
    const document = parse(query, { noLocation: true })
    if (documents.size >= keptDocuments) documents.delete(documents.keys().next().value ?? '')
    documents.set(query, document)
    return document
  } catch (error) {
    if (error instanceof GraphQLError) return error
    throw error
  }
}

/** Only a gateway that composes may ask at `/subgraph`, and only by POST. */
export function admitComposer(caller: Caller, request: IncomingMessage): void {
  if (isAnonymous(caller)) throw unauthenticated()
  if (!caller.scopes.has('subgraph:compose')) {
    throw hubError('UNAUTHORIZED_FIELD_OR_TYPE', 'Cần subgraph:compose. · The scope subgraph:compose is needed.', {
      extensions: { http: { status: 403 } },
    })
  }
  if (request.method !== 'POST') {
    throw hubError('BAD_REQUEST', 'Chỉ nhận POST. · Only POST is taken here.', {
      extensions: { http: { status: 405 } },
    })
  }
}
