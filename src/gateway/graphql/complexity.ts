import { getNamedType, getNullableType, isCompositeType, isListType, isLeafType, Kind, typeFromAST } from 'graphql'
import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLCompositeType,
  GraphQLField,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
  ValueNode,
} from 'graphql'
import { maxRepresentations } from '../../graph/entities/entities.ts'
import type { OperationLimits } from './limits.ts'

/** What an operation asks, fragments expanded. */
export interface Measure {
  readonly depth: number
  readonly aliases: number
  readonly directives: number
  readonly fields: number
  readonly objects: number
}

type Variables = { readonly [name: string]: unknown }

/** A page when neither `first` nor `last` is given, and the largest one there is. */
const page = { usual: 20, largest: 100 }
/** What a list without `first` is taken for. */
const plainList = 5

const nothing: Measure = { depth: 0, aliases: 0, directives: 0, fields: 0, objects: 0 }
const endless: Measure = {
  depth: Infinity,
  aliases: Infinity,
  directives: Infinity,
  fields: Infinity,
  objects: Infinity,
}

/** Measures of one operation, by the values of the variables that sizes are read from. */
interface Measured {
  readonly names: readonly string[]
  readonly byValues: Map<string, Measure>
}

const measured = new WeakMap<DocumentNode, Map<OperationDefinitionNode, Measured>>()
const keptValues = 200

const valuesOf = (names: readonly string[], variables: Variables): string =>
  names
    .map((name) => {
      const value = variables[name]
      if (Array.isArray(value)) return `[${value.length}]`
      if (value === null) return 'null'
      return typeof value === 'number' ? clamp(value) : ''
    })
    .join(' ')

/** Whether the operation asks more than the limits allow. Each fragment is measured once, however often it is spread. */
export function exceeds(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
  limits: OperationLimits,
): boolean {
  const { depth, aliases, directives, fields, objects } = measure(schema, document, operation, variables)
  return (
    depth > limits.depth ||
    aliases > limits.aliases ||
    directives > limits.directives ||
    fields > limits.fields ||
    objects > limits.objects
  )
}

/** Works on any parsed document, valid or not; a fragment that spreads itself measures as endless. */
export function measure(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): Measure {
  const earlier = measured.get(document)?.get(operation)
  const known = earlier?.byValues.get(valuesOf(earlier.names, variables))
  if (known !== undefined) return known
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
  }
  const done = new Map<string, Measure>()
  const going = new Set<string>()
  const read = new Set<string>()

  function ofSet(set: SelectionSetNode, parent: GraphQLCompositeType | undefined, paged: boolean): Measure {
    let sum = nothing
    for (const selection of set.selections) {
      const directives = selection.directives?.length ?? 0
      let part: Measure
      if (selection.kind === Kind.FIELD) part = ofField(selection, parent, paged)
      else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition
        const type = condition === undefined ? parent : compositeOf(typeFromAST(schema, condition))
        part = ofSet(selection.selectionSet, type, paged)
      } else part = ofFragment(selection.name.value, paged)
      sum = plus(sum, { ...part, directives: part.directives + directives })
    }
    return sum
  }

  function ofFragment(name: string, paged: boolean): Measure {
    const label = `${name} ${paged}`
    const found = done.get(label)
    if (found !== undefined) return found
    const fragment = fragments.get(name)
    if (fragment === undefined) return nothing
    if (going.has(label)) return endless
    going.add(label)
    const part = ofSet(fragment.selectionSet, compositeOf(typeFromAST(schema, fragment.typeCondition)), paged)
    going.delete(label)
    done.set(label, part)
    return part
  }

  function ofField(node: FieldNode, parent: GraphQLCompositeType | undefined, paged: boolean): Measure {
    const field = parent !== undefined && 'getFields' in parent ? parent.getFields()[node.name.value] : undefined
    const own: Measure = { ...nothing, depth: 1, aliases: node.alias === undefined ? 0 : 1, fields: 1 }
    if (node.selectionSet === undefined) return own
    const size = sizeOf(node, field)
    const pages = size !== null
    const list = field !== undefined && !paged && isListType(getNullableType(field.type))
    const inside = ofSet(
      node.selectionSet,
      compositeOf(field === undefined ? undefined : getNamedType(field.type)),
      pages,
    )
    return {
      depth: own.depth + inside.depth,
      aliases: own.aliases + inside.aliases,
      directives: inside.directives,
      fields: own.fields + inside.fields,
      objects: (size ?? (list ? plainList : 1)) * (1 + inside.objects),
    }
  }

  /** Items of a page; null where the field is not paged. What is outside 1 to 100 is answered elsewhere. */
  function sizeOf(node: FieldNode, field: GraphQLField<unknown, unknown> | undefined): number | null {
    if (field === undefined || isLeafType(getNamedType(field.type))) return null
    const named = (node.arguments ?? []).find(({ name }) => name.value === 'representations')?.value
    if (named !== undefined) return namedIn(named)
    if (!field.args.some((argument) => argument.name === 'first')) return null
    const given = (node.arguments ?? []).filter(({ name }) => name.value === 'first' || name.value === 'last')
    // One of the two may be null beside the other.
    const sizes = given.flatMap(({ value }) => givenSize(value) ?? [])
    return sizes.length === 0 ? page.usual : Math.max(...sizes)
  }

  function givenSize(given: ValueNode): number | null {
    if (given.kind === Kind.INT) return clamp(Number(given.value))
    if (given.kind !== Kind.VARIABLE) return null
    read.add(given.name.value)
    const value = variables[given.name.value]
    if (value !== undefined) return typeof value === 'number' ? clamp(value) : null
    const definition = operation.variableDefinitions?.find((one) => one.variable.name.value === given.name.value)
    return definition?.defaultValue?.kind === Kind.INT ? clamp(Number(definition.defaultValue.value)) : null
  }

  /** As many as are named; more than one `_entities` takes are endless. */
  function namedIn(value: ValueNode): number {
    let count = value.kind === Kind.LIST ? value.values.length : 1
    if (value.kind === Kind.VARIABLE) {
      read.add(value.name.value)
      const given = variables[value.name.value]
      const usual = operation.variableDefinitions?.find(
        (one) => one.variable.name.value === value.name.value,
      )?.defaultValue
      if (Array.isArray(given)) count = given.length
      else if (given === undefined && usual?.kind === Kind.LIST) count = usual.values.length
    }
    return count > maxRepresentations ? Infinity : count
  }

  const whole = ofSet(operation.selectionSet, schema.getRootType(operation.operation) ?? undefined, false)
  const result = { ...whole, directives: whole.directives + (operation.directives?.length ?? 0) }
  const kept = measured.get(document) ?? new Map<OperationDefinitionNode, Measured>()
  measured.set(document, kept)
  const names = [...read]
  const { byValues } = earlier ?? { byValues: new Map<string, Measure>() }
  if (byValues.size >= keptValues) byValues.clear()
  kept.set(operation, { names, byValues: byValues.set(valuesOf(names, variables), result) })
  return result
}

const clamp = (count: number): number => Math.min(page.largest, Math.max(1, count))

const compositeOf = (type: unknown): GraphQLCompositeType | undefined => (isCompositeType(type) ? type : undefined)

const plus = (one: Measure, other: Measure): Measure => ({
  depth: Math.max(one.depth, other.depth),
  aliases: one.aliases + other.aliases,
  directives: one.directives + other.directives,
  fields: one.fields + other.fields,
  objects: one.objects + other.objects,
})
