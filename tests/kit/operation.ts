// Operations for tests: as the gateway makes them of a document, without its HTTP.
import { type DocumentNode, type ExecutionResult, parse } from 'graphql'
import { anonymous, type Caller } from '../../src/access/caller.ts'
import { openPolicy } from '../../src/access/policy/policy.ts'
import type { Policy } from '../../src/access/policy/policy.ts'
import { answer, operationOf } from '../../src/gateway/graphql/pipeline.ts'
import type { Generation } from '../../src/graph/operation/generation.ts'
import { definitionIn, type Execute, type Operation } from '../../src/graph/operation/operation.ts'
import type { GraphQLSchema } from 'graphql'

export interface Asking {
  readonly operationName?: string | undefined
  readonly variables?: Readonly<Record<string, unknown>>
  readonly caller?: Caller
  readonly signal?: AbortSignal
}

/** The operation of a text or document; throws where it is not valid for its caller. */
export function operationIn(
  generation: Generation,
  asked: string | DocumentNode,
  { operationName, variables = {}, caller = anonymous, signal = new AbortController().signal }: Asking = {},
): Operation {
  const document = typeof asked === 'string' ? parse(asked) : asked
  const definition = definitionIn(document, operationName)
  if (definition === null) throw new Error('the document has no such operation')
  const chosen = { document, definition, operationName, variables }
  const operation = operationOf(generation, chosen, { caller, signal, requestId: 'test' })
  if ('refused' in operation) throw new Error(operation.refused.map(({ message }) => message).join('\n'))
  return operation
}

/** Answers an operation as a server would, unmasked. */
export const answerOf = (
  generation: Generation,
  asked: string | DocumentNode,
  more?: Asking,
): Promise<ExecutionResult> => answer(generation, operationIn(generation, asked, more))

/** A generation of a schema that nothing but its own rules says something of. */
export const generationOf = (
  schema: GraphQLSchema,
  execute: Execute,
  policy: Policy = openPolicy({ schema, purposes: null }),
): Generation => ({ schema, policy, execute })
