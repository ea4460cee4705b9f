// How the types of a schema come from tables: what a domain declares of each.
import type { GraphQLFieldResolver, GraphQLObjectType } from 'graphql'
import type { HubError } from '../../access/error.ts'
import type { GraphContext } from '../execute/context.ts'
import type { Selection, Values } from '../operation/selection.ts'
import type { Cursors } from '../sql/cursor.ts'
import type { JoinSql, RowSql, Scope } from '../sql/scope.ts'
import type { Sql } from '../sql/statement.ts'

export type { JoinSql, RowSql, Scope } from '../sql/scope.ts'

/** A condition of one member of a filter input. */
export interface Filter {
  (row: string, value: never, scope: Scope): Sql
  /** The members of the input that it knows, where its value is an input object. */
  readonly members?: readonly string[]
}

type Arguments = Readonly<Record<string, unknown>>

/** How one field of a type comes from its row. A field that its mapping does not name is an error at the start. */
export type Field =
  /** A scalar of the row. */
  | { readonly kind: 'value'; readonly sql: RowSql }
  /** The one row of another type that `on` joins; null when there is none that the caller sees. */
  | {
      readonly kind: 'one'
      readonly type: string
      readonly on: (row: string, other: string, scope: Scope, args: Arguments) => Sql
      /** Which one, where several can fit. */
      readonly orderBy?: (other: string) => Sql
    }
  /** All rows of another type, in order, without paging: only where their number is small by nature. */
  | { readonly kind: 'list'; readonly type: string; readonly on: JoinSql; readonly orderBy: (other: string) => Sql }
  | {
      readonly kind: 'connection'
      readonly type: string
      readonly on: JoinSql
      /** The condition of each argument other than those of paging, `filter` and `orderBy`. */
      readonly args?: Readonly<Record<string, Filter>>
    }
  /** JSON of the row whose members are named as the fields of its type. */
  | { readonly kind: 'json'; readonly sql: RowSql }
  /** An object whose fields come from the same row. */
  | {
      readonly kind: 'group'
      readonly type: string
      readonly present?: RowSql
      /** Fields that this row has otherwise than the type's mapping says. */
      readonly fields?: Readonly<Record<string, Field>>
    }
  /** Made in JavaScript from values of the row that the answer itself does not show. */
  | {
      readonly kind: 'computed'
      readonly from: Readonly<Record<string, RowSql>>
      readonly resolve: GraphQLFieldResolver<Record<string, unknown>, GraphContext>
    }
  /** SQL of its own, for roots that are neither one row nor a connection. */
  | {
      readonly kind: 'custom'
      readonly compile: (compilation: Compilation, row: string, args: Arguments, nodes: Compilation['selection']) => Sql
      readonly resolve?: (value: unknown, args: Arguments) => unknown
      /** The type whose filters its argument `filter` takes. */
      readonly filters?: string
      /** The values that it knows of each argument of an enum. */
      readonly values?: Readonly<Record<string, readonly string[]>>
    }
  /**
   * Owned by another subgraph: what the representation of an entity says of it, where its gateway was asked to send it
   * (`@requires`); else `sql` of the row; else null.
   */
  | { readonly kind: 'external'; readonly sql?: RowSql }
  /** Not from the database at all: an ordinary resolver. */
  | { readonly kind: 'resolver'; readonly resolve: GraphQLFieldResolver<Record<string, unknown>, GraphContext> }

export interface Order {
  /** Never null (coalesce), so that paging by it is exact. */
  readonly by: RowSql
  readonly type: 'text' | 'timestamptz' | 'date' | 'bigint'
  readonly descending: boolean
}

/** A way in which other subgraphs name a row of a type, besides its global id. */
export interface EntityKey {
  /** As `@key(fields: …)` writes it: `code`, `source { id } code`. */
  readonly fields: string
  /** The condition for the values of its leaves, in the order of `fields`: texts, null where the schema allows a null. */
  readonly find: (row: string, values: readonly Sql[], scope: Scope) => Sql
  /** Which row, where the key fits several. */
  readonly orderBy?: (row: string) => Sql
}

/** Personal words of a row: kept as keyed hashes, and found only by callers who may read them unmasked. */
export interface PersonalWords {
  /** The type whose rows they lead to, for the access log. */
  readonly type: string
  /** What a caller must have, together with a purpose. */
  readonly scope: string
  /** The row's hashes: `bigint[]`. */
  readonly hashes: RowSql
  /** The hashes each of which finds a folded word. */
  readonly tokensOf: (word: string) => readonly string[]
}

export interface TypeMapping {
  readonly type: string
  /** Absent for the root and for objects inside a row. */
  readonly table?: string
  /** Which rows the caller sees; absent: all. */
  readonly rows?: RowSql
  readonly fields: Readonly<Record<string, Field>>
  /** Text that makes the row's global id. */
  readonly id?: { readonly sql: RowSql; readonly find: (row: string, key: string, scope: Scope) => Sql }
  /** Keys of the type as an entity of a supergraph, before the global id, which is one by itself. */
  readonly keys?: readonly EntityKey[]
  readonly orders?: Readonly<Record<string, Order>>
  readonly defaultOrder?: Order
  readonly filters?: Readonly<Record<string, Filter>>
  /** Folded text that `search` looks through, and the type's name there. */
  readonly search?: { readonly as: string; readonly sql: RowSql; readonly personal?: PersonalWords }
}

/** Whether the caller may have a field of a type at all. */
export type Allowed = (type: string, field: string) => boolean

/** One operation on its way to one statement. */
export interface Compilation {
  /** The operation's variables, coerced. */
  readonly values: Values
  readonly scope: Scope
  readonly mappings: TypeMappings
  readonly cursors: Cursors
  readonly allowed: Allowed
  readonly selection: readonly Selection[]
  readonly errors: HubError[]
  objectType(name: string): GraphQLObjectType
  /** JSON of one row of a type, with what the selections ask for. */
  objectSql(type: string, row: string, selections: readonly Selection[]): Sql
  /** The conditions under which the caller sees a row of a type. */
  visible(type: string, row: string): Sql[]
}

export type TypeMappings = ReadonlyMap<string, TypeMapping>

/**
 * TypeMappings by type; the parts that several domains declare of one type (a root, the agency that their rows are of) are put
 * together. Throws where two declare the same field.
 */
export function gatherMappings(declared: readonly TypeMapping[]): TypeMappings {
  const mappings = new Map<string, TypeMapping>()
  for (const mapping of declared) {
    const known = mappings.get(mapping.type)
    const twice =
      known === undefined ? [] : Object.keys(mapping.fields).filter((name) => Object.hasOwn(known.fields, name))
    if (twice.length > 0) throw new Error(`${mapping.type}.${twice[0]} is mapped twice`)
    mappings.set(
      mapping.type,
      known === undefined ? mapping : { ...known, ...mapping, fields: { ...known.fields, ...mapping.fields } },
    )
  }
  return mappings
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
export const group = (
  type: string,
  more: { readonly present?: RowSql; readonly fields?: Readonly<Record<string, Field>> } = {},
): Field => ({ kind: 'group', type, ...more })

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

/** Joins an agency with rows that bear a path: what is an agency's is also what is of the agencies beneath it, as with the filters by agency. */
export const ofSubtree = (agency: string, other: string): Sql =>
  `${other}.agency_path >= ${agency}.path and ${other}.agency_path < ${agency}.path_end`

/** Provenance of a row of an entity that came from one record whose source gives no time of change. */
export const provenance: TypeMapping = {
  type: 'Provenance',
  fields: {
    source: column('source_id'),
    externalId: column('key'),
    firstSeenAt: column('first_seen_at'),
    lastChangedAt: column('changed_at'),
    sourceUpdatedAt: value(() => 'null::timestamptz'),
    run: value((row) => `'Run:' || ${row}.run_id`),
  },
}

/** The global id `source:key` of rows that are keyed by their source, its stream and the record's key. */
export const keyedBySource: NonNullable<TypeMapping['id']> = {
  sql: (row) => `${row}.source_id || ':' || ${row}.key`,
  find: (row, wanted) => `${ofSource(row, wanted)} and ${row}.key = ${keyPart(wanted)}
    and ${row}.stream_id in (select s.id from stream_name s where s.source_id = split_part(${wanted}, ':', 1))`,
}

/** For ids that begin with a source: what narrows the search to it, and what follows it. No source's id has a colon. */
export const ofSource = (row: string, wanted: Sql): Sql => `${row}.source_id = split_part(${wanted}, ':', 1)`
export const keyPart = (wanted: Sql): Sql => `substr(${wanted}, strpos(${wanted}, ':') + 1)`

/** The global id of rows that are known by their number alone. */
export const numbered: NonNullable<TypeMapping['id']> = {
  sql: (row) => `${row}.id`,
  find: (row, wanted) => `${row}.id = (case when ${wanted} ~ '^[1-9][0-9]{0,17}$' then ${wanted}::bigint end)`,
}
