// Which subgraph has which types and fields.
import { Kind } from 'graphql'
import type { ConstDirectiveNode, DocumentNode, SelectionSetNode } from 'graphql'
import { selectionOf } from './field-set.ts'
import { argumentsOf } from './link.ts'

/** A field as one subgraph has it. */
export interface MemberField {
  readonly external: boolean
  readonly requires: SelectionSetNode | null
  readonly provides: SelectionSetNode | null
  /** The name of its type there, where that is not the supergraph's. */
  readonly type: string | null
  /** Its type there as it is written, lists and nullability included, where that is not the supergraph's. */
  readonly typeText: string | null
}

/** A type as one subgraph has it. */
export interface Member {
  /** Resolvable ones. */
  readonly keys: readonly SelectionSetNode[]
  /** Whether there is any key, be it by which the subgraph finds nothing. */
  readonly keyed: boolean
  readonly interfaceObject: boolean
  readonly fields: ReadonlyMap<string, MemberField>
}

export interface Members {
  readonly subgraphs: readonly string[]
  of(subgraph: string, type: string): Member | undefined
  /** The object types that can be an object of an interface or union in a subgraph. */
  possible(subgraph: string, type: string): readonly string[]
  /** The interfaces that some subgraph has as one object type. */
  readonly interfaceObjects: ReadonlySet<string>
  /** The interfaces that a type has in any subgraph. */
  interfacesOf(type: string): readonly string[]
}

/** Which subgraph has what, as the directives of the join specification say; `isOn` says which override labels are on. */
export function readMembers(
  document: DocumentNode,
  names: ReadonlyMap<string, string>,
  isOn: (label: string) => boolean,
): Members {
  const members = new Map<string, Member>()
  const possible = new Map<string, string[]>()
  const interfaces = new Map<string, Set<string>>()
  const interfaceObjects = new Set<string>()
  const nameOf = (graph: unknown): string => names.get(String(graph)) ?? String(graph)

  for (const type of document.definitions) {
    const name = 'name' in type ? (type.name?.value ?? '') : ''
    if (type.kind === Kind.UNION_TYPE_DEFINITION) {
      for (const { graph, member } of given(type.directives, 'join__unionMember')) {
        add(possible, `${nameOf(graph)} ${name}`, String(member))
      }
      for (const { graph } of given(type.directives, 'join__type')) {
        members.set(`${nameOf(graph)} ${name}`, { keys: [], keyed: false, interfaceObject: false, fields: new Map() })
      }
    }
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue
    for (const { graph, interface: wider } of given(type.directives, 'join__implements')) {
      interfaces.set(name, (interfaces.get(name) ?? new Set()).add(String(wider)))
      if (type.kind === Kind.OBJECT_TYPE_DEFINITION) add(possible, `${nameOf(graph)} ${String(wider)}`, name)
    }
    const joins = given(type.directives, 'join__type')
    for (const graph of new Set(joins.map((one) => one['graph']))) {
      const mine = joins.filter((one) => one['graph'] === graph)
      const keys = mine.flatMap(({ key, resolvable }) =>
        typeof key === 'string' && resolvable !== false ? [selectionOf(key)] : [],
      )
      const fields = new Map<string, MemberField>()
      // An extension names its key as external only to say that others have the object too: it knows it all the same.
      const extended = mine.some((one) => one['extension'] === true)
      const allKeys = mine.flatMap(({ key }) => (typeof key === 'string' ? [selectionOf(key)] : []))
      for (const field of type.fields ?? []) {
        const one = memberField(given(field.directives, 'join__field'), String(graph), nameOf, isOn)
        if (one === null) continue
        const inKey = extended && allKeys.some((key) => mentions(key, field.name.value))
        fields.set(field.name.value, inKey ? { ...one, external: false } : one)
      }
      const interfaceObject = mine.some((one) => one['isInterfaceObject'] === true)
      if (interfaceObject) interfaceObjects.add(name)
      members.set(`${nameOf(graph)} ${name}`, { keys, keyed: allKeys.length > 0, interfaceObject, fields })
    }
  }
  return {
    subgraphs: [...new Set(names.values())],
    interfaceObjects,
    of: (subgraph, type) => members.get(`${subgraph} ${type}`),
    possible: (subgraph, type) => possible.get(`${subgraph} ${type}`) ?? [],
    interfacesOf: (type) => [...(interfaces.get(type) ?? [])],
  }
}

type Given = Readonly<Record<string, unknown>>

const given = (directives: readonly ConstDirectiveNode[] | undefined, name: string): Given[] =>
  (directives ?? []).filter((one) => one.name.value === name).map(argumentsOf)

const add = (to: Map<string, string[]>, label: string, value: string): void => {
  to.set(label, [...(to.get(label) ?? []), value])
}

export const mentions = (set: SelectionSetNode, field: string): boolean =>
  set.selections.some((one) => one.kind === Kind.FIELD && one.name.value === field)

function memberField(
  joins: readonly Given[],
  graph: string,
  nameOf: (graph: unknown) => string,
  isOn: (label: string) => boolean,
): MemberField | null {
  const plain: MemberField = { external: false, requires: null, provides: null, type: null, typeText: null }
  if (joins.length === 0) return plain
  const own = joins.find((one) => one['graph'] === graph)
  if (own === undefined) return null
  const applies = (one: Given): boolean => typeof one['overrideLabel'] !== 'string' || isOn(one['overrideLabel'])
  if (typeof own['override'] === 'string' && !applies(own)) return null
  const taken = joins.some((one) => one['override'] === nameOf(graph) && applies(one))
  if (taken && own['usedOverridden'] !== true) return null
  const set = (text: unknown): SelectionSetNode | null => (typeof text === 'string' ? selectionOf(text) : null)
  const external = own['external'] === true || taken
  const typeText = typeof own['type'] === 'string' ? own['type'] : null
  const type = typeText === null ? null : typeText.replaceAll(/[[\]!\s]/g, '')
  return { external, requires: set(own['requires']), provides: set(own['provides']), type, typeText }
}
