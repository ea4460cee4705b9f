import { getNamedType, isAbstractType, isCompositeType, isObjectType, Kind, typeFromAST } from 'graphql'
import type {
  DirectiveNode,
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLCompositeType,
  GraphQLField,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
} from 'graphql'
import { hubError } from '../error.ts'
import type { DenialCode } from '../error.ts'

/** A selection that this caller may not read. */
export interface Denial {
  /** Response names from the root, without list indexes. */
  readonly path: readonly string[]
  /** The object type for which it is denied: on an interface, one entry for each implementer that is protected. */
  readonly typeName: string
  readonly fieldName: string
  readonly code: DenialCode
  /**
   * Selected on an interface or union of which the caller has other types: rows of this one are absent, as those out of
   * scope are, and the selection itself is no fault.
   */
  readonly shared: boolean
}

export interface Decision {
  readonly denied: readonly Denial[]
}

/** Answers for one field of one object type; `field` as the document selects it, `parent` the type it is selected on. */
export interface Judge {
  field(
    type: GraphQLCompositeType,
    parent: GraphQLCompositeType,
    field: GraphQLField<unknown, unknown>,
  ): DenialCode | null
  /** Whether an argument of this selection uses an input that needs a purpose which this request lacks. */
  arguments(field: GraphQLField<unknown, unknown>, node: FieldNode): boolean
}

const maxSelections = 20_000

/**
 * What of an operation is denied, in one walk from its root over the types that can stand at each place: aliases, fragments
 * and inline fragments on interfaces and unions are seen through. A denied selection is not entered. A selection under
 * `@skip` or `@include` with a variable is listed as if it were executed: the executor leaves out what it skips.
 */
export function walk(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  judge: Judge,
): Decision {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
  }
  const denied = new Map<string, Denial>()
  let selections = 0

  /** An interface of which no type is known stands for its own objects. */
  function possibleOf(type: GraphQLCompositeType): readonly GraphQLCompositeType[] {
    if (!isAbstractType(type)) return [type]
    const types = schema.getPossibleTypes(type)
    return types.length === 0 ? [type] : types
  }

  function enter(
    set: SelectionSetNode,
    parent: GraphQLCompositeType,
    possible: readonly GraphQLCompositeType[],
    path: readonly string[],
    inside: readonly string[],
  ): void {
    for (const selection of set.selections) {
      selections += 1
      if (selections > maxSelections) throw hubError('OPERATION_TOO_COMPLEX', tooComplex)
      if (neverIncluded(selection.directives)) continue
      if (selection.kind === Kind.FIELD) {
        enterField(selection, parent, possible, path, inside)
        continue
      }
      const name = selection.kind === Kind.FRAGMENT_SPREAD ? selection.name.value : null
      if (name !== null && inside.includes(name)) continue
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value)
      if (fragment === undefined) continue
      const condition = fragment.typeCondition === undefined ? parent : typeFromAST(schema, fragment.typeCondition)
      if (!isCompositeType(condition)) continue
      const fitting = new Set(possibleOf(condition))
      const narrowed = possible.filter((type) => fitting.has(type))
      const names = name === null ? inside : [...inside, name]
      if (narrowed.length > 0) enter(fragment.selectionSet, condition, narrowed, path, names)
    }
  }

  function enterField(
    node: FieldNode,
    parent: GraphQLCompositeType,
    possible: readonly GraphQLCompositeType[],
    path: readonly string[],
    inside: readonly string[],
  ): void {
    const name = node.name.value
    const field = name.startsWith('__') || !('getFields' in parent) ? undefined : parent.getFields()[name]
    if (field === undefined) return
    const here = [...path, node.alias?.value ?? name]
    const withoutPurpose = judge.arguments(field, node)
    const verdicts = possible.map(
      (type) => [type, judge.field(type, parent, field) ?? (withoutPurpose ? 'PURPOSE_REQUIRED' : null)] as const,
    )
    const open = verdicts.some(([, code]) => code === null)
    for (const [type, code] of verdicts) {
      if (code === null) continue
      const mark = `${type.name} ${here.join('.')}`
      const shared = open && denied.get(mark)?.shared !== false
      denied.set(mark, { path: here, typeName: type.name, fieldName: name, code, shared })
    }
    if (!open || node.selectionSet === undefined) return
    const type = getNamedType(field.type)
    if (isCompositeType(type)) enter(node.selectionSet, type, possibleOf(type), here, inside)
  }

  const root = schema.getRootType(operation.operation)
  if (root !== undefined && root !== null && isObjectType(root)) enter(operation.selectionSet, root, [root], [], [])
  return { denied: [...denied.values()] }
}

const tooComplex = 'Thao tác quá phức tạp. · The operation is too complex.'

/** `@skip(if: true)` or `@include(if: false)`, written out. */
function neverIncluded(directives: readonly DirectiveNode[] | undefined): boolean {
  return (directives ?? []).some((directive) => {
    const value = directive.arguments?.find((argument) => argument.name.value === 'if')?.value
    if (value?.kind !== Kind.BOOLEAN) return false
    return directive.name.value === 'skip' ? value.value : directive.name.value === 'include' && !value.value
  })
}
