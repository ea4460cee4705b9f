import { getNamedType, isAbstractType, isCompositeType, Kind, typeFromAST } from 'graphql'
import type {
  DocumentNode,
  FragmentDefinitionNode,
  GraphQLCompositeType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
} from 'graphql'

/** Whether a field of a type is answered by the local subgraph, whatever else there is. */
export type Answers = (typeName: string, fieldName: string) => boolean

const known = new WeakMap<Answers, WeakMap<OperationDefinitionNode, boolean>>()

/**
 * Whether the local subgraph alone can answer an operation, as it was written: every field that it selects is its own, on every
 * type that can stand there. Remembered by operation.
 */
export function isLocal(
  schema: GraphQLSchema,
  local: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  answers: Answers,
): boolean {
  const kept = known.get(answers) ?? new WeakMap<OperationDefinitionNode, boolean>()
  known.set(answers, kept)
  const found = kept.get(operation)
  if (found !== undefined) return found
  const is = judged(schema, local, document, operation, answers)
  kept.set(operation, is)
  return is
}

function judged(
  schema: GraphQLSchema,
  local: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  answers: Answers,
): boolean {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
  }
  const done = new Set<string>()

  /** A type of which the local subgraph knows every object that the supergraph has. */
  const same = (type: GraphQLCompositeType): boolean => {
    const own = local.getType(type.name)
    if (!isCompositeType(own)) return false
    if (!isAbstractType(type)) return !isAbstractType(own)
    if (!isAbstractType(own)) return false
    const mine = new Set(local.getPossibleTypes(own).map(({ name }) => name))
    return schema.getPossibleTypes(type).every(({ name }) => mine.has(name))
  }

  function ofSet(set: SelectionSetNode, parent: GraphQLCompositeType): boolean {
    return set.selections.every((selection) => {
      if (selection.kind === Kind.FIELD) {
        const name = selection.name.value
        if (name === '__typename') return true
        const field = 'getFields' in parent ? parent.getFields()[name] : undefined
        if (field === undefined) return false
        const types = isAbstractType(parent) ? schema.getPossibleTypes(parent) : [parent]
        if (!types.every((type) => answers(type.name, name))) return false
        const type = getNamedType(field.type)
        if (selection.selectionSet === undefined || !isCompositeType(type)) return true
        return same(type) && ofSet(selection.selectionSet, type)
      }
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const name = selection.name.value
        if (done.has(name)) return true
        done.add(name)
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value)
      if (fragment === undefined) return false
      const type = fragment.typeCondition === undefined ? parent : typeFromAST(schema, fragment.typeCondition)
      return isCompositeType(type) && local.getType(type.name) !== undefined && ofSet(fragment.selectionSet, type)
    })
  }

  const root = schema.getRootType(operation.operation)
  return root !== undefined && root !== null && ofSet(operation.selectionSet, root)
}
