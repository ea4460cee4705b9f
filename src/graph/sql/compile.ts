// Compiles the tree of an operation into one SQL statement.
import { type GraphQLSchema, isObjectType } from 'graphql'
import { HubError } from '../../access/error.ts'
import type { Selection, Values } from '../operation/selection.ts'
import type { Allowed, Compilation, Field, TypeMapping, TypeMappings } from '../schema/type-mapping.ts'
import { argumentConditions, bindingOf, connectionSql } from './connection.ts'
import type { Cursors } from './cursor.ts'
import type { RowSql, Scope } from './scope.ts'
import { collectFields, type Selected } from './select.ts'
import { newStatement, type Sql, type Statement, withoutUnused } from './statement.ts'

export type { Compilation } from '../schema/type-mapping.ts'

export interface Compiled {
  /** null when the operation asks for nothing that is in the database. */
  readonly sql: string | null
  readonly params: readonly unknown[]
}

export interface CompileOptions {
  readonly schema: GraphQLSchema
  readonly mappings: TypeMappings
  readonly cursors: Cursors
  readonly allowed: Allowed
  /** What the caller may have of the operation: nothing else is fetched. */
  readonly selections: readonly Selection[]
  readonly values: Values
  readonly scope: Omit<Scope, 'statement' | 'pathRangeOf'>
  /** Takes the errors of single fields; the field's value is then `{ __error: index }`. */
  readonly errors: HubError[]
}

/** Rows of one type instead of the operation's root: what a mutation shows of what it did. */
export interface Rows {
  readonly type: string
  readonly on: RowSql
  readonly selections: readonly Selection[]
  readonly orderBy: (row: string) => Sql
}

/**
 * A query as one SQL statement whose single row and column is JSON, named by `valueName`. Throws only for a fault of a mapping.
 */
export function compile(options: CompileOptions, rows?: Rows): Compiled {
  const statement = newStatement()
  const { errors } = options
  const scope = scopeOf(options.scope, statement)
  const compilation: Compilation = {
    values: options.values,
    scope,
    mappings: options.mappings,
    cursors: options.cursors,
    allowed: options.allowed,
    selection: [],
    errors,
    objectType: (name) => {
      const type = options.schema.getType(name)
      if (!isObjectType(type)) throw new Error(`${name} is no object type of the schema`)
      return type
    },
    objectSql: (type, row, selections) => objectSql(compilation, type, row, selections),
    visible: (type, row) => {
      const rows = options.mappings.get(type)?.rows
      return rows === undefined ? [] : [rows(row, scope)]
    },
  }
  const columns =
    rows === undefined
      ? columnsOf(compilation, 'Query', '', options.selections)
      : [`${rowsSql(compilation, rows)} as "rows"`]
  if (columns.length === 0) return { sql: null, params: [] }
  return withoutUnused(`select row_to_json(o)::text as answer from (select ${columns.join(', ')}) o`, statement.params)
}

/** What the conditions of a statement that is being written may use. */
export const scopeOf = (given: CompileOptions['scope'], statement: Statement): Scope => ({
  ...given,
  statement,
  pathRangeOf: (code) => {
    const wanted = statement.value(code, 'text')
    const end = (name: string): Sql =>
      `(select a.${name} from agency_code c join agency a on a.id = c.agency_id where c.code = ${wanted})`
    return { from: end('path'), to: end('path_end') }
  },
})

function rowsSql(compilation: Compilation, rows: Rows): Sql {
  const { table } = tableOf(compilation, rows.type)
  const row = compilation.scope.statement.alias()
  const where = [rows.on(row, compilation.scope), ...compilation.visible(rows.type, row)].join(' and ')
  const object = objectSql(compilation, rows.type, row, rows.selections)
  return `(select coalesce(json_agg(${object} order by ${rows.orderBy(row)}), '[]') from ${table} ${row} where ${where})`
}

function objectSql(
  compilation: Compilation,
  type: string,
  row: string,
  selections: readonly Selection[],
  instead?: TypeMapping['fields'],
): Sql {
  const columns = columnsOf(compilation, type, row, selections, instead)
  const named = `'${type}' as "__typename"`
  return `(select row_to_json(o) from (select ${[named, ...columns].join(', ')}) o)`
}

function columnsOf(
  compilation: Compilation,
  typeName: string,
  row: string,
  selections: readonly Selection[],
  instead: TypeMapping['fields'] = {},
): Sql[] {
  const mapping = compilation.mappings.get(typeName)
  if (mapping === undefined) throw new Error(`no mapping says where ${typeName} comes from`)
  const fields = collectFields(selections, compilation.objectType(typeName), compilation.values)
  const columns = new Map<string, Sql>()
  for (const [name, selected] of fields) {
    const field = instead[selected.name] ?? mapping.fields[selected.name]
    if (field === undefined)
      throw new Error(`the mapping of ${typeName} does not say where ${selected.name} comes from`)
    if (field.kind === 'resolver' || (field.kind === 'external' && field.sql === undefined)) continue
    if (field.kind === 'computed') {
      for (const [hidden, sql] of Object.entries(field.from)) columns.set(`_${hidden}`, sql(row, compilation.scope))
      continue
    }
    columns.set(
      name,
      guarded(compilation, () => fieldSql(compilation, field, mapping, row, selected)),
    )
  }
  return [...columns].map(([name, sql]) => `${sql} as "${name}"`)
}

/** A mistake in one field's arguments is that field's error, not the operation's. */
function guarded(compilation: Compilation, make: () => Sql): Sql {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof HubError)) throw error
    compilation.errors.push(error)
    return `'{"__error":${compilation.errors.length - 1}}'::json`
  }
}

function fieldSql(
  compilation: Compilation,
  field: Exclude<Field, { kind: 'computed' | 'resolver' }>,
  parent: TypeMapping,
  row: string,
  selected: Selected,
): Sql {
  const { scope } = compilation
  switch (field.kind) {
    case 'value':
    case 'json':
      return field.sql(row, scope)
    case 'external':
      return field.sql?.(row, scope) ?? 'null'
    case 'group': {
      const object = objectSql(compilation, field.type, row, selected.children, field.fields)
      return field.present === undefined ? object : `case when ${field.present(row, scope)} then ${object} end`
    }
    case 'custom':
      return field.compile({ ...compilation, selection: selected.children }, row, selected.args, selected.children)
    case 'one':
    case 'list': {
      const { table } = tableOf(compilation, field.type)
      const other = scope.statement.alias()
      const on = field.kind === 'one' ? field.on(row, other, scope, selected.args) : field.on(row, other, scope)
      const where = [on, ...compilation.visible(field.type, other)].join(' and ')
      const object = objectSql(compilation, field.type, other, selected.children)
      if (field.kind === 'one') {
        const order = field.orderBy === undefined ? '' : `order by ${field.orderBy(other)}`
        return `(select ${object} from ${table} ${other} where ${where} ${order} limit 1)`
      }
      return `(select coalesce(json_agg(${object} order by ${field.orderBy(other)}), '[]') from ${table} ${other} where ${where})`
    }
    case 'connection': {
      const mapping = tableOf(compilation, field.type)
      return connectionSql(
        compilation,
        selected,
        mapping,
        (other) => [
          field.on(row, other, scope),
          ...argumentConditions(field.args, other, selected.args, scope),
          ...compilation.visible(field.type, other),
        ],
        bindingOf(scope.caller, parent.type, selected.name, selected.args),
      )
    }
  }
}

function tableOf(compilation: Compilation, type: string): TypeMapping & { table: string } {
  const mapping = compilation.mappings.get(type)
  if (mapping?.table === undefined) throw new Error(`${type} has no table`)
  return mapping as TypeMapping & { table: string }
}
