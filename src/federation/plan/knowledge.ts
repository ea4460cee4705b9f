// Which subgraph gives what of a type: the questions that a planner asks of a supergraph.
import { getNamedType, isInterfaceType, isObjectType, Kind } from 'graphql'
import type { FieldNode, GraphQLField, GraphQLSchema, InlineFragmentNode, SelectionSetNode } from 'graphql'
import type { Fits } from '../execute/tree.ts'
import type { Members } from '../supergraph/members.ts'

/** What a planner knows of a supergraph, with one choice of override labels. */
export interface Knowledge {
  readonly whole: GraphQLSchema
  readonly members: Members
  readonly fits: Fits
}

export const responseName = (node: FieldNode): string => node.alias?.value ?? node.name.value

export function fieldOf({ whole }: Knowledge, type: string, field: string): GraphQLField<unknown, unknown> | undefined {
  const named = whole.getType(type)
  return isObjectType(named) || isInterfaceType(named) ? named.getFields()[field] : undefined
}

/** The name of the type that a field leads to. */
export function typeOf(knowledge: Knowledge, type: string, field: string): string {
  const found = fieldOf(knowledge, type, field)
  if (found === undefined) throw new Error(`no field ${type}.${field}`)
  return getNamedType(found.type).name
}

export const isInterface = ({ whole }: Knowledge, type: string): boolean => isInterfaceType(whole.getType(type))

/** Whether a subgraph gives a field of a type by itself; `provided` is what the way to the object provides beside. */
export function gives(
  knowledge: Knowledge,
  graph: string,
  type: string,
  field: string,
  provided: SelectionSetNode | null,
): boolean {
  const one = knowledge.members.of(graph, type)?.fields.get(field)
  if (one === undefined || one.requires !== null) return false
  return !one.external || providedField(knowledge, provided, type, field) !== null
}

/** Whether a subgraph gives a whole selection of fields of a type by itself. */
export function givesAll(
  knowledge: Knowledge,
  graph: string,
  type: string,
  { selections }: Pick<SelectionSetNode, 'selections'>,
  provided: SelectionSetNode | null,
): boolean {
  return selections.every((one) => {
    if (one.kind !== Kind.FIELD) return false
    const name = one.name.value
    if (name === '__typename') return true
    if (!gives(knowledge, graph, type, name, provided)) return false
    if (one.selectionSet === undefined) return true
    const inside = providedInside(knowledge, { graph, as: type, provided }, name)
    return givesAll(knowledge, graph, typeOf(knowledge, type, name), one.selectionSet, inside)
  })
}

/** What is provided of the objects to which a field leads. */
export function providedInside(
  knowledge: Knowledge,
  { graph, as, provided }: { readonly graph: string; readonly as: string; readonly provided: SelectionSetNode | null },
  field: string,
): SelectionSetNode | null {
  const own = knowledge.members.of(graph, as)?.fields.get(field)?.provides ?? null
  return own ?? providedField(knowledge, provided, as, field)?.selectionSet ?? null
}

function providedField(
  knowledge: Knowledge,
  provided: SelectionSetNode | null,
  type: string,
  field: string,
): FieldNode | null {
  for (const one of provided?.selections ?? []) {
    if (one.kind === Kind.FIELD && one.name.value === field) return one
    if (one.kind !== Kind.INLINE_FRAGMENT || !knowledge.fits(type, one.typeCondition?.name.value ?? type)) continue
    const found = providedField(knowledge, one.selectionSet, type, field)
    if (found !== null) return found
  }
  return null
}

/** As what a type is known in a subgraph by a key: by its own name, or by an interface of which the subgraph has one object type. */
export function knownAs({ members }: Knowledge, graph: string, type: string): string[] {
  return [type, ...members.interfacesOf(type)].filter((one) => {
    const member = members.of(graph, one)
    return member !== undefined && member.keys.length > 0 && (one === type || member.interfaceObject)
  })
}

/** The fields of a selection that apply to objects of a type, each response name once. */
export function fieldsFor({ fits }: Knowledge, type: string, set: SelectionSetNode): FieldNode[] {
  const byName = new Map<string, FieldNode>()
  const gather = ({ selections }: SelectionSetNode): void => {
    for (const one of selections) {
      if (one.kind === Kind.INLINE_FRAGMENT && fits(type, one.typeCondition?.name.value ?? type)) {
        gather(one.selectionSet)
      } else if (one.kind === Kind.FIELD) {
        const known = byName.get(responseName(one))
        byName.set(responseName(one), known === undefined ? one : joined(known, one))
      }
    }
  }
  gather(set)
  return [...byName.values()]
}

function joined(one: FieldNode, other: FieldNode): FieldNode {
  if (one === other || one.selectionSet === undefined || other.selectionSet === undefined) return one
  const selections = [...one.selectionSet.selections, ...other.selectionSet.selections]
  return { ...one, selectionSet: { kind: Kind.SELECTION_SET, selections } }
}

/** The object types that a field's objects can have in a subgraph that knows it as leading to `known`. */
export const possibleIn = ({ whole, members }: Knowledge, graph: string, known: string): readonly string[] =>
  isObjectType(whole.getType(known)) ? [known] : members.possible(graph, known)

const covered = new WeakMap<Knowledge, WeakMap<SelectionSetNode, Map<string, boolean>>>()

/**
 * Whether a subgraph gives a whole selection, fragments and interfaces included, of every object that it can have there: then it
 * can be asked as it is written.
 */
export function covers(knowledge: Knowledge, graph: string, type: string, set: SelectionSetNode): boolean {
  const bySet = covered.get(knowledge) ?? new WeakMap<SelectionSetNode, Map<string, boolean>>()
  covered.set(knowledge, bySet)
  const known = bySet.get(set) ?? new Map<string, boolean>()
  bySet.set(set, known)
  const label = `${graph} ${type}`
  const found = known.get(label) ?? coversNow(knowledge, graph, type, set)
  known.set(label, found)
  return found
}

function coversNow(knowledge: Knowledge, graph: string, type: string, set: SelectionSetNode): boolean {
  const { members, whole } = knowledge
  const possible = possibleIn(knowledge, graph, type)
  if (possible.length === 0 || members.of(graph, type)?.interfaceObject === true) return false
  const ofFragment = (one: InlineFragmentNode): boolean => {
    const condition = one.typeCondition?.name.value ?? type
    if (condition === type) return covers(knowledge, graph, type, one.selectionSet)
    return (
      isObjectType(whole.getType(condition)) &&
      possible.includes(condition) &&
      covers(knowledge, graph, condition, one.selectionSet)
    )
  }
  return set.selections.every((one) => {
    if (one.kind === Kind.INLINE_FRAGMENT) return ofFragment(one)
    if (one.kind !== Kind.FIELD) return false
    const name = one.name.value
    if (name === '__typename') return true
    if (![type, ...possible].every((each) => gives(knowledge, graph, each, name, null))) return false
    if (one.selectionSet === undefined) return true
    const inner = members.of(graph, type)?.fields.get(name)?.type ?? typeOf(knowledge, type, name)
    return inner === typeOf(knowledge, type, name) && covers(knowledge, graph, inner, one.selectionSet)
  })
}

/** How much of a selection a subgraph gives by itself. */
export function weight(knowledge: Knowledge, graph: string, type: string, nodes: readonly FieldNode[]): number {
  return nodes.reduce((sum, one) => {
    if (!gives(knowledge, graph, type, one.name.value, null)) return sum
    if (one.selectionSet === undefined) return sum + 1
    const inner = typeOf(knowledge, type, one.name.value)
    return sum + 1 + weight(knowledge, graph, inner, fieldsFor(knowledge, inner, one.selectionSet))
  }, 0)
}
