// What the schema answers of itself: `__typename` of the root, `__schema` and `__type`.
import { execute, Kind } from 'graphql'
import type { DocumentNode, ExecutionResult, GraphQLSchema, OperationDefinitionNode } from 'graphql'
import { onSchema, type Operation } from '../../graph/operation/operation.ts'
import { isMeta, type Selection } from '../../graph/operation/selection.ts'

/** An operation in two parts: what the schema answers of itself and what data does. */
export interface Parts {
  readonly typenames: ReadonlyMap<string, string>
  /** Null when nothing of the operation asks for `__schema` or `__type`. */
  readonly meta: DocumentNode | null
  /** Null when nothing of it asks for data. */
  readonly data: { readonly document: DocumentNode; readonly definition: OperationDefinitionNode } | null
  /** Response names of the root, in the operation's order. */
  readonly names: readonly string[]
}

const kept = new WeakMap<readonly Selection[], Parts | null>()

/**
 * The parts of an operation that asks for introspection, or for nothing but `__typename`; null for every other operation:
 * it is answered whole then. The same object again for the same tree.
 */
export function partsOf(operation: Operation): Parts | null {
  const found = kept.get(operation.selections)
  if (found !== undefined) return found
  const parts = split(operation)
  kept.set(operation.selections, parts)
  return parts
}

function split({ document, definition, selections }: Operation): Parts | null {
  const ofSchema = selections.filter(({ field }) => field.name === '__schema' || field.name === '__type')
  const ofData = selections.filter((one) => !isMeta(one))
  if (ofSchema.length === 0 && ofData.length > 0) return null
  const typenames = selections.filter(({ field }) => field.name === '__typename')
  const meta = partOf(document, definition, ofSchema)
  return {
    typenames: new Map(typenames.map(({ responseName, parent }) => [responseName, parent.name])),
    meta: ofSchema.length === 0 ? null : meta.document,
    data: ofData.length === 0 ? null : partOf(document, definition, ofData),
    names: [...new Set(selections.map(({ responseName }) => responseName))],
  }
}

/** The document with these fields at the root alone. */
function partOf(document: DocumentNode, definition: OperationDefinitionNode, selections: readonly Selection[]) {
  const fields = selections.map(({ node }) => ({ ...node, directives: [] }))
  const part: OperationDefinitionNode = {
    ...definition,
    selectionSet: { kind: Kind.SELECTION_SET, selections: fields },
  }
  const definitions = document.definitions.map((one) => (one === definition ? part : one))
  return { document: { ...document, definitions }, definition: part }
}

/** Answers the meta part from a schema with only what the caller may see, and joins the answer of the data part. */
export async function joined(
  { typenames, meta, data, names }: Parts,
  operation: Operation,
  visible: () => GraphQLSchema,
  answerData: (part: Operation) => Promise<ExecutionResult>,
): Promise<ExecutionResult> {
  const { operationName = null, variables } = operation
  const ofSchema: ExecutionResult =
    meta === null
      ? { data: {} }
      : await execute({ schema: visible(), document: meta, operationName, variableValues: variables })
  if (data === null && (ofSchema.data === undefined || ofSchema.data === null)) return ofSchema
  const ofData = data === null ? { data: {} } : await answerData(onSchema({ ...operation, ...data }, operation.schema))
  const errors = [...(ofSchema.errors ?? []), ...(ofData.errors ?? [])]
  const failed = errors.length === 0 ? {} : { errors }
  if (ofData.data === undefined || ofData.data === null) return { ...ofData, ...failed }
  const all: Record<string, unknown> = { ...Object.fromEntries(typenames), ...ofSchema.data, ...ofData.data }
  const ordered = Object.fromEntries(names.filter((name) => name in all).map((name) => [name, all[name]]))
  return { ...failed, data: ordered }
}
