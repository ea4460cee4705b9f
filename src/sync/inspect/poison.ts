// Refuses records that are built to harm the programs that read them.
import type { Rejection, SourceRecord } from '../../contract/connector.ts'

/** No real record is nested deeper. */
const maxDepth = 100

/** Why a record of any stream must be rejected: a member `__proto__`, or a depth that no record has. Null: it need not. */
export function poisonIn(record: SourceRecord): Rejection | null {
  return poisonAt(record, '', 1)
}

function poisonAt(value: unknown, at: string, depth: number): Rejection | null {
  if (typeof value !== 'object' || value === null) return null
  if (depth > maxDepth) return { reject: 'MALFORMED', at: '', expected: `at most ${maxDepth} levels` }
  const inList = Array.isArray(value)
  for (const name of Object.keys(value)) {
    const inside = (value as Record<string, unknown>)[name]
    if (name === '__proto__') return { reject: 'MALFORMED', at: at === '' ? name : `${at}.${name}` }
    if (typeof inside !== 'object' || inside === null) continue
    const bad = poisonAt(inside, inList ? `${at}[${name}]` : at === '' ? name : `${at}.${name}`, depth + 1)
    if (bad !== null) return bad
  }
  return null
}
