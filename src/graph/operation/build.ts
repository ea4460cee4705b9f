// Builds the tree of an operation from its document, in one walk.
import {
  getNamedType,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  typeFromAST,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from 'graphql'
import type { Condition, Selection, Values } from './selection.ts'

/** How much is written, fragments expanded; all Infinity for an operation that never ends or is too large to be walked. */
export interface Extent {
  readonly depth: number
  readonly aliases: number
  readonly directives: number
  readonly fields: number
}

/** An operation as it is written, on one schema: nothing of it depends on a request. */
export interface WrittenOperation {
  readonly definition: OperationDefinitionNode
  /** What is skipped or not included is still in it, with its conditions. */
  readonly selections: readonly Selection[]
  readonly extent: Extent
  /** Types that fragments name, also those that no selection is on. */
  readonly typeConditions: ReadonlySet<string>
  /** The variables in `@skip` and `@include`; null when there is no such directive. */
  readonly deciding: readonly string[] | null
}

/** Selections that are walked at most, spreads included. */
const maxSelections = 10_000
/** Combinations of decided conditions that are kept of one operation. */
const maxDecided = 32

const kept = new WeakMap<OperationDefinitionNode, WeakMap<GraphQLSchema, WrittenOperation>>()

/**
 * The operation's tree; the same object again for the same definition and schema. Works on any parsed document, valid or not:
 * what the schema does not know is measured and left out.
 */
export function writtenOn(
  schema: GraphQLSchema,
  document: DocumentNode,
  definition: OperationDefinitionNode,
): WrittenOperation {
  const found = kept.get(definition)?.get(schema)
  if (found !== undefined) return found
  const written = walked(schema, document, definition)
  const ofDefinition = kept.get(definition) ?? new WeakMap<GraphQLSchema, WrittenOperation>()
  kept.set(definition, ofDefinition.set(schema, written))
  return written
}

const decidedOnes = new WeakMap<WrittenOperation, Map<string, readonly Selection[]>>()

/**
 * The tree without what these values of variables leave out: a selection is in it, or it is not. The same object again for
 * the same operation and the same values of the variables that decide.
 */
export function decided(written: WrittenOperation, values: Values): readonly Selection[] {
  if (written.deciding === null) return written.selections
  const label = written.deciding.map((name) => (values[name] === true ? '1' : '0')).join('')
  const known = decidedOnes.get(written) ?? new Map<string, readonly Selection[]>()
  const found = known.get(label)
  if (found !== undefined) return found
  const selections = without(written.selections, values)
  if (known.size >= maxDecided) known.clear()
  decidedOnes.set(written, known.set(label, selections))
  return selections
}

function without(selections: readonly Selection[], values: Values): readonly Selection[] {
  return selections.flatMap((one): Selection[] => {
    if (!one.conditions.every((condition) => letsIn(condition, values))) return []
    return [{ ...one, conditions: [], children: without(one.children, values) }]
  })
}

const letsIn = ({ given, leavesOut }: Condition, values: Values): boolean =>
  (typeof given === 'string' ? values[given] === true : given) !== leavesOut

/** One walk under way. */
interface Walk {
  readonly schema: GraphQLSchema
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  /** Fragments that the walk is in. */
  readonly inside: Set<string>
  readonly typeConditions: Set<string>
  readonly deciding: Set<string>
  conditional: boolean
  walked: number
  depth: number
  aliases: number
  directives: number
  fields: number
}

/** The position of a selection set. */
interface Position {
  /** Undefined where the schema knows no type: then selections are counted alone. */
  readonly parent: GraphQLCompositeType | undefined
  readonly types: readonly GraphQLCompositeType[]
  readonly conditions: readonly Condition[]
  readonly depth: number
}

class Endless extends Error {}

function walked(schema: GraphQLSchema, document: DocumentNode, definition: OperationDefinitionNode): WrittenOperation {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const one of document.definitions) if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one)
  const walk: Walk = {
    schema,
    fragments,
    inside: new Set(),
    typeConditions: new Set(),
    deciding: new Set(),
    conditional: false,
    walked: 0,
    depth: 0,
    aliases: 0,
    directives: definition.directives?.length ?? 0,
    fields: 0,
  }
  const parent = schema.getRootType(definition.operation) ?? undefined
  const root = { parent, types: parent === undefined ? [] : [parent], conditions: [], depth: 0 }
  try {
    if (expandedSize(walk, definition.selectionSet, new Map()) > maxSelections) throw new Endless()
    const selections: Selection[] = []
    enter(walk, definition.selectionSet, root, selections)
    const { depth, aliases, directives, fields, typeConditions } = walk
    const deciding = walk.conditional ? [...walk.deciding].toSorted() : null
    return { definition, selections, extent: { depth, aliases, directives, fields }, typeConditions, deciding }
  } catch (error) {
    if (!(error instanceof Endless)) throw error
    const extent = { depth: Infinity, aliases: Infinity, directives: Infinity, fields: Infinity }
    return { definition, selections: [], extent, typeConditions: new Set(), deciding: null }
  }
}

/** How many selections the walk would meet. Each fragment is counted once, so that a bomb of fragments costs its own length. */
function expandedSize(walk: Walk, set: SelectionSetNode, known: Map<string, number>): number {
  const { fragments, inside } = walk
  let size = set.selections.length
  for (const selection of set.selections) {
    if (selection.kind !== Kind.FRAGMENT_SPREAD) {
      if (selection.selectionSet !== undefined) {
        size += expandedSize(walk, selection.selectionSet, known)
      }
      continue
    }
    const name = selection.name.value
    const fragment = fragments.get(name)
    if (fragment === undefined) continue
    if (inside.has(name)) throw new Endless()
    inside.add(name)
    const found = known.get(name) ?? expandedSize(walk, fragment.selectionSet, known)
    inside.delete(name)
    known.set(name, found)
    size += found
  }
  return size
}

/** Objects of a type by their own types; an interface of which no type is known means its own objects. */
export function possibleOf(schema: GraphQLSchema, type: GraphQLCompositeType): readonly GraphQLCompositeType[] {
  if (!isAbstractType(type)) return [type]
  const types = schema.getPossibleTypes(type)
  return types.length === 0 ? [type] : types
}

function enter(walk: Walk, set: SelectionSetNode, position: Position, into: Selection[]): void {
  for (const selection of set.selections) {
    walk.walked += 1
    walk.directives += selection.directives?.length ?? 0
    if (walk.walked > maxSelections) throw new Endless()
    const conditions = conditionsOf(walk, selection.directives, position.conditions)
    if (selection.kind === Kind.FIELD) {
      enterField(walk, selection, { ...position, conditions }, into)
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      enter(walk, selection.selectionSet, positionInside(walk, selection, { ...position, conditions }), into)
    } else {
      const name = selection.name.value
      const fragment = walk.fragments.get(name)
      if (fragment === undefined) continue
      if (walk.inside.has(name)) throw new Endless()
      walk.inside.add(name)
      enter(walk, fragment.selectionSet, positionInside(walk, fragment, { ...position, conditions }), into)
      walk.inside.delete(name)
    }
  }
}

function positionInside(
  { schema, typeConditions }: Walk,
  { typeCondition }: Pick<FragmentDefinitionNode, 'typeCondition'> | { readonly typeCondition?: undefined },
  position: Position,
): Position {
  if (typeCondition === undefined) return position
  typeConditions.add(typeCondition.name.value)
  const condition = typeFromAST(schema, typeCondition)
  if (!isCompositeType(condition)) return { ...position, parent: undefined }
  const fitting = new Set(possibleOf(schema, condition))
  return { ...position, parent: condition, types: position.types.filter((type) => fitting.has(type)) }
}

function enterField(walk: Walk, node: FieldNode, position: Position, into: Selection[]): void {
  const { parent, types, conditions, depth } = position
  const name = node.name.value
  const field = parent === undefined || types.length === 0 ? undefined : fieldOf(walk.schema, parent, name)
  walk.fields += 1
  walk.aliases += node.alias === undefined ? 0 : 1
  walk.depth = Math.max(walk.depth, depth + 1)
  const children: Selection[] = []
  if (node.selectionSet !== undefined) {
    const type = field === undefined || name.startsWith('__') ? undefined : getNamedType(field.type)
    const inner = isCompositeType(type) ? type : undefined
    const possible = inner === undefined ? [] : possibleOf(walk.schema, inner)
    enter(walk, node.selectionSet, { parent: inner, types: possible, conditions: [], depth: depth + 1 }, children)
  }
  if (field === undefined || parent === undefined) return
  into.push({ responseName: node.alias?.value ?? name, field, parent, types, node, children, conditions })
}

function fieldOf(
  schema: GraphQLSchema,
  parent: GraphQLCompositeType,
  name: string,
): GraphQLField<unknown, unknown> | undefined {
  if (name === '__typename') return TypeNameMetaFieldDef
  if (parent === schema.getQueryType() && name === '__schema') return SchemaMetaFieldDef
  if (parent === schema.getQueryType() && name === '__type') return TypeMetaFieldDef
  return 'getFields' in parent ? parent.getFields()[name] : undefined
}

function conditionsOf(
  walk: Walk,
  directives: readonly DirectiveNode[] | undefined,
  around: readonly Condition[],
): readonly Condition[] {
  if (directives === undefined || directives.length === 0) return around
  const own = directives.flatMap(({ name, arguments: given }): Condition[] => {
    if (name.value !== 'skip' && name.value !== 'include') return []
    const value = given?.find((argument) => argument.name.value === 'if')?.value
    const leavesOut = name.value === 'skip'
    if (value?.kind === Kind.BOOLEAN) return [{ given: value.value, leavesOut }]
    if (value?.kind !== Kind.VARIABLE) return []
    walk.deciding.add(value.name.value)
    return [{ given: value.name.value, leavesOut }]
  })
  if (own.length > 0) walk.conditional = true
  return [...around, ...own]
}
