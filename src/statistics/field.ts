// The root field that answers statistics: over the rows that the caller sees, or of the published copy for everybody else.
import { hubError } from '../access/error.ts'
import type { Compilation } from '../graph/sql/compile.ts'
import { filterConditions } from '../graph/sql/connection.ts'
import type { Field, Scope } from '../graph/schema/type-mapping.ts'
import type { Sql } from '../graph/sql/statement.ts'
import { type AnyDeclaration, type Group, groupField, groupSql, openGroup } from './declaration.ts'
import { baseSql, measureSql } from './measure.ts'
import { openBreakdown, openConditions } from './open-arguments.ts'
import { releasedSql, type ReleasedRow, type SpanCell, withReleased } from './released.ts'
import { suppressCells } from './disclosure/suppress.ts'

/** A root field that knows what it counts. */
export type StatisticsField = Extract<Field, { readonly kind: 'custom' }> & { readonly statistics: AnyDeclaration }

export const statisticsField = (declaration: AnyDeclaration): StatisticsField => ({
  kind: 'custom',
  statistics: declaration,
  filters: declaration.counted,
  values: { groupBy: Object.keys(declaration.groups) },
  compile: (compilation, _row, args) => compileStatistics(declaration, compilation, args),
  resolve: (found) => shownRows(declaration, found as Found),
})

/** Who may not read the rows, or has no agency, gets the open statistics: of the nightly copy, with small cells suppressed. */
const isOpen = ({ scope: needed }: AnyDeclaration, { caller }: Scope): boolean =>
  !(caller.scopes as ReadonlySet<string>).has(needed) || caller.agencyRange === null

function compileStatistics(
  declaration: AnyDeclaration,
  compilation: Compilation,
  args: Readonly<Record<string, unknown>>,
): Sql {
  const { scope } = compilation
  const groups = [...new Set(args['groupBy'] as readonly string[])]
  const filter = (args['filter'] ?? {}) as Readonly<Record<string, unknown>>
  if (groups.length === 0) {
    throw hubError('BAD_USER_INPUT', 'groupBy cần ít nhất một nhóm. · groupBy needs at least one group.')
  }
  const breakdown = isOpen(declaration, scope) ? openBreakdown(declaration, groups, filter) : null
  const rows = breakdown === null ? visibleRows(declaration, compilation, filter) : openRows(declaration, scope, filter)
  const cell = scope.statement.alias()
  const table = cellsSql(declaration, rows, groups, breakdown !== null)
  const object = compilation.objectSql(declaration.cell, cell, compilation.selection)
  const order = groups.map((name) => orderSql(declaration.groups[name]!, `${cell}."${groupField(name)}"`))
  return `json_build_object(
    'released', ${breakdown === null ? 'null' : releasedSql(declaration, breakdown, scope)},
    'cells', (select coalesce(json_agg(
        json_build_object('row', ${object}, 'is', ${measuredJson(declaration, cell, breakdown !== null)})
        order by ${order.join(', ')}), '[]')
      from ${table} ${cell}))`
}

interface Rows {
  readonly from: Sql
  readonly row: string
}

/** The rows that the caller sees and the filter lets pass, with the declared columns. */
function visibleRows(declaration: AnyDeclaration, compilation: Compilation, filter: object): Rows {
  const { scope } = compilation
  const { counted, table, columns, where } = declaration
  const [inner, row] = [scope.statement.alias(), scope.statement.alias()]
  const conditions = [
    ...(where === undefined ? [] : [where(inner, scope)]),
    ...filterConditions(compilation.mappings.get(counted)!, inner, filter, scope),
    ...compilation.visible(counted, inner),
  ]
  const selected = Object.entries(columns).map(
    ([name, { sql }]) => `${sql?.(inner, scope) ?? `${inner}.${name}`} as ${name}`,
  )
  const condition = conditions.join(' and ') || 'true'
  return { from: `(select ${selected.join(', ')} from ${table} ${inner} where ${condition}) ${row}`, row }
}

/** The rows of the published copy, which everybody may count. */
function openRows(declaration: AnyDeclaration, scope: Scope, filter: Readonly<Record<string, unknown>>): Rows {
  const row = scope.statement.alias()
  const conditions = openConditions(declaration, row, filter, scope)
  return { from: `${declaration.published.table} ${row} where ${conditions.join(' and ') || 'true'}`, row }
}

/** One row a cell: a column for each group's field, null where it is not grouped by, the count and the measures. */
function cellsSql(declaration: AnyDeclaration, { from, row }: Rows, groups: readonly string[], open: boolean): Sql {
  const grouped = groups.map((name) => `${groupSql(declaration.groups[name]!, row)} as "${groupField(name)}"`)
  const absent = Object.entries(declaration.groups)
    .filter(([name]) => !groups.includes(name))
    .map(([name, group]) => `null::${isNumbered(group) ? 'bigint' : 'text'} as "${groupField(name)}"`)
  const measures = Object.entries(declaration.measures).flatMap(([field, measure]) => [
    `${measureSql(measure, row)} as "${field}"`,
    `${baseSql(measure, row)} as "${field} base"`,
  ])
  const span = open ? spanColumns(declaration, groups[0]!, row) : []
  const columns = [...grouped, ...absent, 'count(*)::integer as count', ...measures, ...span]
  return `(select ${columns.join(', ')} from ${from} group by ${groups.map((_, at) => at + 1).join(', ')})`
}

/** Of an open cell its months and its value, by which its released cells are found. */
function spanColumns(declaration: AnyDeclaration, name: string, row: string): Sql[] {
  const month = openGroup(declaration, 'month')?.group
  const group = declaration.groups[name]!
  return [
    month === undefined
      ? `array['-'] as "months of"`
      : `array_agg(distinct coalesce(${groupSql(month, row)}, '-')) as "months of"`,
    `${group.kind === 'month' ? `''` : `coalesce((${groupSql(group, row)})::text, '')`} as "value of"`,
  ]
}

const isNumbered = (group: Group): boolean => group.kind === 'agency' || group.kind === 'reference'

function orderSql(group: Group, value: Sql): Sql {
  if (group.kind === 'agency') return `(select a.code from agency a where a.id = ${value})`
  if (group.kind === 'reference') return `(select o.${group.orderBy} from ${group.table} o where o.id = ${value})`
  return value
}

/** JSON of a cell as `suppressCells` reads it. */
function measuredJson({ groups, measures }: AnyDeclaration, cell: string, open: boolean): Sql {
  const agency = Object.entries(groups).find(([, group]) => group.kind === 'agency')?.[0]
  const siblings =
    agency === undefined ? 'null' : `(select a.parent_id from agency a where a.id = ${cell}."${groupField(agency)}")`
  const values = Object.keys(measures).map(
    (field) => `'${field}', json_build_object('value', ${cell}."${field}", 'base', ${cell}."${field} base")`,
  )
  const span = open ? `, 'months', ${cell}."months of", 'value', ${cell}."value of"` : ''
  return `json_build_object('count', ${cell}.count, 'siblings', ${siblings},
    'measures', json_build_object(${values.join(', ')})${span})`
}

interface Found {
  /** null where the caller sees the rows themselves. */
  readonly released: readonly ReleasedRow[] | null
  readonly cells: readonly { readonly row: Readonly<Record<string, unknown>>; readonly is: SpanCell }[]
}

function shownRows({ measures }: AnyDeclaration, { released, cells }: Found): unknown[] {
  const counted = cells.map((one) => one.is)
  const shown = released === null ? null : suppressCells(withReleased(counted, released), measures)
  return cells.map(({ row, is }, at) => {
    if (shown !== null) {
      const { count, suppressed, measures: values } = shown[at]!
      return { ...row, ...values, count, suppressed }
    }
    const values = Object.entries(is.measures).map(([field, { value }]) => [field, value])
    return { ...row, ...Object.fromEntries(values), count: is.count, suppressed: false }
  })
}
