// The rows that a caller may see, as data: a range of agency paths for each domain, by the scopes that open it.
import { everyPath, noPath, type PathRange, type RowScope } from '../../db/row-scope.ts'
import type { Caller } from '../caller.ts'
import type { Scope } from './scopes.ts'

/** The scopes each of which opens a range's rows of the caller's subtree, by the range's name. */
export type RowRanges = Readonly<Record<string, readonly Scope[]>>

/** Of sources, with their streams, runs and quarantine. */
const ownRanges: RowRanges = { operation: ['operation:read', 'operation:write'] }

/** What says of a caller which rows it may see: its agency's subtree, in each domain for which it has a scope. */
export function openRowScopes(declared: RowRanges): (caller: Caller) => RowScope {
  const ranges = Object.entries({ ...declared, ...ownRanges })
  return ({ scopes, agencyRange }) => {
    const found: Record<string, PathRange> = {}
    for (const [name, opening] of ranges) {
      found[name] = agencyRange === null || !opening.some((scope) => scopes.has(scope)) ? noPath : rangeOf(agencyRange)
    }
    return { ranges: found, log: scopes.has('audit:read') }
  }
}

const rangeOf = ({ from, to }: NonNullable<Caller['agencyRange']>): PathRange =>
  from === null || to === null ? everyPath : { from, to }
