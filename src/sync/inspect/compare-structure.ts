// Compares a record with the known structure of its stream.
import type { Json } from '../../contract/connector.ts'
import { bitOf, enough, maxItems, type Structure, typeOf, typesOf, under } from './record-structure.ts'

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
