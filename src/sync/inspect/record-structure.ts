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
const maxMembers = 64
/** Paths of one stream; further ones are ignored. */
export const maxPaths = 1000
/** Items of one list that are read. */
const maxItems = 200

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

const bitOf = (type: JsonType): number => 1 << jsonTypes.indexOf(type)
export const typesOf = (structure: Structure): string =>
  jsonTypes.filter((type) => (structure.types & bitOf(type)) !== 0).join('|')

export interface Finding {
  readonly kind: 'NEW' | 'MISSING' | 'RENAMED' | 'TYPE'
  /** `applicant.data.fullname`, `fees[].amount`. */
  readonly path: string
  /** A type, `absent`, `null`, or the new name. */
  readonly found: string
  readonly expected: string | null
}

/** How a record differs from the structure; `unsettled` when the structure could learn something from it that is no difference. */
export interface Comparison {
  readonly findings: readonly Finding[]
  readonly unsettled: boolean
}

interface Comparing {
  readonly findings: Map<string, Finding>
  unsettled: boolean
}

export function compare(known: Structure, record: Json): Comparison {
  const state: Comparing = { findings: new Map(), unsettled: false }
  compareAt(known, record, '', state)
  return { findings: [...state.findings.values()], unsettled: state.unsettled }
}

const under = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)

function add(state: Comparing, finding: Finding): void {
  state.findings.set(`${finding.kind} ${finding.path} ${finding.found}`, finding)
}

function compareAt(known: Structure, value: Json, path: string, state: Comparing): void {
  const type = typeOf(value)
  if (type === null) return
  if ((known.types & bitOf(type)) === 0) {
    if (known.types === 0) state.unsettled = true
    else add(state, { kind: 'TYPE', path, found: type, expected: typesOf(known) })
    return
  }
  if (type === 'list') {
    for (const item of (value as readonly Json[]).slice(0, maxItems)) {
      if (known.items === null) state.unsettled = true
      else compareAt(known.items, item, `${path}[]`, state)
    }
  }
  if (type !== 'object') return
  const object = value as { readonly [member: string]: Json }
  if (known.open) {
    for (const name of Object.keys(object)) compareAt(known.items!, object[name]!, under(path, '*'), state)
    return
  }
  if (known.seen < enough) state.unsettled = true
  const added: string[] = []
  let filled = 0
  for (const name of Object.keys(object)) {
    const member = known.members.get(name)
    if (member === undefined) added.push(name)
    else if (object[name] !== null) {
      if (!member.optional) filled += 1
      compareAt(member, object[name]!, under(path, name), state)
    }
  }
  if (added.length > 0 || filled < known.required) members(known, object, path, added, state)
}

function members(
  known: Structure,
  object: { readonly [member: string]: Json },
  path: string,
  added: readonly string[],
  state: Comparing,
): void {
  const lacking =
    known.required === 0
      ? []
      : [...known.members].filter(([name, member]) => {
          return !member.optional && (!Object.hasOwn(object, name) || object[name] === null)
        })
  const gone = lacking.filter(([name]) => !Object.hasOwn(object, name))
  const [old] = gone
  const [young] = added
  // One member is gone and one is new, with a type that the old one had: it was renamed.
  if (gone.length === 1 && added.length === 1 && old !== undefined && young !== undefined) {
    const type = typeOf(object[young] as Json)
    if (type !== null && (old[1].types & bitOf(type)) !== 0) {
      add(state, { kind: 'RENAMED', path: under(path, old[0]), found: young, expected: old[0] })
      for (const [name, member] of lacking) if (name !== old[0]) add(state, missing(path, name, member, object))
      return
    }
  }
  for (const [name, member] of lacking) add(state, missing(path, name, member, object))
  for (const name of added) {
    add(state, { kind: 'NEW', path: under(path, name), found: typeOf(object[name] as Json) ?? 'null', expected: null })
  }
}

const missing = (path: string, name: string, member: Structure, object: object): Finding => ({
  kind: 'MISSING',
  path: under(path, name),
  found: Object.hasOwn(object, name) ? 'null' : 'absent',
  expected: typesOf(member),
})

/** What `learn` needs besides the record. */
export interface Learning {
  /** Paths of maps, as the connector declares them. */
  readonly maps: ReadonlySet<string>
  paths: number
  changed: boolean
}

export const learningOf = (root: Structure, maps: readonly string[] = []): Learning => ({
  maps: new Set(maps),
  paths: countPaths(root),
  changed: false,
})

/** Adds a record to the structure; `state.changed` is true when that changed it. */
export function learn(known: Structure, record: Json, state: Learning): void {
  learnAt(known, record, '', state)
}

function learnAt(known: Structure, value: Json, path: string, state: Learning): void {
  const type = typeOf(value)
  if (type === null) return
  if ((known.types & bitOf(type)) === 0) {
    known.types |= bitOf(type)
    state.changed = true
  }
  if (type === 'list') {
    for (const item of (value as readonly Json[]).slice(0, maxItems)) {
      known.items ??= newStructure()
      learnAt(known.items, item, `${path}[]`, state)
    }
  }
  if (type !== 'object') return
  const object = value as { readonly [member: string]: Json }
  if (state.maps.has(path) && !known.open) openUp(known)
  if (!known.open) learnMembers(known, object, path, state)
  else for (const name of Object.keys(object)) learnAt(known.items!, object[name]!, under(path, '*'), state)
}

function learnMembers(
  known: Structure,
  object: { readonly [member: string]: Json },
  path: string,
  state: Learning,
): void {
  for (const name of Object.keys(object)) {
    let member = known.members.get(name)
    if (member === undefined) {
      if (state.paths >= maxPaths) continue
      member = newStructure(known.seen > 0)
      known.members.set(name, member)
      state.paths += 1
      state.changed = true
    }
    if (object[name] !== null) learnAt(member, object[name]!, under(path, name), state)
  }
  for (const [name, member] of known.members) {
    if (member.optional || (Object.hasOwn(object, name) && object[name] !== null)) continue
    member.optional = true
    state.changed = true
  }
  if (known.seen < enough) {
    known.seen += 1
    state.changed = true
  }
  if (known.members.size > maxMembers) {
    openUp(known)
    state.changed = true
  }
  settle(known)
}

/** Turns an object into a map: the union of its members' structures becomes the structure of each. */
function openUp(known: Structure): void {
  known.items ??= newStructure()
  for (const member of known.members.values()) known.items = union(known.items, member)
  known.members = new Map()
  known.open = true
  known.required = 0
}

function settle(known: Structure): void {
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

const countPaths = (structure: Structure): number =>
  [...structure.members.values()].reduce((sum, member) => sum + 1 + countPaths(member), 0) +
  (structure.items === null ? 0 : countPaths(structure.items))

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
