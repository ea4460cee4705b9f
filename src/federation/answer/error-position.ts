// Puts a subgraph's error into the tree where it took values away.
import { Kind, parse } from 'graphql'
import type { SelectionSetNode } from 'graphql'
import { isErrorAt, errorAt } from './subgraph-error.ts'
import type { Path, SubgraphError } from './subgraph-error.ts'
import { isTree } from '../execute/tree.ts'
import type { Fits, Tree } from '../execute/tree.ts'

const selections = new Map<string, ReadonlyMap<string, SelectionSetNode>>()

/** What an operation of a plan selects: by response name of the root, with fragments on entities seen as one. */
export function selectedBy(
  query: string,
): ReadonlyMap<string, SelectionSetNode> & { readonly whole?: SelectionSetNode } {
  const known = selections.get(query)
  if (known !== undefined) return known
  const [operation] = parse(query, { noLocation: true }).definitions
  const found = new Map<string, SelectionSetNode>()
  if (operation?.kind === Kind.OPERATION_DEFINITION) {
    found.set('', operation.selectionSet)
    for (const one of operation.selectionSet.selections) {
      if (one.kind === Kind.FIELD && one.selectionSet !== undefined)
        found.set(one.alias?.value ?? one.name.value, one.selectionSet)
    }
  }
  if (selections.size >= 2_000) selections.clear()
  selections.set(query, found)
  return found
}

/** Puts the subgraphError at every field of the selection that an object lacks. */
export function markErrors(
  object: Tree,
  set: SelectionSetNode | undefined,
  path: Path,
  subgraphError: SubgraphError,
  fits: Fits,
): void {
  for (const selection of set?.selections ?? []) {
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const [own, condition] = [object['__typename'], selection.typeCondition?.name.value]
      const apart = typeof own === 'string' && condition !== undefined && !fits(own, condition) && !fits(condition, own)
      if (!apart) markErrors(object, selection.selectionSet, path, subgraphError, fits)
    } else if (selection.kind === Kind.FIELD) {
      const name = selection.alias?.value ?? selection.name.value
      if (name === '__typename') continue
      const here = [...path, name]
      if (object[name] === undefined) object[name] = errorAt(subgraphError, here)
      else if (selection.selectionSet !== undefined)
        within(object[name], selection.selectionSet, here, subgraphError, fits)
    }
  }
}

function within(value: unknown, set: SelectionSetNode, path: Path, subgraphError: SubgraphError, fits: Fits): void {
  if (Array.isArray(value)) value.forEach((item, index) => within(item, set, [...path, index], subgraphError, fits))
  else if (isTree(value)) markErrors(value, set, path, subgraphError, fits)
}

/**
 * Puts the subgraphError where a subgraph's error took a value away, under its full path. A name before a list without
 * an index is meant for every item. False when there is no such position: the value is there, or nothing leads to it.
 */
export function markErrorAt(root: Tree, from: Path, rest: Path, subgraphError: SubgraphError): boolean {
  let value: unknown = root
  for (const part of from) value = isTree(value) || Array.isArray(value) ? (value as Tree)[part] : undefined
  return descend(value, from, rest, subgraphError)
}

function descend(value: unknown, at: Path, rest: Path, subgraphError: SubgraphError): boolean {
  const [part, ...left] = rest
  if (part === undefined) return false
  if (Array.isArray(value) && typeof part === 'string') {
    return value.map((item, index) => descend(item, [...at, index], rest, subgraphError)).some(Boolean)
  }
  if (!isTree(value) && !Array.isArray(value)) return false
  const inside = value as Tree
  if (part === '__proto__') return false
  const found = Object.hasOwn(inside, part) ? inside[part] : undefined
  if (found === null || found === undefined) {
    if (Array.isArray(value) && Number(part) >= value.length) return false
    inside[part] = errorAt(subgraphError, [...at, ...rest])
    return true
  }
  return isErrorAt(found) || descend(found, [...at, part], left, subgraphError)
}
