// The tree that joins the subgraphs' answers, and the objects found at a path of it.
import type { GraphQLSchema } from 'graphql'
import { isObjectType } from 'graphql'
import { isObject } from '../../transport/json-object.ts'
import type { FlattenNodePathSegment } from '../plan/plan.ts'
import { isErrorAt } from '../answer/subgraph-error.ts'
import type { Path } from '../answer/subgraph-error.ts'

/** An object of the merged answer. */
export type Tree = { [name: string]: unknown }

/** An object of the tree with its path from the root. */
export interface Found {
  readonly object: Tree
  readonly path: Path
}

export const isTree = (value: unknown): value is Tree => isObject(value) && !isErrorAt(value)

/** Which names of types an object of a type fits: its own and those of what it belongs to. */
export type Fits = (typeName: string, condition: string) => boolean

export function fitsOf(schema: GraphQLSchema): Fits {
  const known = new Map<string, boolean>()
  return (typeName, condition) => {
    if (typeName === condition) return true
    const label = `${typeName} ${condition}`
    const found = known.get(label)
    if (found !== undefined) return found
    const [type, wider] = [schema.getType(typeName), schema.getType(condition)]
    const fits =
      type !== undefined &&
      wider !== undefined &&
      ('getFields' in wider || 'getTypes' in wider) &&
      !isObjectType(wider) &&
      'getFields' in type &&
      schema.isSubType(wider as never, type as never)
    known.set(label, fits)
    return fits
  }
}

/** The objects at a path of a plan, with the indexes of the lists on the way. */
export function objectsAt(root: Tree, path: readonly FlattenNodePathSegment[], fits: Fits): Found[] {
  let level: { value: unknown; path: Path }[] = [{ value: root, path: [] }]
  const step = (each: (value: unknown, at: Path) => { value: unknown; path: Path }[]): void => {
    level = level.flatMap(({ value, path: at }) => each(value, at))
  }
  const items = (value: unknown, at: Path): { value: unknown; path: Path }[] =>
    Array.isArray(value) ? value.flatMap((item: unknown, index) => items(item, [...at, index])) : [{ value, path: at }]
  for (const segment of path) {
    if (segment === '@') step(items)
    else if ('Field' in segment) {
      const name = segment.Field
      step((value, at) =>
        items(value, at).flatMap(({ value: one, path: here }) =>
          isTree(one) && one[name] !== null && one[name] !== undefined
            ? [{ value: one[name], path: [...here, name] }]
            : [],
        ),
      )
    } else {
      const names = segment.TypeCondition
      step((value, at) => items(value, at).filter(({ value: one }) => isTree(one) && typeFits(one, names, fits)))
    }
  }
  step(items)
  return level.flatMap(({ value, path: at }) => (isTree(value) ? [{ object: value, path: at }] : []))
}

const typeFits = (one: Tree, names: readonly string[], fits: Fits): boolean => {
  const name = one['__typename']
  return typeof name !== 'string' || names.some((condition) => fits(name, condition))
}

/**
 * Puts what a subgraph answered into the tree. Lists are joined item by item; null never takes away what another subgraph
 * knows, and a concrete `__typename` stays when an interface object answers with the name of its interface.
 */
export function merge(into: Tree, from: Tree, isConcrete: (typeName: string) => boolean): void {
  for (const name of Object.keys(from)) {
    if (name === '__proto__') continue
    const old = Object.hasOwn(into, name) ? into[name] : undefined
    const given = from[name]
    if (name === '__typename' && typeof old === 'string') {
      if (!isConcrete(old) && typeof given === 'string' && isConcrete(given)) into[name] = given
    } else into[name] = joined(old, given, isConcrete)
  }
}

function joined(old: unknown, given: unknown, isConcrete: (typeName: string) => boolean): unknown {
  if (given === null || given === undefined) return old ?? given
  if (old === null || old === undefined || isErrorAt(old)) return given
  if (Array.isArray(old) && Array.isArray(given)) {
    for (const [index, item] of (given as unknown[]).entries()) {
      if (index < old.length) old[index] = joined(old[index], item, isConcrete)
    }
    return old
  }
  if (isTree(old) && isTree(given)) merge(old, given, isConcrete)
  else if (!isTree(old) && !Array.isArray(old)) return given
  return old
}

/** A copy of what came as JSON. */
export function copied<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copied) as T
  if (!isTree(value)) return value
  const copy: Tree = {}
  for (const name of Object.keys(value)) if (name !== '__proto__') copy[name] = copied(value[name])
  return copy as T
}
