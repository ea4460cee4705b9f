// Writes a tree of selections as a selection set, without fragments of its own.
import {
  type FieldNode,
  getNamedType,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type InlineFragmentNode,
  isCompositeType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql'
import { possibleOf } from './build.ts'
import type { Selection } from './selection.ts'

export interface Writing {
  readonly schema: GraphQLSchema
  /** The name under which a field is asked; equal to the field's own: without an alias. */
  readonly nameOf: (responseName: string, fieldName: string) => string
  /** Completes the selections inside a field of this type; may change what is given. */
  readonly complete: (selections: readonly SelectionNode[], type: GraphQLCompositeType) => readonly SelectionNode[]
}

/**
 * What is selected on a type, as it may be asked of it: each selection of the types for which it is in the tree and of no
 * other, in the tree's order, without directives.
 */
export function selectionNodes(
  selections: readonly Selection[],
  type: GraphQLCompositeType,
  writing: Writing,
): readonly SelectionNode[] {
  const nodes: SelectionNode[] = []
  let [open, inside]: [string | null, FieldNode[]] = [null, []]
  const on = (name: string | null, node: FieldNode): void => {
    if (name === null) {
      open = null
      nodes.push(node)
      return
    }
    if (open !== name) {
      ;[open, inside] = [name, []]
      nodes.push(onType(name, inside))
    }
    inside.push(node)
  }
  for (const selection of selections) {
    const node = fieldNode(selection, writing)
    for (const name of conditionsOf(selection, type, writing.schema)) on(name, node)
  }
  return nodes
}

/** The types of the fragments that a selection is written in; null for none. */
function conditionsOf(
  { types, parent, field }: Selection,
  type: GraphQLCompositeType,
  schema: GraphQLSchema,
): readonly (string | null)[] {
  const possible = possibleOf(schema, type)
  const everywhere = types.length === possible.length
  if (everywhere && (parent === type || isObjectType(type) || field.name === '__typename')) return [null]
  const ofParent = new Set(possibleOf(schema, parent))
  const reached = possible.filter((one) => ofParent.has(one))
  return types.length === reached.length ? [parent.name] : types.map(({ name }) => name)
}

function fieldNode({ responseName, field, node, children }: Selection, writing: Writing): FieldNode {
  const { alias: _alias, selectionSet, ...rest } = node
  const name = writing.nameOf(responseName, field.name)
  const type = getNamedType(field.type)
  const inner =
    selectionSet === undefined || !isCompositeType(type)
      ? {}
      : { selectionSet: setOf(writing.complete(selectionNodes(children, type, writing), type)) }
  const alias = name === field.name ? {} : { alias: { kind: Kind.NAME as const, value: name } }
  return { ...rest, ...alias, directives: [], ...inner }
}

export const setOf = (selections: readonly SelectionNode[]): SelectionSetNode => ({
  kind: Kind.SELECTION_SET,
  selections,
})

export function onType(name: string, selections: readonly SelectionNode[]): InlineFragmentNode {
  return {
    kind: Kind.INLINE_FRAGMENT,
    typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: name } },
    directives: [],
    selectionSet: setOf(selections),
  }
}

/** The definitions of the variables that a selection set uses. */
export function variablesIn(set: SelectionSetNode, { variableDefinitions = [] }: OperationDefinitionNode) {
  const used = new Set<string>()
  visit(set, { Variable: ({ name }) => void used.add(name.value) })
  return variableDefinitions.filter(({ variable }) => used.has(variable.name.value))
}
