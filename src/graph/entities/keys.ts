// The keys by which other subgraphs name rows.
import {
  getNamedType,
  getNullableType,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isLeafType,
  isNonNullType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql'
import type { EntityKey, TypeMapping, TypeMappings } from '../schema/type-mapping.ts'

/** One value that a key is made of: where it is in a representation, and what reads it. */
interface Leaf {
  readonly path: readonly string[]
  readonly type: GraphQLLeafType
  readonly nullable: boolean
  /** What precedes the key in a global id; empty for every other value. */
  readonly prefix: string
}

export interface ReadKey extends EntityKey {
  readonly leaves: readonly Leaf[]
}

/** A type whose rows other subgraphs name. */
export interface Entity {
  readonly mapping: TypeMapping & { readonly table: string }
  readonly type: GraphQLObjectType
  readonly keys: readonly ReadKey[]
}

export type Representation = Readonly<Record<string, unknown>>

/** The keys of a mapping in the order in which they are tried: its own, then the global id. */
export function keysOf(mapping: TypeMapping): readonly EntityKey[] {
  const { id } = mapping
  const own = mapping.keys ?? []
  if (id === undefined) return own
  return [...own, { fields: 'id', find: (row, values, scope) => id.find(row, values[0] ?? 'null', scope) }]
}

/**
 * The entities among the mappings, by type. Throws where a key names a field that the schema does not have or that is no
 * single value: that stops the start.
 */
export function readEntities(schema: GraphQLSchema, mappings: TypeMappings): ReadonlyMap<string, Entity> {
  const entities = new Map<string, Entity>()
  for (const mapping of mappings.values()) {
    const { type: name, table } = mapping
    const type = schema.getType(name)
    if (table === undefined || !isObjectType(type)) continue
    const keys = keysOf(mapping).map((key) => {
      const isId = key.fields === 'id' && mapping.keys?.includes(key) !== true
      return { ...key, leaves: leavesOf(type, selectionOf(key.fields), [], isId ? `${name}:` : '') }
    })
    if (keys.length > 0) entities.set(name, { mapping: { ...mapping, table }, type, keys })
  }
  return entities
}

/** The selection that a key's `fields` is. */
export function selectionOf(fields: string): SelectionSetNode {
  const [definition] = parse(`{ ${fields} }`, { noLocation: true }).definitions
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`${fields} is no key`)
  return definition.selectionSet
}

function leavesOf(
  type: GraphQLObjectType,
  set: SelectionSetNode,
  before: readonly string[],
  prefix: string,
): readonly Leaf[] {
  return set.selections.flatMap((node) => {
    const field = node.kind === Kind.FIELD ? type.getFields()[node.name.value] : undefined
    if (node.kind !== Kind.FIELD || field === undefined) throw new Error(`a key of ${type.name} names no field of it`)
    const path = [...before, node.name.value]
    const led = getNullableType(field.type)
    if (isLeafType(led)) return [{ path, type: led, nullable: !isNonNullType(field.type), prefix }]
    const object = getNamedType(field.type)
    if (node.selectionSet === undefined || led !== object || !isObjectType(object)) {
      throw new Error(`a key of ${type.name} has no single value at ${path.join('.')}`)
    }
    return leavesOf(object, node.selectionSet, path, prefix)
  })
}

/** The key's values in a representation as texts; null when one is absent or cannot be a value of its type. */
export function valuesOf(key: ReadKey, representation: Representation): readonly (string | null)[] | null {
  const values: (string | null)[] = []
  for (const leaf of key.leaves) {
    const value = valueOf(leaf, representation)
    if (value === undefined || (value === null && !leaf.nullable)) return null
    values.push(value)
  }
  // A key of nothing but nulls names no row.
  return values.every((value) => value === null) ? null : values
}

function valueOf({ path, type, prefix }: Leaf, representation: Representation): string | null | undefined {
  let found: unknown = representation
  for (const name of path) found = memberOf(found, name)
  if (found === undefined || found === null) return found
  try {
    const text = String(type.parseValue(found))
    if (prefix !== '' && (!text.startsWith(prefix) || text === prefix)) return undefined
    return text.slice(prefix.length)
  } catch {
    return undefined
  }
}

/** A member that the value itself has: nothing that every object has by birth. */
export function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name)) {
    return undefined
  }
  return (value as Representation)[name]
}
