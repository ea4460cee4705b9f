// An operation on its way: what is asked, by whom, and what of it is allowed.
import {
  type DocumentNode,
  type ExecutionResult,
  getOperationAST,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql'
import type { Caller } from '../../access/caller.ts'
import type { Decision } from '../../access/policy/decide.ts'
import type { Policy } from '../../access/policy/policy.ts'
import { decided, type WrittenOperation, writtenOn } from './build.ts'
import type { Selection, Values } from './selection.ts'

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

/** One operation that is valid and within the limits, its variables coerced. */
export interface Operation extends OperationContext {
  /** The schema of the tree's fields and types. */
  readonly schema: GraphQLSchema
  readonly document: DocumentNode
  readonly definition: OperationDefinitionNode
  readonly operationName: string | undefined
  /** As sent, for graphql-js, which coerces them by itself. */
  readonly variables: Values
  /** Coerced, defaults filled in. */
  readonly values: Values
  readonly written: WrittenOperation
  /** `written`, with `@skip` and `@include` decided. */
  readonly selections: readonly Selection[]
}

/** An operation with what of it is denied to its caller. */
export interface AllowedOperation extends Operation {
  readonly decision: Decision
  /**
   * `selections` without what is denied. This object is the key under which a plan may be kept: it is the same again exactly
   * while schema, definition, the values of the variables in `@skip` and `@include`, the caller's scopes, purpose and
   * allowed purposes are the same, and nothing else decides its form. Three steps keep it so: `writtenOn` remembers by
   * schema and definition (which a text keeps while its document is remembered), `decided` by the deciding values, and
   * `Policy.decide` by `rightsKey`. Where a variable's value decides rights (a filter by personal data without a
   * purpose) it is new each time. What is kept by it goes with its document; of one document there are at most 32 × 64.
   * Values of other variables and the caller's rows are not in it: they are read when the plan runs.
   */
  readonly allowed: readonly Selection[]
}

/** Answers an operation. What it throws is masked, unless it was made by `hubError`. */
export type Execute = (operation: AllowedOperation) => Promise<ExecutionResult>

export const noOperation =
  'Cần nêu operationName của một thao tác trong tài liệu. · Name one operation of the document in operationName.'

/** The operation of that name, or the only one; null when the document has none such, or several and no name is given. */
export const definitionIn = (
  document: DocumentNode,
  operationName: string | null | undefined,
): OperationDefinitionNode | null => getOperationAST(document, operationName) ?? null

/** The same operation as another schema reads it. */
export function onSchema(operation: Operation, schema: GraphQLSchema): Operation {
  const written = writtenOn(schema, operation.document, operation.definition)
  return { ...operation, schema, written, selections: decided(written, operation.values) }
}

/** Decides what the caller may have: the one decision of an operation on this policy's schema. */
export function allow(operation: Operation, policy: Policy): AllowedOperation {
  const { selections, caller, values } = operation
  const decision = policy.decide(selections, caller, values)
  return { ...operation, decision, allowed: allowedOf(selections, decision) }
}

const kept = new WeakMap<Decision, readonly Selection[]>()

function allowedOf(selections: readonly Selection[], decision: Decision): readonly Selection[] {
  const found = kept.get(decision)
  if (found !== undefined) return found
  const denied = new Set(decision.denied.map(({ typeName, path }) => `${typeName} ${path.join('.')}`))
  // A copy also where nothing is denied: callers of other rights, masked and unmasked, must not meet under one key.
  const allowed = denied.size === 0 ? [...selections] : without(selections, denied, '')
  kept.set(decision, allowed)
  return allowed
}

function without(selections: readonly Selection[], denied: ReadonlySet<string>, around: string): readonly Selection[] {
  return selections.flatMap((one): Selection[] => {
    const path = around === '' ? one.responseName : `${around}.${one.responseName}`
    const types = one.types.filter(({ name }) => !denied.has(`${name} ${path}`))
    return types.length === 0 ? [] : [{ ...one, types, children: without(one.children, denied, path) }]
  })
}
