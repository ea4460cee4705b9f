// Fills a plan: asks every selected field of a subgraph that gives it, and goes on by what it leads to.
import { getNullableType, isListType, isObjectType, Kind, print } from 'graphql'
import type { FieldNode, SelectionNode, SelectionSetNode } from 'graphql'
import {
  covers,
  fieldOf,
  fieldsFor,
  gives,
  isInterface,
  knownAs,
  possibleIn,
  providedInside,
  responseName,
  typeOf,
  weight,
} from './knowledge.ts'
import { begin, newObjects } from './objects.ts'
import type { Draft, Objects, Source, Step } from './objects.ts'
import type { FlattenNodePathSegment } from './plan.ts'
import { askedAgain, nearest, preferred } from './reach.ts'
import type { Stop, Wish } from './reach.ts'
import { neededOf, withTypes } from './requirement.ts'
import { addAll, addField, onType, requiresOf } from './selection.ts'
import type { Selection } from './selection.ts'

/** Asks a field of a source, and what it selects of the objects that it leads to. Gives the steps after which it is there. */
export function take(draft: Draft, objects: Objects, source: Source, node: FieldNode): Step[] {
  const { knowledge } = draft
  const inner = addField(source.selection, node)
  if (node.selectionSet === undefined || inner === null) return [source.step]
  const name = node.name.value
  const type = typeOf(knowledge, objects.type, name)
  const path: FlattenNodePathSegment[] = [...objects.path, { Field: responseName(node) }]
  const field = fieldOf(knowledge, objects.type, name)
  for (let one = getNullableType(field!.type); isListType(one); one = getNullableType(one.ofType)) path.push('@')
  const opened: Opened = {
    type,
    known: knowledge.members.of(source.graph, source.as)?.fields.get(name)?.type ?? type,
    path,
    source: { ...source, as: type, selection: inner, provided: providedInside(knowledge, source, name) },
    from: { objects, field: node },
  }
  return [source.step, ...open(draft, opened, node.selectionSet)]
}

interface Opened extends Pick<Objects, 'type' | 'path' | 'from'> {
  /** The type to which the subgraph says that the field leads. */
  readonly known: string
  readonly source: Source
}

const none: ReadonlySet<string> = new Set()

/** Asks what is selected of objects that a source gives: of all alike, or by each type that they can have there. */
function open(draft: Draft, { type, known, path, source, from }: Opened, set: SelectionSetNode): Step[] {
  const { knowledge } = draft
  const { graph, selection } = source
  const possible = possibleIn(knowledge, graph, known)
  const isOne = isObjectType(knowledge.whole.getType(type))
  if (isOne || knowledge.members.of(graph, type)?.interfaceObject === true || possible.length === 0) {
    return fill(draft, newObjects(draft, { type, path, sources: [source], from, ofAll: none }), set)
  }
  selection.typename = true
  if (type === known && source.provided === null && covers(knowledge, graph, type, set)) {
    askCovered(draft, type, selection, set)
    return [source.step]
  }
  const ofAll = new Set(set.selections.flatMap((one) => (one.kind === Kind.FIELD ? [responseName(one)] : [])))
  return possible.flatMap((one) => {
    if (fieldsFor(knowledge, one, set).every(({ name }) => name.value === '__typename')) return []
    const objects = newObjects(draft, {
      type: one,
      path: [...path, { TypeCondition: [one] }],
      sources: [{ ...source, as: one, selection: onType(selection, one) }],
      from,
      ofAll,
    })
    return fill(draft, objects, set)
  })
}

/** Asks a selection as it is written; an object that can be of several types says its own. */
function askCovered(draft: Draft, type: string, selection: Selection, set: SelectionSetNode): void {
  const { knowledge } = draft
  if (!isObjectType(knowledge.whole.getType(type))) selection.typename = true
  for (const one of set.selections) {
    if (one.kind === Kind.INLINE_FRAGMENT) {
      const on = one.typeCondition?.name.value ?? type
      askCovered(draft, on, on === type ? selection : onType(selection, on), one.selectionSet)
    } else if (one.kind === Kind.FIELD) {
      const inner = addField(selection, one)
      if (inner === null || one.selectionSet === undefined) continue
      askCovered(draft, typeOf(knowledge, type, one.name.value), inner, one.selectionSet)
    }
  }
}

function fill(draft: Draft, objects: Objects, set: SelectionSetNode): Step[] {
  const { knowledge } = draft
  const source = objects.sources[0]
  if (source === undefined) throw new Error('objects without a source')
  const isObjectThere = knowledge.members.of(source.graph, objects.type)?.interfaceObject === true
  if (isObjectThere && isInterface(knowledge, objects.type) && !set.selections.every(isPlain)) {
    const plain = { ...set, selections: set.selections.filter(isPlain) }
    return [...fill(draft, objects, plain), ...realTypes(draft, objects, set)]
  }
  const nodes = fieldsFor(knowledge, objects.type, set)
  return nodes.flatMap((node) => {
    if (node.name.value !== '__typename') return want(draft, objects, node, nodes)
    source.selection.typename = true
    return [source.step]
  })
}

const isPlain = (one: SelectionNode): boolean => one.kind === Kind.FIELD && one.name.value !== '__typename'

/** Asks a subgraph that knows the implementers of an interface for the real types, and goes on by them. */
function realTypes(draft: Draft, objects: Objects, set: SelectionSetNode): Step[] {
  const { type, path, from } = objects
  const will = (graph: string): boolean => draft.knowledge.members.possible(graph, type).length > 0
  const stop = nearest(draft.knowledge, objects, { will })
  if (stop === null) throw new Error(`no subgraph says the type of a ${type}`)
  const source = walk(draft, objects, stop)
  source.selection.typename = true
  const rest = { ...set, selections: set.selections.filter((one) => !isPlain(one)) }
  return [source.step, ...open(draft, { type, known: type, path, source, from }, rest)]
}

/**
 * Asks for a field of objects wherever it is to be had; of several subgraphs that which gives most of `among` too. Gives the
 * steps after which it is there; throws an Error where nothing gives it.
 */
function want(draft: Draft, objects: Objects, node: FieldNode, among: readonly FieldNode[]): Step[] {
  const { knowledge } = draft
  const name = node.name.value
  const known = objects.sources.find((one) => gives(knowledge, one.graph, one.as, name, one.provided))
  if (known !== undefined) return take(draft, objects, known, node)
  const will = (graph: string, as: string): boolean => gives(knowledge, graph, as, name, null)
  const prefer = (graph: string, as: string): number => weight(knowledge, graph, as, among)
  const near = nearest(knowledge, objects, { will, prefer })
  const source =
    (near === null ? null : walk(draft, objects, near)) ??
    required(draft, objects, name) ??
    another(draft, objects, node, { will, prefer })
  if (source === null) throw new Error(`nothing gives ${objects.type}.${name}`)
  return take(draft, objects, source, node)
}

/** A source of a value without a key: what leads to it is asked again, of a subgraph that has what is missing or leads there. */
function another(draft: Draft, objects: Objects, node: FieldNode, wish: Required<Pick<Wish, 'will' | 'prefer'>>) {
  const { knowledge } = draft
  const { from, type, ofAll } = objects
  if (from === null) return null
  const stops = askedAgain(draft, objects)
  const isOfAll = ofAll.has(responseName(node))
  const outer = typeOf(knowledge, from.objects.type, from.field.name.value)
  const direct = stops.filter(({ graph }) => {
    const types = isOfAll ? knowledge.members.possible(graph, outer) : [type]
    return types.length > 0 && types.every((one) => wish.will(graph, one))
  })
  const stop =
    preferred(direct, wish.prefer) ?? (isOfAll ? null : nearest(knowledge, objects, { ...wish, more: stops }))
  return stop === null ? null : walk(draft, objects, stop)
}

/** A source of a field that needs others first: they are asked wherever they are, then the subgraph is asked with them. */
function required(draft: Draft, objects: Objects, name: string): Source | null {
  const { knowledge } = draft
  for (const graph of knowledge.members.subgraphs) {
    for (const as of knownAs(knowledge, graph, objects.type)) {
      const field = knowledge.members.of(graph, as)?.fields.get(name)
      if (field === undefined || field.requires === null || field.external) continue
      const needs = neededOf(field.requires)
      const label = `${graph} ${as} ${needs.map(print).join(' ')}`
      const known = objects.required.get(label)
      if (known !== undefined) return known
      const stop = nearest(knowledge, objects, { will: (...there) => there[0] === graph && there[1] === as })
      if (stop === null) continue
      const before = needs.flatMap((one) => want(draft, objects, withTypes(one), needs))
      const source = goTo(draft, objects, stop, needs)
      for (const one of before) source.step.after.add(one)
      objects.required.set(label, source)
      return source
    }
  }
  return null
}

/** Asks along a way, as far as that is not done, and gives the source at its end. */
function walk(draft: Draft, objects: Objects, stop: Stop): Source {
  const { graph, as, way } = stop
  if (way.kind === 'source') return way.source
  const known = objects.sources.find((one) => one.graph === graph && one.as === as)
  if (known !== undefined) return known
  const source = way.kind === 'again' ? askAgain(draft, objects, graph, way.parents) : goTo(draft, objects, stop, [])
  objects.sources.push(source)
  return source
}

/** Begins a request of a subgraph by a key, with what else it requires. */
function goTo(draft: Draft, objects: Objects, { graph, as, way }: Stop, more: readonly FieldNode[]): Source {
  if (way.kind !== 'key') throw new Error('a request without a key')
  const after = way.parts.flatMap(({ stop, fields, whole }) => {
    const source = walk(draft, objects, stop)
    source.selection.typename = true
    if (!whole) return fields.flatMap((one) => take(draft, objects, source, one))
    addAll(source.selection, { selections: fields })
    return [source.step]
  })
  const asInterface = draft.knowledge.members.of(graph, as)?.interfaceObject === true
  const entity = { type: objects.type, as, asInterface, path: objects.path }
  const key = way.parts.flatMap(({ fields }) => fields)
  return begin(draft, { graph, entity, requires: [requiresOf(objects.type, [...key, ...more])] }, as, after)
}

function askAgain(draft: Draft, objects: Objects, graph: string, parents: Stop | null): Source {
  const { from, type } = objects
  if (from === null) throw new Error('no field leads to a root')
  const { knowledge } = draft
  const source = parents === null ? rootSource(draft, from.objects, graph) : walk(draft, from.objects, parents)
  const inner = addField(source.selection, from.field)
  if (inner === null) throw new Error(`${responseName(from.field)} leads to no objects`)
  const name = from.field.name.value
  const isOneOfSeveral = typeOf(knowledge, from.objects.type, name) !== type
  if (isOneOfSeveral) inner.typename = true
  const selection = isOneOfSeveral ? onType(inner, type) : inner
  return { step: source.step, selection, graph, as: type, provided: providedInside(knowledge, source, name) }
}

/** The request of a subgraph at the root. Fields of a mutation run one after another: only neighbours share a request. */
export function rootSource(draft: Draft, root: Objects, graph: string): Source {
  const isMutation = draft.operation.operation === 'mutation'
  const last = root.sources.at(-1)
  const known = isMutation ? last : root.sources.find((one) => one.graph === graph)
  if (known?.graph === graph) return known
  const source = begin(draft, { graph, entity: null }, root.type, isMutation && last !== undefined ? [last.step] : [])
  root.sources.push(source)
  return source
}
