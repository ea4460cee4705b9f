// Pages of connections: their window, order and cursors as SQL, and the connection object of what came back.
import { getNamedType } from 'graphql'
import type { Caller } from '../../access/caller.ts'
import { hubError } from '../../access/error.ts'
import type { Cursors } from './cursor.ts'
import { collectFields, type Selected } from './select.ts'
import { usedOperators } from './operators.ts'
import type { Compilation, Filter, Order, Scope, TypeMapping } from '../schema/type-mapping.ts'
import type { Sql } from './statement.ts'

export interface Paging {
  readonly first?: number | null
  readonly after?: string | null
  readonly last?: number | null
  readonly before?: string | null
}

export interface Window {
  readonly size: number
  /** Counted from the end of what lies between the cursors. */
  readonly backwards: boolean
  readonly after: string | null
  readonly before: string | null
}

const maxPage = 100
const defaultPage = 20

/** How many rows, from which end, between which cursors. Throws BAD_USER_INPUT for sizes outside 1..100. */
export function windowOf(args: Paging): Window {
  const { first = null, after = null, last = null, before = null } = args
  const wrong = (message: string): never => {
    throw hubError('BAD_USER_INPUT', message)
  }
  for (const size of [first, last]) {
    if (size !== null && (size < 1 || size > maxPage)) {
      wrong(`first và last phải từ 1 đến ${maxPage}. · first and last are from 1 to ${maxPage}.`)
    }
  }
  if (first !== null && last !== null) wrong('Chỉ dùng first hoặc last. · Give first or last, not both.')
  const backwards = last !== null || (first === null && before !== null && after === null)
  return { size: first ?? last ?? defaultPage, backwards, after, before }
}

/** The order that puts a mapping's rows in one line: by the order asked for, then by the row's own number. */
export function orderOf(mapping: TypeMapping, name: unknown): Order {
  const order = typeof name === 'string' ? mapping.orders?.[name] : mapping.defaultOrder
  if (order === undefined) throw new Error(`${mapping.type} has no order ${typeof name === 'string' ? name : ''}`)
  return order
}

/** What a cursor is bound to: the position in the schema, what was filtered and ordered, and who asks. */
export function bindingOf(
  caller: Caller,
  parent: string,
  field: string,
  args: Readonly<Record<string, unknown>>,
): string {
  const { first: _first, last: _last, after: _after, before: _before, ...rest } = args
  return JSON.stringify([parent, field, rest, caller.subject, caller.issuer, caller.agency])
}

/** SQL of one page of a connection as JSON `{ rows: [{ n, k }], total }`; one row more than asked shows that there are more. */
export function connectionSql(
  compilation: Compilation,
  selected: Selected,
  mapping: TypeMapping,
  conditions: (row: string) => readonly Sql[],
  binding: string,
): Sql {
  const { scope } = compilation
  const { statement } = scope
  const window = windowOf(selected.args as Paging)
  const order = orderOf(mapping, selected.args['orderBy'])
  const row = statement.alias()
  const where = [...conditions(row), ...filterConditions(mapping, row, selected.args['filter'], scope)]
  const downwards = order.descending !== window.backwards
  const sorted = order.by(row, scope)
  const beyond: Sql[] = []
  for (const [cursor, follows] of [
    [window.after, true],
    [window.before, false],
  ] as const) {
    if (cursor === null) continue
    const [value, key] = compilation.cursors.open(cursor, binding)
    const beyondIt = order.descending === follows ? '<' : '>'
    const after = idOfKey(compilation, mapping, key, beyondIt === '>' ? '0' : maxId)
    beyond.push(`(${sorted}, ${row}.id) ${beyondIt} (${statement.value(value, order.type)}, ${after})`)
  }
  const { wants, nodes } = askedOf(compilation, selected)
  const direction = downwards ? 'desc' : 'asc'
  const needsRows = ['nodes', 'edges', 'pageInfo'].some((name) => wants.has(name))
  const page = needsRows
    ? `(select coalesce(json_agg(p), '[]') from (
        select ${compilation.objectSql(mapping.type, row, nodes)} as n, array[(${sorted})::text, ${keyOf(mapping, row, scope)}] as k
        from ${mapping.table} ${row} where ${[...where, ...beyond].join(' and ') || 'true'}
        order by ${sorted} ${direction}, ${row}.id ${direction} limit ${window.size + 1}) p)`
    : `'[]'::json`
  const total = wants.has('totalCount')
    ? `(select count(*) from ${mapping.table} ${row} where ${where.join(' and ') || 'true'})`
    : 'null'
  return `json_build_object('rows', ${page}, 'total', ${total})`
}

const maxId = '9223372036854775807'

/** What a cursor contains of its row: its key. The row's number would reveal how many others came before it. */
export function keyOf(mapping: TypeMapping, row: string, scope: Compilation['scope']): Sql {
  if (mapping.id === undefined) throw new Error(`${mapping.type} has no key for cursors`)
  return `(${mapping.id.sql(row, scope)})::text`
}

/** The number of the row that a cursor was made of; `gone` where it is there no more: then its equals in order are shown again. */
export function idOfKey(compilation: Compilation, mapping: TypeMapping, key: unknown, gone: Sql): Sql {
  const { scope } = compilation
  const row = scope.statement.alias()
  const found = mapping.id?.find(row, scope.statement.value(key, 'text'), scope) ?? 'false'
  return `coalesce((select ${row}.id from ${mapping.table} ${row} where ${found} order by ${row}.id limit 1), ${gone})`
}

/** What is selected of a connection, and under its `nodes` and `edges { node }`: both show the same rows. */
function askedOf({ objectType, values }: Compilation, { definition, children }: Selected) {
  const wants = collectFields(children, objectType(getNamedType(definition.type).name), values)
  const edges = wants.get('edges')
  const edge = edges === undefined ? undefined : objectType(getNamedType(edges.definition.type).name)
  const ofEdges = edge === undefined ? undefined : collectFields(edges!.children, edge, values).get('node')
  return { wants, nodes: [...(wants.get('nodes')?.children ?? []), ...(ofEdges?.children ?? [])] }
}

export const filterConditions = (mapping: TypeMapping, row: string, filter: unknown, scope: Scope): Sql[] =>
  typeof filter === 'object' && filter !== null
    ? conditionsOf(mapping.filters ?? {}, mapping.type, row, filter, scope)
    : []

/** The conditions of a connection's own arguments. */
export const argumentConditions = (
  known: Readonly<Record<string, Filter>> = {},
  row: string,
  args: Readonly<Record<string, unknown>>,
  scope: Scope,
): Sql[] => {
  const own = Object.entries(args).filter(([name]) => Object.hasOwn(known, name))
  return conditionsOf(known, 'the connection', row, Object.fromEntries(own), scope)
}

/** A member that no filter knows is an error and never no condition: all rows would come. */
function conditionsOf(
  known: Readonly<Record<string, Filter>>,
  type: string,
  row: string,
  filter: object,
  scope: Scope,
): Sql[] {
  return usedOperators(filter).map(([name, wanted]) => {
    const condition = Object.hasOwn(known, name) ? known[name] : undefined
    if (condition === undefined) throw new Error(`${type} has no filter ${name}`)
    if (condition.members !== undefined) {
      const { members } = condition
      const stranger = usedOperators(wanted as object).find(([member]) => !members.includes(member))
      if (stranger !== undefined) throw new Error(`the filter ${name} of ${type} does not know ${stranger[0]}`)
    }
    return condition(row, wanted as never, scope)
  })
}

export interface RawConnection {
  readonly rows: readonly { readonly n: unknown; readonly k: readonly unknown[] }[]
  readonly total: number | null
}

/** The connection object that graphql-js walks, from what `connectionSql` gave. */
export function connectionValue(raw: RawConnection, args: Paging, cursors: Cursors, binding: string): object {
  const window = windowOf(args)
  const more = raw.rows.length > window.size
  const kept = more ? raw.rows.slice(0, window.size) : [...raw.rows]
  if (window.backwards) kept.reverse()
  const edges = kept.map((row) => ({ cursor: cursors.seal(row.k, binding), node: row.n }))
  return {
    edges,
    nodes: kept.map((row) => row.n),
    totalCount: raw.total,
    pageInfo: {
      hasNextPage: window.backwards ? window.before !== null : more || window.before !== null,
      hasPreviousPage: window.backwards ? more || window.after !== null : window.after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  }
}
