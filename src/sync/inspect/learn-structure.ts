// Adds a record to the known structure of its stream.
import type { Json } from '../../contract/connector.ts'
import {
  bitOf,
  enough,
  maxItems,
  maxMembers,
  maxPaths,
  newStructure,
  openUp,
  settle,
  type Structure,
  typeOf,
  under,
} from './record-structure.ts'

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

const countPaths = (structure: Structure): number =>
  [...structure.members.values()].reduce((sum, member) => sum + 1 + countPaths(member), 0) +
  (structure.items === null ? 0 : countPaths(structure.items))
