import type { GraphQLFieldResolver } from 'graphql'
import type { Caller } from '../access/caller.ts'
import type { Compilation } from './compile.ts'
import type { GraphContext } from './context.ts'
import type { Sql, Statement } from './statement.ts'

/** What a condition or expression may use besides its row: parameters, the caller, the clock of the request. */
export interface Scope {
  readonly statement: Statement
  readonly caller: Caller
  /** The moment of the request, as ISO text. */
  readonly now: string
  /** Range of paths of an agency by any shape of its code; null for a code that no agency has. */
  placeOf(code: string): { readonly from: Sql; readonly to: Sql }
  /** The keyed hashes by which personal texts are found; they do not reveal the text. */
  tokensOf(text: string): readonly string[]
}

export type RowSql = (row: string, scope: Scope) => Sql
export type JoinSql = (row: string, other: string, scope: Scope) => Sql
type Arguments = Readonly<Record<string, unknown>>

/** How one field of a type comes from its row. A field that its shape does not name is an error at the start. */
export type Field =
  /** A scalar of the row. */
  | { readonly kind: 'value'; readonly sql: RowSql }
  /** The one row of another type that `on` joins; null when there is none that the caller sees. */
  | {
      readonly kind: 'one'
      readonly type: string
      readonly on: (row: string, other: string, scope: Scope, args: Arguments) => Sql
    }
  /** All rows of another type, in order, without paging: only where their number is small by nature. */
  | { readonly kind: 'list'; readonly type: string; readonly on: JoinSql; readonly orderBy: (other: string) => Sql }
  | {
      readonly kind: 'connection'
      readonly type: string
      readonly on: JoinSql
      /** Conditions of arguments other than `filter`. */
      readonly args?: (row: string, args: Arguments, scope: Scope) => readonly Sql[]
    }
  /** JSON of the row whose members are named as the fields of its type. */
  | { readonly kind: 'json'; readonly sql: RowSql }
  /** An object whose fields come from the same row. */
  | { readonly kind: 'group'; readonly type: string; readonly present?: RowSql }
  /** Made in JavaScript from values of the row that the answer itself does not show. */
  | {
      readonly kind: 'made'
      readonly from: Readonly<Record<string, RowSql>>
      readonly resolve: GraphQLFieldResolver<Record<string, unknown>, GraphContext>
    }
  /** SQL of its own, for roots that are neither one row nor a connection. */
  | {
      readonly kind: 'custom'
      readonly compile: (compilation: Compilation, row: string, args: Arguments, nodes: Compilation['selection']) => Sql
      readonly resolve?: (value: unknown, args: Arguments) => unknown
    }
  /** Not from the database at all: an ordinary resolver. */
  | { readonly kind: 'resolver'; readonly resolve: GraphQLFieldResolver<Record<string, unknown>, GraphContext> }

export interface Order {
  /** Never null (coalesce), so that paging by it is exact. */
  readonly by: RowSql
  readonly type: 'text' | 'timestamptz' | 'date' | 'bigint'
  readonly descending: boolean
}

export interface Shape {
  readonly type: string
  /** Absent for the root and for objects inside a row. */
  readonly table?: string
  /** Which rows the caller sees; absent: all. */
  readonly rows?: RowSql
  readonly fields: Readonly<Record<string, Field>>
  /** Text that makes the row's global id. */
  readonly id?: { readonly sql: RowSql; readonly find: (row: string, key: string, scope: Scope) => Sql }
  readonly orders?: Readonly<Record<string, Order>>
  readonly defaultOrder?: Order
  readonly filters?: Readonly<Record<string, (row: string, value: never, scope: Scope) => Sql>>
  /** Folded text that `search` looks through, and the type's name there. */
  readonly search?: { readonly as: string; readonly sql: RowSql; readonly personal?: RowSql }
}

export type Shapes = ReadonlyMap<string, Shape>

/** Shapes by type; the parts that several domains declare of one type (the root) are put together. */
export function gatherShapes(declared: readonly Shape[]): Shapes {
  const shapes = new Map<string, Shape>()
  for (const shape of declared) {
    const known = shapes.get(shape.type)
    shapes.set(shape.type, known === undefined ? shape : { ...known, fields: { ...known.fields, ...shape.fields } })
  }
  return shapes
}

export const value = (sql: RowSql): Field => ({ kind: 'value', sql })
export const column = (name: string): Field => ({ kind: 'value', sql: (row) => `${row}.${name}` })
export const json = (name: string): Field => ({ kind: 'json', sql: (row) => `${row}.${name}` })
export const one = (type: string, on: JoinSql): Field => ({ kind: 'one', type, on })
export const list = (type: string, on: JoinSql, orderBy: (other: string) => Sql): Field => ({
  kind: 'list',
  type,
  on,
  orderBy,
})
export const connection = (type: string, on: JoinSql = () => 'true'): Field => ({ kind: 'connection', type, on })
export const group = (type: string, present?: RowSql): Field =>
  present === undefined ? { kind: 'group', type } : { kind: 'group', type, present }

/** Global id `Type:key` of a row, the same for ever: it rests on nothing but the type, the source and the key. */
export const globalId = (type: string, key: RowSql): Field => ({
  kind: 'value',
  sql: (row, scope) => `'${type}:' || ${key(row, scope)}`,
})

/** The condition that keeps a row to the caller's subtree by the path that the row itself bears. */
export const withinAgency =
  (scopeName: string, path = 'agency_path'): RowSql =>
  (row, { caller, statement }) => {
    if (!(caller.scopes as ReadonlySet<string>).has(scopeName) || caller.agencyRange === null) return 'false'
    const { from, to } = caller.agencyRange
    if (from === null || to === null) return 'true'
    return `(${row}.${path} >= ${statement.value(from, 'text')} and ${row}.${path} < ${statement.value(to, 'text')})`
  }

/** Provenance of a row of an entity that came from one record. */
export const provenance: Shape = {
  type: 'Provenance',
  fields: {
    source: column('source_id'),
    // A document is folded of several records; its row names the one that bore it.
    externalId: value((row) => `coalesce(to_jsonb(${row})->>'external_id', ${row}.key)`),
    firstSeenAt: column('first_seen_at'),
    lastChangedAt: column('changed_at'),
    sourceUpdatedAt: value((row) => `to_jsonb(${row})->>'source_updated_at'`),
    run: value((row) => `'Run:' || ${row}.run_id`),
  },
}
