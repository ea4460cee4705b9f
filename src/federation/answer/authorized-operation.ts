import { getDirectiveValues, getNamedType, GraphQLIncludeDirective, GraphQLSkipDirective } from 'graphql'
import {
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  print,
  typeFromAST,
  visit,
} from 'graphql'
import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLCompositeType,
  GraphQLSchema,
  InlineFragmentNode,
  OperationDefinitionNode,
  SelectionNode,
  SelectionSetNode,
} from 'graphql'

/** The part of an operation that subgraphs are asked for. */
export interface AuthorizedOperation {
  /** One operation without fragments of its own; null when nothing is left to ask. */
  readonly query: string | null
  /** The client's response name for each name in `query` that differs. */
  readonly clientNames: ReadonlyMap<string, string>
}

export interface AuthorizedOptions {
  readonly schema: GraphQLSchema
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode
  /** Coerced: `@skip` and `@include` are decided here. */
  readonly variables: { readonly [name: string]: unknown }
  /** `Type path.of.response.names` of what is left out. */
  readonly denied: ReadonlySet<string>
}

/**
 * The name under which a selection stands in what subgraphs answer. An alias is joined with its field: a planner that adds a
 * key `id` of its own must not meet a client's alias `id` of something else.
 */
export const askedName = (responseName: string, fieldName: string): string =>
  responseName === fieldName ? fieldName : `a_${responseName}_${fieldName}`

interface Kept {
  readonly names: readonly string[]
  readonly made: Map<string, AuthorizedOperation>
}
const kept = new WeakMap<GraphQLSchema, WeakMap<OperationDefinitionNode, Kept>>()
const keptEach = 32

/** `authorize`, remembered by operation, by what is denied and by the variables that decide what is skipped. */
export function authorizedOperation(options: AuthorizedOptions): AuthorizedOperation {
  const { schema, document, operation, variables, denied } = options
  const ofSchema = kept.get(schema) ?? new WeakMap<OperationDefinitionNode, Kept>()
  kept.set(schema, ofSchema)
  const known = ofSchema.get(operation) ?? {
    names: conditionsOf(document),
    made: new Map<string, AuthorizedOperation>(),
  }
  ofSchema.set(operation, known)
  const label = `${known.names.map((name) => String(variables[name])).join(' ')}\n${[...denied].join('\n')}`
  const found = known.made.get(label)
  if (found !== undefined) return found
  const made = authorize(options)
  if (known.made.size >= keptEach) known.made.clear()
  known.made.set(label, made)
  return made
}

/** The variables that stand in `@skip` and `@include`. */
function conditionsOf(document: DocumentNode): readonly string[] {
  const names = new Set<string>()
  visit(document, {
    Directive: ({ name, arguments: given }) => {
      if (name.value !== 'skip' && name.value !== 'include') return
      for (const { value } of given ?? []) if (value.kind === Kind.VARIABLE) names.add(value.name.value)
    },
  })
  return [...names]
}

/**
 * Leaves out what is denied or skipped and every other directive, writes fragments in place, and asks for `__typename` wherever
 * something hangs on the type of an object. A denied field of an interface is still asked of the types for which it is open.
 */
export function authorize({ schema, document, operation, variables, denied }: AuthorizedOptions): AuthorizedOperation {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
  }
  const clientNames = new Map<string, string>()

  const possibleOf = (type: GraphQLCompositeType): readonly GraphQLCompositeType[] => {
    if (!isAbstractType(type)) return [type]
    const types = schema.getPossibleTypes(type)
    return types.length === 0 ? [type] : types
  }

  const left = (node: SelectionNode): boolean => {
    if (node.directives === undefined || node.directives.length === 0) return true
    if (getDirectiveValues(GraphQLSkipDirective, node, variables)?.['if'] === true) return false
    return getDirectiveValues(GraphQLIncludeDirective, node, variables)?.['if'] !== false
  }

  function ofSet(
    set: SelectionSetNode,
    parent: GraphQLCompositeType,
    possible: readonly GraphQLCompositeType[],
    path: readonly string[],
  ): SelectionNode[] {
    return set.selections.filter(left).flatMap((selection): SelectionNode[] => {
      if (selection.kind === Kind.FIELD) return ofField(selection, parent, possible, path)
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value)
      if (fragment === undefined) return []
      const condition = fragment.typeCondition === undefined ? parent : typeFromAST(schema, fragment.typeCondition)
      if (!isCompositeType(condition)) return []
      const fitting = new Set(possibleOf(condition))
      const authorizedOperation = possible.filter((type) => fitting.has(type))
      if (authorizedOperation.length === 0) return []
      const selections = ofSet(fragment.selectionSet, condition, authorizedOperation, path)
      if (selections.length === 0) return []
      return condition === parent ? selections : [onType(condition.name, selections)]
    })
  }

  function ofField(
    node: FieldNode,
    parent: GraphQLCompositeType,
    possible: readonly GraphQLCompositeType[],
    path: readonly string[],
  ): SelectionNode[] {
    const name = node.name.value
    const responseName = node.alias?.value ?? name
    if (name.startsWith('__')) return name === '__typename' && path.length > 0 ? [typename] : []
    const field = 'getFields' in parent ? parent.getFields()[name] : undefined
    if (field === undefined) return []
    const here = [...path, responseName]
    const place = here.join('.')
    const open = denied.size === 0 ? possible : possible.filter((type) => !denied.has(`${type.name} ${place}`))
    if (open.length === 0) return []
    const asked = askedName(responseName, name)
    if (asked !== name) clientNames.set(asked, responseName)
    const type = getNamedType(field.type)
    const selectionSet =
      node.selectionSet === undefined || !isCompositeType(type) ? undefined : inner(node.selectionSet, type, here)
    const { alias: _alias, selectionSet: _set, ...rest } = node
    const own: FieldNode = {
      ...rest,
      ...(asked === name ? {} : { alias: { kind: Kind.NAME, value: asked } }),
      directives: [],
      ...(selectionSet === undefined ? {} : { selectionSet }),
    }
    return open.length === possible.length ? [own] : open.map((one) => onType(one.name, [own]))
  }

  function inner(set: SelectionSetNode, type: GraphQLCompositeType, path: readonly string[]): SelectionSetNode {
    const selections = ofSet(set, type, possibleOf(type), path)
    // The type of an interface's object is asked only where something hangs on it: not every subgraph can tell it.
    const plain = selections.every((one) => one.kind === Kind.FIELD)
    const told = selections.length > 0 && (isObjectType(type) || (isInterfaceType(type) && plain))
    return { kind: Kind.SELECTION_SET, selections: told ? selections : [typename, ...selections] }
  }

  const root = schema.getRootType(operation.operation)
  if (root === undefined || root === null) return { query: null, clientNames }
  const selections = ofSet(operation.selectionSet, root, [root], [])
  if (selections.length === 0) return { query: null, clientNames }
  const selectionSet: SelectionSetNode = { kind: Kind.SELECTION_SET, selections }
  const asked = { ...operation, selectionSet, directives: [] }
  return { query: print({ ...asked, variableDefinitions: usedIn(selectionSet, operation) }), clientNames }
}

const typename: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }

function onType(name: string, selections: readonly SelectionNode[]): InlineFragmentNode {
  return {
    kind: Kind.INLINE_FRAGMENT,
    typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: name } },
    directives: [],
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  }
}

function usedIn(set: SelectionSetNode, operation: OperationDefinitionNode) {
  const used = new Set<string>()
  visit(set, { Variable: ({ name }) => void used.add(name.value) })
  return (operation.variableDefinitions ?? []).filter(({ variable }) => used.has(variable.name.value))
}
