// Which way leads from the subgraphs that give an object to one that gives more of it: by keys, or by asking again what leads to it.
import { isObjectType, Kind } from 'graphql'
import type { FieldNode, SelectionSetNode } from 'graphql'
import { gives, givesAll, isInterface, knownAs, providedInside, typeOf } from './knowledge.ts'
import type { Knowledge } from './knowledge.ts'
import type { Draft, Objects, Source } from './objects.ts'

/** A subgraph that objects can be asked of, with the way there. Nothing is asked before the way is walked. */
export interface Stop {
  readonly graph: string
  readonly as: string
  readonly way: Way
}

export type Way =
  | { readonly kind: 'source'; readonly source: Source }
  /** By a key, whose parts other stops give. */
  | { readonly kind: 'key'; readonly parts: readonly Part[] }
  /** By the field that leads to the objects, asked again where their parents can be asked; null: at the root. */
  | { readonly kind: 'again'; readonly parents: Stop | null }

export interface Part {
  readonly stop: Stop
  readonly fields: readonly FieldNode[]
  /** Whether the stop gives them with all that the key selects of them. */
  readonly whole: boolean
}

export interface Wish {
  /** Whether a subgraph will do that knows the objects by this name. */
  readonly will: (graph: string, as: string) => boolean
  /** How much a subgraph is preferred to others that are as near. */
  readonly prefer?: (graph: string, as: string) => number
  /** Where the way may begin, beside the sources. */
  readonly more?: readonly Stop[]
  /** Without keys whose parts have to be looked for themselves. */
  readonly simple?: boolean
}

/** What a way depends on: the type of the objects and who gives them. */
type Reachable = Pick<Objects, 'type'> & { readonly sources: readonly Pick<Source, 'graph' | 'as' | 'provided'>[] }

const sourceStops = ({ sources }: Reachable): Stop[] =>
  sources.map((source) => ({ graph: source.graph, as: source.as, way: { kind: 'source', source: source as Source } }))

const providedAt = ({ way }: Stop): SelectionSetNode | null => (way.kind === 'source' ? way.source.provided : null)

/** The nearest subgraph that will do, by keys from those that give the objects. Null where no key leads there. */
export function nearest(knowledge: Knowledge, objects: Reachable, wish: Wish): Stop | null {
  const { members } = knowledge
  const { will, prefer = () => 0, more = [] } = wish
  const stops = [...sourceStops(objects), ...more]
  const seen = new Set(stops.map(({ graph }) => graph))
  const to = (graph: string, as: string): Stop[] => byKey(knowledge, objects.type, stops, { graph, as }, wish)
  for (;;) {
    const able = members.subgraphs.flatMap((graph) =>
      knownAs(knowledge, graph, objects.type).flatMap((as) => (will(graph, as) ? to(graph, as) : [])),
    )
    const best = preferred(able, prefer)
    if (best !== null) return best
    const next = members.subgraphs.flatMap((graph) =>
      !seen.has(graph) && knownAs(knowledge, graph, objects.type).includes(objects.type) ? to(graph, objects.type) : [],
    )
    if (next.length === 0) return null
    for (const { graph } of next) seen.add(graph)
    stops.push(...next)
  }
}

/** The first of those that are preferred most. */
export function preferred(stops: readonly Stop[], prefer: (graph: string, as: string) => number): Stop | null {
  let best: { readonly stop: Stop; readonly much: number } | null = null
  for (const stop of stops) {
    const much = prefer(stop.graph, stop.as)
    if (best === null || much > best.much) best = { stop, much }
  }
  return best?.stop ?? null
}

/**
 * The stop to which a key leads: one that a single stop gives whole; else one whose parts several give; else one of which what
 * the parts select is to be had somewhere.
 */
function byKey(
  knowledge: Knowledge,
  type: string,
  stops: readonly Stop[],
  { graph, as }: Omit<Stop, 'way'>,
  { simple = false }: Wish,
): Stop[] {
  const able = stops.filter((one) => one.as === type && isEntity(knowledge, one.graph, type))
  const giver = (selections: readonly FieldNode[]): Stop | undefined =>
    able.find((one) => givesAll(knowledge, one.graph, type, { selections }, providedAt(one)))
  const keys = (knowledge.members.of(graph, as)?.keys ?? []).map(({ selections }) =>
    selections.filter((one) => one.kind === Kind.FIELD),
  )
  for (const fields of keys) {
    const stop = giver(fields)
    if (stop !== undefined) return [{ graph, as, way: { kind: 'key', parts: [{ stop, fields, whole: true }] } }]
  }
  const looking = simple ? [false] : [false, true]
  for (const farther of looking) {
    for (const fields of keys) {
      const parts = fields.flatMap((field): Part[] => {
        const stop = giver([field])
        if (stop !== undefined) return [{ stop, fields: [field], whole: true }]
        const some = farther ? able.find((one) => completes(knowledge, one, type, field)) : undefined
        return some === undefined ? [] : [{ stop: some, fields: [field], whole: false }]
      })
      if (parts.length > 0 && parts.length === fields.length) return [{ graph, as, way: { kind: 'key', parts } }]
    }
  }
  return []
}

/** Whether a stop gives a field, and what a key selects of it is to be had there or a key further. */
function completes(knowledge: Knowledge, stop: Stop, type: string, { name, selectionSet }: FieldNode): boolean {
  const provided = providedAt(stop)
  if (!gives(knowledge, stop.graph, type, name.value, provided)) return false
  if (selectionSet === undefined) return true
  const inner = typeOf(knowledge, type, name.value)
  if (!isObjectType(knowledge.whole.getType(inner))) return false
  const source = {
    graph: stop.graph,
    as: inner,
    provided: providedInside(knowledge, { ...stop, as: type, provided }, name.value),
  }
  return selectionSet.selections.every((one) => {
    if (one.kind !== Kind.FIELD) return false
    const set = { selections: [one] }
    if (givesAll(knowledge, stop.graph, inner, set, source.provided)) return true
    const will = (graph: string, as: string): boolean => givesAll(knowledge, graph, as, set, null)
    return nearest(knowledge, { type: inner, sources: [source] }, { will, simple: true }) !== null
  })
}

/** An object that is known only as an interface is an entity where the interface itself has a key. */
const isEntity = (knowledge: Knowledge, graph: string, type: string): boolean =>
  !isInterface(knowledge, type) || knowledge.members.of(graph, type)?.keyed === true

/** The subgraphs that give the objects when what leads to them is asked again there; a mutation is never asked again. */
export function askedAgain(draft: Draft, objects: Objects): Stop[] {
  return draft.knowledge.members.subgraphs.flatMap((graph) => {
    if (objects.sources.some((one) => one.graph === graph)) return []
    const stop = againIn(draft, objects, graph)
    return stop === null ? [] : [stop]
  })
}

function againIn(draft: Draft, { from, type }: Objects, graph: string): Stop | null {
  if (from === null) return null
  const { knowledge, operation } = draft
  const { objects, field } = from
  const giving = (as: string, provided: SelectionSetNode | null): boolean =>
    gives(knowledge, graph, as, field.name.value, provided)
  if (objects.from === null) {
    if (operation.operation === 'mutation' || !giving(objects.type, null)) return null
    return { graph, as: type, way: { kind: 'again', parents: null } }
  }
  const parents =
    sourceStops(objects).find((one) => one.graph === graph && giving(one.as, providedAt(one))) ??
    nearest(knowledge, objects, { will: (one, as) => one === graph && giving(as, null) }) ??
    againIn(draft, objects, graph)
  if (parents === null || !giving(parents.as, providedAt(parents))) return null
  return { graph, as: type, way: { kind: 'again', parents } }
}
