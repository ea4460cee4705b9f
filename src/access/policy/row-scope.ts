import { everyPath, noPath, type PathRange, type RowScope } from '../../db/row-scope.ts'
import type { Caller } from '../caller.ts'

/** The rows that a caller may see: its agency's subtree, in each domain for which it holds a scope. */
export function rowScopeOf({ scopes, agencyRange }: Caller): RowScope {
  const has = (scope: string): boolean => (scopes as ReadonlySet<string>).has(scope)
  const range = (...opening: readonly string[]): PathRange => {
    if (agencyRange === null || !opening.some(has)) return noPath
    const { from, to } = agencyRange
    return from === null || to === null ? everyPath : { from, to }
  }
  return {
    dossier: range('dossier:read'),
    document: range('document:read'),
    report: range('report:read'),
    camera: range('camera:read'),
    operation: range('operation:read', 'operation:write'),
    log: has('audit:read'),
  }
}
