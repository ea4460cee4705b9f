// Writes the representation of an object for a subgraph, or says what blocks it.
import type { RequiresSelection } from '../plan/plan.ts'
import { getNamedType, isNullableType, Kind } from 'graphql'
import type { GraphQLNamedType, SelectionSetNode } from 'graphql'
import type { Key } from '../supergraph/supergraph.ts'
import { isErrorAt, subgraphErrorOf } from '../answer/subgraph-error.ts'
import type { SubgraphError } from '../answer/subgraph-error.ts'
import { isTree } from './tree.ts'
import type { Fits, Tree } from './tree.ts'

/**
 * What a subgraph gets of an object so that it finds it: `made`; or `blocked` by the subgraphError that took away what it would
 * need; or neither, where the object has no such key or does not fit the selection.
 */
export type Represented =
  | { readonly made: Tree }
  | { readonly blocked: SubgraphError }
  | { readonly made?: never; readonly blocked?: never }

interface Reading {
  readonly fits: Fits
  subgraphError: SubgraphError | null
}

/** Reads the selection `requires` of a plan from an object of the tree. The result shares nothing with it but scalars. */
export function represented(object: Tree, requires: readonly RequiresSelection[], fits: Fits): Represented {
  const reading: Reading = { fits, subgraphError: null }
  const made: Tree = {}
  readInto(made, object, requires, reading)
  if (reading.subgraphError !== null) return { blocked: reading.subgraphError }
  const identified = Object.keys(made).some((name) => name !== '__typename' && made[name] !== null)
  return identified || byNameAlone(made, requires, fits) ? { made } : {}
}

/** A type with the one key `__typename` has one object. */
function byNameAlone(made: Tree, requires: readonly RequiresSelection[], fits: Fits): boolean {
  const own = made['__typename']
  if (typeof own !== 'string') return false
  const mine = requires.filter((one) => one.kind === 'InlineFragment' && fits(own, one.typeCondition))
  const names = mine.flatMap((one) => (one.kind === 'InlineFragment' ? one.selections : []))
  return names.length > 0 && names.every((one) => one.kind === 'Field' && one.name === '__typename')
}

function readInto(into: Tree, object: Tree, requires: readonly RequiresSelection[], reading: Reading): void {
  for (const one of requires) {
    if (one.kind === 'InlineFragment') {
      const own = object['__typename'] ?? one.typeCondition
      if (typeof own !== 'string') continue
      const fitting = reading.fits(own, one.typeCondition) || reading.fits(one.typeCondition, own)
      if (!fitting) continue
      into['__typename'] ??= own
      readInto(into, object, one.selections, reading)
    } else if (one.kind === 'Field') {
      const value = object[one.name] === undefined && one.alias !== undefined ? object[one.alias] : object[one.name]
      if (value === undefined) continue
      const name = one.alias ?? one.name
      const read = valueOf(value, one.selections ?? [], reading)
      if (isTree(read) && isTree(into[name])) Object.assign(into[name], read)
      else into[name] = read
    }
  }
}

function valueOf(value: unknown, selections: readonly RequiresSelection[], reading: Reading): unknown {
  if (isErrorAt(value)) {
    reading.subgraphError ??= subgraphErrorOf(value)
    return null
  }
  if (Array.isArray(value)) return value.map((item) => valueOf(item, selections, reading))
  if (!isTree(value) || selections.length === 0) return value
  const inner: Tree = {}
  if (typeof value['__typename'] === 'string') inner['__typename'] = value['__typename']
  readInto(inner, value, selections, reading)
  return inner
}

/**
 * Whether a representation has one of the keys whole. A part may be null where its field may be, as long as another identifies
 * something: a unit that was never abolished has no end of its validity.
 */
export function holdsKey(representation: Tree, keys: readonly Key[], type: GraphQLNamedType | undefined): boolean {
  return keys.length === 0 || keys.some((key) => hasKey(representation, key, type) && identifies(representation, key))
}

function hasKey(value: unknown, set: SelectionSetNode, type: GraphQLNamedType | undefined): boolean {
  if (Array.isArray(value)) return value.every((item) => hasKey(item, set, type))
  if (!isTree(value)) return false
  return set.selections.every((selection) => {
    if (selection.kind === Kind.INLINE_FRAGMENT) return true
    if (selection.kind !== Kind.FIELD) return false
    if (selection.name.value === '__typename') return true
    const field = type !== undefined && 'getFields' in type ? type.getFields()[selection.name.value] : undefined
    const inner = value[selection.name.value]
    if (inner === undefined) return false
    if (inner === null) return field !== undefined && isNullableType(field.type)
    return selection.selectionSet === undefined || hasKey(inner, selection.selectionSet, getNamedType(field?.type))
  })
}

/** Whether any part of a key is there; one that asks for the name of the type alone is. */
function identifies(value: unknown, set: SelectionSetNode): boolean {
  if (Array.isArray(value)) return value.length === 0 || value.some((item) => identifies(item, set))
  const parts = set.selections.flatMap((one) =>
    one.kind === Kind.FIELD && one.name.value !== '__typename' ? [one] : [],
  )
  if (parts.length === 0) return true
  return parts.some(({ name, selectionSet }) => {
    const inner = isTree(value) ? value[name.value] : null
    return inner !== null && inner !== undefined && (selectionSet === undefined || identifies(inner, selectionSet))
  })
}
