import type { PlanNode } from '@graphql-hive/router-query-planner'
import { getNamedType, getNullableType, isListType, isObjectType, Kind, parse, print } from 'graphql'
import type { FieldNode, GraphQLSchema, OperationDefinitionNode, SelectionNode, SelectionSetNode } from 'graphql'
import { mentions } from '../supergraph/members.ts'
import type { Members } from '../supergraph/members.ts'
import { addTo, newSelection, requiresOf } from './selection.ts'
import type { Selection } from './selection.ts'
import { written } from './steps.ts'
import type { Segment, Step } from './steps.ts'
import type { Fits } from '../execute/tree.ts'

/** Where a subgraph already gives an object: more fields of it can be asked there. */
interface Source {
  readonly step: Step
  readonly selection: Selection
  readonly graph: string
  readonly provided: SelectionSetNode | null
}

/** Objects of one type at one place of the answer. */
interface Place {
  readonly type: string
  readonly path: readonly Segment[]
  readonly sources: Source[]
  /** How it was reached, for values without a key that several subgraphs have. */
  readonly from: { readonly place: Place; readonly field: FieldNode } | null
  /** Response names asked of an interface: one subgraph's objects of every type must lead to them. */
  readonly ofAll?: ReadonlySet<string>
}

export interface FallbackPlanOptions {
  readonly query: string
  readonly whole: GraphQLSchema
  readonly members: Members
  readonly fits: Fits
}

/**
 * A plan by the plain rules of federation, without looking for the cheapest: for operations that the native planner cannot plan,
 * and for machines that have none. Throws an Error for an operation that no order of requests can answer.
 */
export function fallbackPlan({ query, whole, members, fits }: FallbackPlanOptions): PlanNode | undefined {
  const operation = parse(query, { noLocation: true }).definitions[0] as OperationDefinitionNode
  const steps: Step[] = []
  const isMutation = operation.operation === 'mutation'

  const begun = (graph: string, entity: Step['entity'], after: Iterable<Step>): Step => {
    const step: Step = { graph, entity, selection: newSelection(), requires: [], after: new Set(after) }
    steps.push(step)
    return step
  }

  const has = (graph: string, type: string, field: string, provided: SelectionSetNode | null): boolean => {
    const one = members.of(graph, type)?.fields.get(field)
    if (one === undefined || one.requires !== null) return false
    return !one.external || (provided !== null && mentions(provided, field))
  }

  /** Whether a subgraph has a whole selection of a type without help of another. */
  const hasAll = (graph: string, type: string, set: SelectionSetNode, provided: SelectionSetNode | null): boolean =>
    set.selections.every((one) => {
      if (one.kind !== Kind.FIELD) return false
      if (one.name.value === '__typename') return true
      if (!has(graph, type, one.name.value, provided)) return false
      return one.selectionSet === undefined || hasAll(graph, typeOf(type, one.name.value), one.selectionSet, null)
    })

  const fieldOf = (type: string, field: string) => {
    const named = whole.getType(type)
    return named !== undefined && 'getFields' in named ? named.getFields()[field] : undefined
  }
  const typeOf = (type: string, field: string): string => {
    const found = fieldOf(type, field)
    if (found === undefined) throw new Error(`no field ${type}.${field}`)
    return getNamedType(found.type).name
  }

  /** Asks a field of a source, and what it selects of the places that it opens. Gives the steps that it took. */
  function take(place: Place, source: Source, node: FieldNode): Step[] {
    const name = node.name.value
    const inner = addTo(source.selection, node)
    if (node.selectionSet === undefined || inner === null) return [source.step]
    const field = fieldOf(place.type, name)
    const path: Segment[] = [...place.path, { Field: nameIn(node) }]
    for (let type = getNullableType(field!.type); isListType(type); type = getNullableType(type.ofType)) path.push('@')
    const provides = members.of(source.graph, place.type)?.fields.get(name)?.provides ?? null
    const provided = provides ?? insideOf(source.provided, name)
    const type = typeOf(place.type, name)
    const known = members.of(source.graph, place.type)?.fields.get(name)?.type ?? type
    const from = { place, field: node }
    const opened = { ...source, selection: inner, provided }
    return [source.step, ...open(type, path, opened, node.selectionSet, from, known)]
  }

  /** What is selected of the objects of a type that a source gives. */
  function open(
    type: string,
    path: readonly Segment[],
    source: Source,
    set: SelectionSetNode,
    from: Place['from'],
    known: string,
  ): Step[] {
    const { graph, selection } = source
    const member = members.of(graph, type)
    const possible = isObjectType(whole.getType(known)) ? [known] : members.possible(graph, known)
    const named = whole.getType(type)
    const isObject = named?.astNode?.kind === Kind.OBJECT_TYPE_DEFINITION
    if (isObject || member?.interfaceObject === true || possible.length === 0) {
      return fill({ type, path, sources: [source], from }, set)
    }
    selection.typename = true
    const ofAll = new Set(set.selections.flatMap((one) => (one.kind === Kind.FIELD ? [nameIn(one)] : [])))
    return possible.flatMap((one) => {
      if (fieldsFor(one, set).every(({ name }) => name.value === '__typename')) return []
      const inner = selection.on.get(one) ?? newSelection()
      selection.on.set(one, inner)
      const place = {
        type: one,
        path: [...path, { TypeCondition: [one] }],
        sources: [{ ...source, selection: inner }],
        from,
        ofAll,
      }
      return fill(place, set)
    })
  }

  /** The fields of a selection that apply to objects of a type, each response name once. */
  function fieldsFor(type: string, set: SelectionSetNode): FieldNode[] {
    const byName = new Map<string, FieldNode>()
    const gather = ({ selections }: SelectionSetNode): void => {
      for (const one of selections) {
        if (one.kind === Kind.INLINE_FRAGMENT && fits(type, one.typeCondition?.name.value ?? type))
          gather(one.selectionSet)
        if (one.kind !== Kind.FIELD) continue
        const name = nameIn(one)
        const known = byName.get(name)
        const all = [...(known?.selectionSet?.selections ?? []), ...(one.selectionSet?.selections ?? [])]
        const inner = all.length === 0 ? {} : { selectionSet: { kind: Kind.SELECTION_SET as const, selections: all } }
        byName.set(name, { ...one, ...inner })
      }
    }
    gather(set)
    return [...byName.values()]
  }

  function fill(place: Place, set: SelectionSetNode): Step[] {
    const source = place.sources[0]
    if (source === undefined) throw new Error('a place without a source')
    if (members.of(source.graph, place.type)?.interfaceObject === true && needsRealType(place.type, set)) {
      return [...fill(place, { ...set, selections: set.selections.filter(isPlain) }), ...realTypes(place, set)]
    }
    return fieldsFor(place.type, set).flatMap((node) => {
      if (node.name.value !== '__typename') return want(place, node)
      source.selection.typename = true
      return [source.step]
    })
  }

  const isPlain = (one: SelectionNode): boolean => one.kind === Kind.FIELD && one.name.value !== '__typename'
  const needsRealType = (type: string, set: SelectionSetNode): boolean =>
    whole.getType(type)?.astNode?.kind === Kind.INTERFACE_TYPE_DEFINITION && set.selections.some((one) => !isPlain(one))

  /** Asks a subgraph that knows the implementers for the real types, and goes on by them. */
  function realTypes(place: Place, set: SelectionSetNode): Step[] {
    const step = hop(place, (graph) => members.possible(graph, place.type).length > 0)
    if (step === null) throw new Error(`no subgraph tells the type of a ${place.type}`)
    const rest = { ...set, selections: set.selections.filter((one) => !isPlain(one)) }
    const source = { step, selection: step.selection, graph: step.graph, provided: null }
    step.selection.typename = true
    return [step, ...open(place.type, place.path, source, rest, place.from, place.type)]
  }

  /** Asks for a field of a place wherever it is to be had. Gives the steps after which it is there. */
  function want(place: Place, node: FieldNode): Step[] {
    const name = node.name.value
    const source = place.sources.find((one) => has(one.graph, place.type, name, one.provided))
    if (source !== undefined) return take(place, source, node)
    const step = hop(place, (graph, as) => has(graph, as, name, null)) ?? required(place, name)
    if (step !== null) {
      const added = { step, selection: step.selection, graph: step.graph, provided: null }
      if (step.requires.length === 0) throw new Error('a hop without a key')
      return take(place, added, node)
    }
    return anotherWay(place, node)
  }

  /** A value without a key is asked for again from where it hangs, of a subgraph that has what is missing. */
  function anotherWay(place: Place, node: FieldNode): Step[] {
    const { from } = place
    if (from === null) throw new Error(`nothing gives ${place.type}.${node.name.value}`)
    const outer = from.field.name.value
    const type = typeOf(from.place.type, outer)
    const ofAll = place.ofAll?.has(nameIn(node)) === true
    const asked = type === place.type || ofAll ? node : onType(place.type, node)
    const selectionSet: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: [asked] }
    const able = (graph: string, as: string): boolean => {
      const types = ofAll ? members.possible(graph, type) : [place.type]
      return (
        has(graph, as, outer, null) && types.length > 0 && types.every((one) => has(graph, one, node.name.value, null))
      )
    }
    const known = from.place.sources.find((one) => able(one.graph, from.place.type))
    if (known !== undefined) return take(from.place, known, { ...from.field, selectionSet })
    if (from.place.from === null && from.place.path.length === 0) {
      const graph = members.subgraphs.find((one) => able(one, from.place.type))
      if (graph !== undefined) return take(from.place, rootSource(from.place, graph), { ...from.field, selectionSet })
    }
    const step = hop(from.place, able)
    if (step === null) throw new Error(`nothing gives ${place.type}.${node.name.value}`)
    return take(
      from.place,
      { step, selection: step.selection, graph: step.graph, provided: null },
      { ...from.field, selectionSet },
    )
  }

  /** As what a type is known in a subgraph: by its own name, or by an interface of which the subgraph has one object type. */
  const knownAs = (graph: string, type: string): string[] =>
    [type, ...members.interfacesOf(type)].filter((one) => {
      const member = members.of(graph, one)
      return member !== undefined && member.keys.length > 0 && (one === type || member.interfaceObject)
    })

  /** Goes by keys to the nearest subgraph that will do; what only lay on other ways is not asked. */
  function hop(place: Place, will: (graph: string, as: string) => boolean): Step | null {
    interface Stop {
      readonly graph: string
      readonly source: Source | null
      readonly before: { readonly stop: Stop; readonly key: SelectionSetNode } | null
    }
    const stops = place.sources.map((source): Stop => ({ graph: source.graph, source, before: null }))
    const seen = new Set(stops.map(({ graph }) => graph))

    const leading = (graph: string, as: string): Stop['before'] => {
      for (const key of members.of(graph, as)?.keys ?? []) {
        const stop = stops.find((one) => {
          const provided = one.source?.provided ?? null
          return isEntity(one, place) && hasAll(one.graph, place.type, key, provided)
        })
        if (stop !== undefined) return { stop, key }
      }
      return null
    }
    const walked = ({ graph, source, before }: Stop, as: string): Source => {
      if (source !== null) return source
      if (before === null) throw new Error('a stop to which nothing leads')
      const step = goTo(place, { source: walked(before.stop, place.type), key: before.key }, graph, as, [])
      return { step, selection: step.selection, graph, provided: null }
    }

    for (;;) {
      for (const graph of members.subgraphs) {
        for (const as of knownAs(graph, place.type)) {
          const before = will(graph, as) ? leading(graph, as) : null
          if (before !== null) return walked({ graph, source: null, before }, as).step
        }
      }
      const next = members.subgraphs.flatMap((graph): Stop[] => {
        const known = !seen.has(graph) && knownAs(graph, place.type).includes(place.type)
        const before = known ? leading(graph, place.type) : null
        return before === null ? [] : [{ graph, source: null, before }]
      })
      if (next.length === 0) return null
      for (const stop of next) seen.add(stop.graph)
      stops.push(...next)
    }
  }

  /** An object that is known only as an interface is an entity where the interface itself has a key. */
  const isEntity = ({ graph }: { readonly graph: string }, { type }: Place): boolean =>
    whole.getType(type)?.astNode?.kind !== Kind.INTERFACE_TYPE_DEFINITION || members.of(graph, type)?.keyed === true

  interface Way {
    readonly source: Source
    readonly key: SelectionSetNode
  }

  function wayTo(sources: readonly Source[], graph: string, as: string, place: Place): Way | null {
    for (const key of members.of(graph, as)?.keys ?? []) {
      const source = sources.find((one) => isEntity(one, place) && hasAll(one.graph, place.type, key, one.provided))
      if (source !== undefined) return { source, key }
    }
    return null
  }

  function goTo(place: Place, { source, key }: Way, graph: string, as: string, more: readonly FieldNode[]): Step {
    const known = place.sources.find((one) => one.graph === graph && one.step.entity !== null)
    if (known !== undefined && more.length === 0) return known.step
    source.selection.typename = true
    for (const one of key.selections) if (one.kind === Kind.FIELD) addTo(source.selection, one, true)
    const asInterface = members.of(graph, as)?.interfaceObject === true
    const step = begun(graph, { type: place.type, as, asInterface, path: place.path }, [source.step])
    step.requires.push(requiresOf(place.type, [...key.selections, ...more]))
    if (more.length === 0 && as === place.type) {
      place.sources.push({ step, selection: step.selection, graph, provided: null })
    }
    return step
  }

  /** A field that needs others first: they are fetched wherever they are, then the subgraph is asked with them. */
  function required(place: Place, name: string): Step | null {
    for (const graph of members.subgraphs) {
      for (const as of knownAs(graph, place.type)) {
        const field = members.of(graph, as)?.fields.get(name)
        if (field === undefined || field.requires === null || field.external) continue
        const needs = field.requires.selections.flatMap((one): FieldNode[] => {
          if (one.kind !== Kind.FIELD) return []
          // A name of its own: what the client asks of the same field may have other arguments.
          const given = (one.arguments ?? []).map(print).join().replaceAll(/\W+/g, '_')
          const alias = { kind: Kind.NAME as const, value: `_internal_qp_own_${given}_${one.name.value}` }
          return [{ ...one, alias }]
        })
        const before = needs.flatMap((one) => want(place, withTypes(one)))
        const way = wayTo(place.sources, graph, as, place) ?? reachKey(place, graph, as)
        if (way === null) continue
        const step = goTo(place, way, graph, as, needs)
        for (const one of before) step.after.add(one)
        return step
      }
    }
    return null
  }

  /** A key that no source has yet is fetched first. */
  function reachKey(place: Place, graph: string, as: string): Way | null {
    for (const key of members.of(graph, as)?.keys ?? []) {
      const step = hop(place, (one, name) => name === place.type && hasAll(one, place.type, key, null))
      if (step !== null) return { source: { step, selection: step.selection, graph: step.graph, provided: null }, key }
    }
    return null
  }

  function rootSource(place: Place, graph: string): Source {
    const found = isMutation ? undefined : place.sources.find((one) => one.graph === graph)
    if (found !== undefined) return found
    const before = isMutation ? steps.filter((one) => one.entity === null).slice(-1) : []
    const step = begun(graph, null, before)
    const source = { step, selection: step.selection, graph, provided: null }
    if (!isMutation) place.sources.push(source)
    return source
  }

  const root = whole.getRootType(operation.operation)
  if (root === undefined || root === null) throw new Error(`no root for a ${operation.operation}`)
  const top: Place = { type: root.name, path: [], sources: [], from: null }
  for (const node of fieldsFor(root.name, operation.selectionSet)) {
    const able = members.subgraphs.filter((graph) => has(graph, root.name, node.name.value, null))
    const graph = bestOf(able, (one) => weight(one, root.name, { kind: Kind.SELECTION_SET, selections: [node] }))
    if (graph === undefined) throw new Error(`nothing gives ${root.name}.${node.name.value}`)
    take(top, rootSource(top, graph), node)
  }

  /** How much of a selection a subgraph has by itself. */
  function weight(graph: string, type: string, set: SelectionSetNode): number {
    return fieldsFor(type, set).reduce((sum, one) => {
      if (!has(graph, type, one.name.value, null)) return sum
      const inner = one.selectionSet === undefined ? 0 : weight(graph, typeOf(type, one.name.value), one.selectionSet)
      return sum + 1 + inner
    }, 0)
  }

  return written(steps, operation)
}

const onType = (type: string, node: FieldNode): SelectionNode => ({
  kind: Kind.INLINE_FRAGMENT,
  typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type } },
  selectionSet: { kind: Kind.SELECTION_SET, selections: [node] },
})

const nameIn = (node: FieldNode): string => node.alias?.value ?? node.name.value

const bestOf = (graphs: readonly string[], weigh: (graph: string) => number): string | undefined =>
  graphs
    .map((graph) => [graph, weigh(graph)] as const)
    .reduce<readonly [string, number] | undefined>(
      (best, one) => (best === undefined || one[1] > best[1] ? one : best),
      undefined,
    )?.[0]

function insideOf(provided: SelectionSetNode | null, field: string): SelectionSetNode | null {
  const found = provided?.selections.find((one) => one.kind === Kind.FIELD && one.name.value === field)
  return found?.kind === Kind.FIELD ? (found.selectionSet ?? null) : null
}

/** What a requirement reads of an object of several types needs that object's type. */
function withTypes(node: FieldNode): FieldNode {
  if (node.selectionSet === undefined) return node
  const typename: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }
  const abstract = node.selectionSet.selections.some((one) => one.kind !== Kind.FIELD)
  const inner = node.selectionSet.selections.map((one) => (one.kind === Kind.FIELD ? withTypes(one) : one))
  return { ...node, selectionSet: { ...node.selectionSet, selections: abstract ? [typename, ...inner] : inner } }
}
