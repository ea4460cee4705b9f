import { execute, Kind } from 'graphql'
import type {
  DocumentNode,
  ExecutionResult,
  FragmentDefinitionNode,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionNode,
  SelectionSetNode,
} from 'graphql'

/** An operation in two parts: what the schema answers of itself (`__schema`, `__type`, `__typename`) and what data does. */
export interface Parts {
  readonly meta: DocumentNode
  /** Null when nothing of the operation asks for data. */
  readonly data: DocumentNode | null
  /** Response names of the root, in the document's order. */
  readonly names: readonly string[]
}

const kept = new WeakMap<DocumentNode, Map<OperationDefinitionNode, Parts | null>>()

/**
 * The parts of an operation that asks for introspection, or for nothing but `__typename`; null for every other operation:
 * the document itself is executed then.
 */
export function partsOf(document: DocumentNode, operation: OperationDefinitionNode): Parts | null {
  const known = kept.get(document)?.get(operation)
  if (known !== undefined) return known
  const parts = split(document, operation)
  const ofDocument = kept.get(document) ?? new Map<OperationDefinitionNode, Parts | null>()
  kept.set(document, ofDocument.set(operation, parts))
  return parts
}

/** Answers the meta part from a schema that holds only what the caller may see, and joins the answer of the data part. */
export async function joined(
  parts: Parts,
  visible: GraphQLSchema,
  operationName: string | undefined,
  variables: { readonly [name: string]: unknown },
  executeData: (document: DocumentNode) => Promise<ExecutionResult>,
): Promise<ExecutionResult> {
  const meta = await execute({ schema: visible, document: parts.meta, operationName, variableValues: variables })
  if (parts.data === null) return meta
  const data = await executeData(parts.data)
  const errors = [...(meta.errors ?? []), ...(data.errors ?? [])]
  const failed = errors.length === 0 ? {} : { errors }
  if (data.data === undefined || data.data === null) return { ...data, ...failed }
  const all: Record<string, unknown> = { ...meta.data, ...data.data }
  const ordered = Object.fromEntries(parts.names.filter((name) => name in all).map((name) => [name, all[name]]))
  return { ...failed, data: ordered }
}

function split(document: DocumentNode, operation: OperationDefinitionNode): Parts | null {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
  }
  const names = new Set<string>()
  let introspects = false
  let asksData = false

  /** Fragments at the root are written in place, as they mix both. */
  function part(set: SelectionSetNode, keep: (name: string) => boolean): SelectionSetNode {
    const selections = set.selections.flatMap((selection): SelectionNode[] => {
      if (selection.kind === Kind.FIELD) {
        const name = selection.name.value
        names.add(selection.alias?.value ?? name)
        if (name === '__schema' || name === '__type') introspects = true
        if (!name.startsWith('__')) asksData = true
        return keep(name) ? [selection] : []
      }
      const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value)
      if (inner === undefined) return []
      const selectionSet = part(inner.selectionSet, keep)
      if (selectionSet.selections.length === 0) return []
      const typeCondition = inner.typeCondition === undefined ? {} : { typeCondition: inner.typeCondition }
      const directives = selection.directives ?? []
      return [{ kind: Kind.INLINE_FRAGMENT, ...typeCondition, directives, selectionSet }]
    })
    return { kind: Kind.SELECTION_SET, selections }
  }

  const of = (keep: (name: string) => boolean): DocumentNode => {
    const selectionSet = part(operation.selectionSet, keep)
    const definitions = document.definitions.map((one) => (one === operation ? { ...operation, selectionSet } : one))
    return { ...document, definitions }
  }
  const meta = of((name) => name.startsWith('__'))
  const data = of((name) => !name.startsWith('__'))
  if (!introspects && asksData) return null
  return { meta, data: asksData ? data : null, names: [...names] }
}
