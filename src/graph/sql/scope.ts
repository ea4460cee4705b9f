// What the SQL of one field or condition may use besides its row.
import type { Caller } from '../../access/caller.ts'
import type { Sql, Statement } from './statement.ts'

/** Parameters, the caller, the clock of the request. */
export interface Scope {
  readonly statement: Statement
  readonly caller: Caller
  /** The moment of the request, as ISO text. */
  readonly now: string
  /** Range of paths of an agency by any form of its code; null for a code that no agency has. */
  pathRangeOf(code: string): { readonly from: Sql; readonly to: Sql }
  /** Whether the caller may look among personal values that this scope opens: it has the scope, and a purpose. */
  mayMatch(scope: string): boolean
  /** Notes a look-up by a personal value: the type that it leads to, where it is asked, and the keyed hashes for the value. */
  lookedUp?(type: string, field: string, tokens: readonly string[]): void
}

export type RowSql = (row: string, scope: Scope) => Sql
export type JoinSql = (row: string, other: string, scope: Scope) => Sql
