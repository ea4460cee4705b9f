// What becomes of a request, stage by stage, and what each stage may refuse.
//
//   HttpRequest       endpoint.ts, ../stream/stream.ts   RATE_LIMITED, BAD_REQUEST, too large, nested too deep
//   → Caller          ../../access/token/verifier.ts     UNAUTHENTICATED
//   → Document        persisted-text.ts, then a parser   PERSISTED_QUERY_NOT_FOUND, OPERATION_NOT_TRUSTED, syntax
//   → Operation       measured, operationOf              OPERATION_TOO_COMPLEX, validation, BAD_USER_INPUT
//   → AllowedOperation  allow                            nothing: what is denied is null and an error in the answer
//   → Plan → Answer   Generation.execute                 OPERATION_TOO_COMPLEX of a planner or the database
//
// Every door (`/graphql`, `/graphql/stream`, `/subgraph`, the hub as its own gateway's subgraph) goes through these functions.
import type { DocumentNode, ExecutionResult, GraphQLError, OperationDefinitionNode } from 'graphql'
import type { Caller } from '../../access/caller.ts'
import { hubError } from '../../access/error.ts'
import { tooComplex } from '../../access/refusal-text.ts'
import { decided, writtenOn } from '../../graph/operation/build.ts'
import type { Generation } from '../../graph/operation/generation.ts'
import { allow, onSchema, type Operation, type OperationContext } from '../../graph/operation/operation.ts'
import { isMeta, type Values } from '../../graph/operation/selection.ts'
import { coercedVariables } from '../../graph/operation/variables.ts'
import { exceeds, type Measure, measure } from './complexity.ts'
import { joined, partsOf } from './introspection.ts'
import type { OperationLimits } from './limits.ts'
import { faultsOf } from './validation.ts'

/** One operation of a parsed document, chosen, with variables as they were sent. */
export interface Chosen {
  readonly document: DocumentNode
  readonly definition: OperationDefinitionNode
  readonly operationName: string | undefined
  readonly variables: Values
}

export interface Refused {
  readonly refused: readonly GraphQLError[]
}

/** Document → Operation, first half: how much is asked. Throws OPERATION_TOO_COMPLEX; works on documents that are not valid. */
export function measured({ schema }: Generation, chosen: Chosen, limits: OperationLimits): Measure {
  const asked = measure(writtenOn(schema, chosen.document, chosen.definition), chosen.variables)
  if (exceeds(asked, limits)) throw hubError('OPERATION_TOO_COMPLEX', tooComplex)
  return asked
}

/** What is wrong with a document against what this caller may write; nothing of a wrong document is executed. */
export const invalid = ({ policy }: Generation, document: DocumentNode, caller: Caller): readonly GraphQLError[] =>
  faultsOf(policy.inputSchema(caller), document)

/** Document → Operation, second half: valid against what this caller may write, its variables coerced, its tree decided. */
export function operationOf(
  generation: Generation,
  { document, definition, operationName, variables }: Chosen,
  context: OperationContext,
): Operation | Refused {
  const faults = invalid(generation, document, context.caller)
  if (faults.length > 0) return { refused: faults }
  const { schema, policy } = generation
  const coerced = coercedVariables(policy.inputSchema(context.caller), definition, variables)
  if ('faults' in coerced) return { refused: coerced.faults }
  const { values } = coerced
  const written = writtenOn(schema, document, definition)
  if (written.extent.fields === Infinity) return { refused: [hubError('OPERATION_TOO_COMPLEX', tooComplex)] }
  const selections = decided(written, values)
  return { ...context, schema, document, definition, operationName, variables, values, written, selections }
}

/** Operation → AllowedOperation → Plan → Answer. Errors in the answer are not yet masked. */
export async function answer(generation: Generation, operation: Operation): Promise<ExecutionResult> {
  const parts = operation.selections.every((one) => !isMeta(one)) ? null : partsOf(operation)
  if (parts === null) return answerOfData(generation, operation)
  const visible = () => generation.policy.visibleSchema(operation.caller)
  return joined(parts, operation, visible, (part) => answerOfData(generation, part))
}

function answerOfData(generation: Generation, operation: Operation): Promise<ExecutionResult> {
  const other = generation.delegate?.(operation) ?? null
  if (other !== null) return other.execute(allow(onSchema(operation, other.schema), other.policy))
  return generation.execute(allow(operation, generation.policy))
}
