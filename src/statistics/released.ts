// The released cells of which an open breakdown is made, and what they say of each of its cells.
import type { Scope } from '../graph/schema/type-mapping.ts'
import type { Sql } from '../graph/sql/statement.ts'
import { additiveMeasures, type AnyDeclaration, openGroup } from './declaration.ts'
import type { OpenBreakdown } from './open-arguments.ts'
import type { BreakdownCell } from './disclosure/suppress.ts'

/** One released cell, by its group's value and its month; '' for all months together. */
export interface ReleasedRow {
  readonly value: string
  readonly month: string
  readonly count: number
  /** By the measure's field, whether it is released too. */
  readonly measures: Readonly<Record<string, boolean>>
}

/** JSON of the released cells of a breakdown: for all months together, or month by month. */
export function releasedSql(declaration: AnyDeclaration, breakdown: OpenBreakdown, { statement }: Scope): Sql {
  const { group, agency, from, to } = breakdown
  const node =
    agency === null ? '0' : `(select c.agency_id from agency_code c where c.code = ${statement.value(agency, 'text')})`
  const byMonth = declaration.groups[group]!.kind === 'month' || from !== null || to !== null
  const conditions = [
    `t.grouped = ${statement.value(group, 'text')}`,
    // Of agencies each is a cell by itself, whatever is asked about; those that are not named are counted with a subtree.
    group === openGroup(declaration, 'agency')?.name
      ? `(t.value <> '' and t.agency_id = 0 or t.value = '' and t.agency_id = ${node})`
      : `t.agency_id = ${node}`,
    byMonth ? `t.month <> ''` : `t.month = ''`,
    ...(from === null ? [] : [`t.month >= ${statement.value(from, 'text')}`]),
    ...(to === null ? [] : [`t.month < ${statement.value(to, 'text')}`]),
  ]
  const measures = additiveMeasures(declaration.measures).map(([field, { name }]) => `'${field}', t.${name}_released`)
  return `(select coalesce(json_agg(json_build_object('value', t.value, 'month', t.month, 'count', t.count,
      'measures', json_build_object(${measures.join(', ')}))), '[]')
    from ${declaration.published.releasedCells} t where ${conditions.join(' and ')})`
}

/** A cell of an open breakdown with the months that it is of. */
export type SpanCell = BreakdownCell & { readonly months: readonly string[]; readonly value: string }

/**
 * The cells with what may be released of them: a cell of several months only if each of its months is released and they add
 * up to it. `released` is as `releasedSql` gives it for the same breakdown.
 */
export function withReleased(cells: readonly SpanCell[], released: readonly ReleasedRow[]): BreakdownCell[] {
  const known = new Map(released.map((one) => [`${one.value}|${one.month}`, one]))
  return cells.map(({ months, value, ...cell }) => {
    const whole = known.get(`${value}|`)
    const parts = whole === undefined ? months.map((month) => known.get(`${value}|${month}`)) : [whole]
    const sum = parts.reduce((count, part) => count + (part?.count ?? 0), 0)
    const count = parts.every((part) => part !== undefined) && sum === cell.count
    const measures = Object.keys(cell.measures).map((field) => [
      field,
      // A median does not add up: it is released with the count.
      count && parts.every((part) => part!.measures[field] !== false),
    ])
    return { ...cell, released: { count, measures: Object.fromEntries(measures) as Record<string, boolean> } }
  })
}
