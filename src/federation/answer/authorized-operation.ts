// Writes what a caller may have of an operation as the one query that is planned.
import { isInterfaceType, isObjectType, Kind, print } from 'graphql'
import type { FieldNode, GraphQLCompositeType, GraphQLSchema, OperationDefinitionNode, SelectionNode } from 'graphql'
import { isMeta, type Selection } from '../../graph/operation/selection.ts'
import { selectionNodes, setOf, variablesIn } from '../../graph/operation/write.ts'

/** The part of an operation that subgraphs are asked for. */
export interface AuthorizedOperation {
  /** One operation without fragments of its own; null when nothing is left to ask. */
  readonly query: string | null
  /** The client's response name for each name in `query` that differs. */
  readonly clientNames: ReadonlyMap<string, string>
}

/**
 * The name of a selection in what subgraphs answer. An alias is joined with its field: a planner that adds a
 * key `id` of its own must not meet a client's alias `id` of something else. The alias's length keeps `x_unit: code` and
 * `x: unit_code` apart, and a field that is called like such a name gets one of its own.
 */
export const askedName = (responseName: string, fieldName: string): string =>
  responseName === fieldName && !/^a\d+_/.test(fieldName)
    ? fieldName
    : `a${responseName.length}_${responseName}_${fieldName}`

const kept = new WeakMap<readonly Selection[], AuthorizedOperation>()

/** `authorize`, remembered by the tree of what is allowed. */
export function authorizedOperation(
  schema: GraphQLSchema,
  definition: OperationDefinitionNode,
  allowed: readonly Selection[],
): AuthorizedOperation {
  const found = kept.get(allowed)
  if (found !== undefined) return found
  const made = authorize(schema, definition, allowed)
  kept.set(allowed, made)
  return made
}

/**
 * Writes fragments inline, leaves out every directive, and asks for `__typename` wherever something depends on the type of an
 * object. A field of an interface that is denied for some types is asked of the others by their names.
 */
function authorize(
  schema: GraphQLSchema,
  definition: OperationDefinitionNode,
  allowed: readonly Selection[],
): AuthorizedOperation {
  const clientNames = new Map<string, string>()
  const nameOf = (responseName: string, fieldName: string): string => {
    if (fieldName === '__typename') return fieldName
    const asked = askedName(responseName, fieldName)
    if (asked !== fieldName) clientNames.set(asked, responseName)
    return asked
  }
  const root = schema.getRootType(definition.operation)
  const asked = allowed.filter((one) => !isMeta(one))
  if (root === undefined || root === null || asked.length === 0) return { query: null, clientNames }
  const selectionSet = setOf(selectionNodes(asked, root, { schema, nameOf, complete: withTypename }))
  const variableDefinitions = variablesIn(selectionSet, definition)
  return { query: print({ ...definition, selectionSet, directives: [], variableDefinitions }), clientNames }
}

/** The type of an interface's object is asked only where something depends on it: not every subgraph can say it. */
function withTypename(selections: readonly SelectionNode[], type: GraphQLCompositeType): readonly SelectionNode[] {
  const plain = selections.every((one) => one.kind === Kind.FIELD)
  const typed = selections.length > 0 && (isObjectType(type) || (isInterfaceType(type) && plain))
  return typed ? selections : [typename, ...selections]
}

const typename: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }
