// The structure of a stream's records: how it is learnt, compared, joined and written.
import type { Json } from '../../contract/connector.ts'

// The structure of a stream's records: names of members and JSON types, never a value. A member of an object is optional once a
// record lacked it or had null there; a list has one structure for all its items, and so has a map, whose names are data.

export type JsonType = 'text' | 'number' | 'boolean' | 'object' | 'list'

export interface Structure {
  /** The types that were seen, as bits in the order of `jsonTypes`. 0: only null. */
  types: number
  /** How many objects were seen here, counted up to `enough`. */
  seen: number
  optional: boolean
  /** A map: all its members have the structure `items`. */
  open: boolean
  members: Map<string, Structure>
  items: Structure | null
  /** How many members every object had; 0 until `enough` objects were seen. */
  required: number
}

const jsonTypes: readonly JsonType[] = ['text', 'number', 'boolean', 'object', 'list']
/** A member that this many objects all have is expected of every object. */
export const enough = 10
/** An object with more members is a map. */
export const maxMembers = 64
/** Paths of one stream; further ones are ignored. */
export const maxPaths = 1000
/** Items of one list that are read. */
export const maxItems = 200

export const newStructure = (optional = false): Structure => ({
  types: 0,
  seen: 0,
  optional,
  open: false,
  members: new Map(),
  items: null,
  required: 0,
})

export function typeOf(value: Json): JsonType | null {
  if (value === null) return null
  if (typeof value === 'string') return 'text'
  if (typeof value === 'number') return 'number'
  if (typeof value === 'boolean') return 'boolean'
  return Array.isArray(value) ? 'list' : 'object'
}

export const bitOf = (type: JsonType): number => 1 << jsonTypes.indexOf(type)
export const typesOf = (structure: Structure): string =>
  jsonTypes.filter((type) => (structure.types & bitOf(type)) !== 0).join('|')

/** The path of a member: `applicant.data.fullname`. */
export const under = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)

/** Turns an object into a map: the union of its members' structures becomes the structure of each. */
export function openUp(known: Structure): void {
  known.items ??= newStructure()
  for (const member of known.members.values()) known.items = union(known.items, member)
  known.members = new Map()
  known.open = true
  known.required = 0
}

export function settle(known: Structure): void {
  known.required = known.seen < enough ? 0 : [...known.members.values()].filter((member) => !member.optional).length
}

/** The structure that knows what either of the two knows. */
export function union(one: Structure, other: Structure): Structure {
  const both: Structure = {
    types: one.types | other.types,
    seen: Math.max(one.seen, other.seen),
    optional: one.optional || other.optional,
    open: false,
    members: new Map(one.members),
    items: one.items === null ? other.items : other.items === null ? one.items : union(one.items, other.items),
    required: 0,
  }
  for (const [name, member] of other.members) {
    const known = both.members.get(name)
    if (known !== undefined) both.members.set(name, union(known, member))
    else both.members.set(name, one.seen > 0 ? { ...member, optional: true } : member)
  }
  if (other.seen > 0) {
    for (const [name, member] of one.members) {
      if (!other.members.has(name)) both.members.set(name, { ...member, optional: true })
    }
  }
  if (one.open || other.open) openUp(both)
  settle(both)
  return both
}

interface Packed {
  readonly t: number
  readonly n?: number
  readonly o?: 1
  readonly x?: 1
  readonly m?: readonly (readonly [string, Packed])[]
  readonly i?: Packed
}

export const packed = (structure: Structure): Packed => ({
  t: structure.types,
  ...(structure.seen > 0 && { n: structure.seen }),
  ...(structure.optional && { o: 1 as const }),
  ...(structure.open && { x: 1 as const }),
  ...(structure.members.size > 0 && {
    m: [...structure.members].map(([name, member]) => [name, packed(member)] as const),
  }),
  ...(structure.items !== null && { i: packed(structure.items) }),
})

export function unpacked(text: unknown): Structure {
  const found = text as Packed
  const structure: Structure = {
    types: found.t,
    seen: found.n ?? 0,
    optional: found.o === 1,
    open: found.x === 1,
    members: new Map((found.m ?? []).map(([name, member]) => [name, unpacked(member)])),
    items: found.i === undefined ? null : unpacked(found.i),
    required: 0,
  }
  settle(structure)
  return structure
}
