import type { DossierFilter, DossierGroup } from '../../../generated/schema.ts'
import { chosen } from '../../../graph/sql/filter.ts'
import type { Scope } from '../../../graph/schema/type-mapping.ts'
import type { Sql } from '../../../graph/sql/statement.ts'
import type { Cell } from './suppress.ts'

/** One number that may be told, by its group's value and its month; '' for all months together. */
export interface ToldRow {
  readonly value: string
  readonly month: string
  readonly count: number
  readonly overdue: boolean
  readonly rate: boolean
}

/** JSON of the told numbers of which an open breakdown is made: for all months together, or month by month. */
export function toldSql(group: DossierGroup, filter: DossierFilter, { statement }: Scope): Sql {
  const [agency] = chosen(filter.agency) ?? []
  const node =
    agency === undefined
      ? '0'
      : `(select c.agency_id from agency_code c where c.code = ${statement.value(agency, 'text')})`
  const { from, to } = filter.receivedAt ?? {}
  const months = [
    ...(group === 'MONTH' || isGiven(from) || isGiven(to) ? [`t.month <> ''`] : [`t.month = ''`]),
    ...(isGiven(from) ? [`t.month >= ${statement.value(localMonth(from), 'text')}`] : []),
    ...(isGiven(to) ? [`t.month < ${statement.value(localMonth(to), 'text')}`] : []),
  ]
  // Of agencies each stands for itself, whatever is asked about; those that are not named are counted with a subtree.
  const whose =
    group === 'AGENCY'
      ? `(t.value <> '' and t.agency_id = 0 or t.value = '' and t.agency_id = ${node})`
      : `t.agency_id = ${node}`
  return `(select coalesce(json_agg(json_build_object('value', t.value, 'month', t.month, 'count', t.count,
      'overdue', t.overdue_told, 'rate', t.rate_told)), '[]')
    from dossier_told t where t.grouped = ${statement.value(group, 'text')} and ${[whose, ...months].join(' and ')})`
}

const isGiven = (edge: string | null | undefined): edge is string => edge !== null && edge !== undefined
const localMonth = (edge: string): string => new Date(Date.parse(edge) + 7 * 3_600_000).toISOString().slice(0, 7)

/**
 * The cells with what may be told of them: a cell of several months only if each of its months is told and they add up to it.
 * `told` is as `toldSql` gives it for the same breakdown.
 */
export function withTold(
  cells: readonly (Cell & { readonly months: readonly string[]; readonly value: string })[],
  told: readonly ToldRow[],
): Cell[] {
  const known = new Map(told.map((one) => [`${one.value}|${one.month}`, one]))
  return cells.map(({ months, value, ...cell }) => {
    const whole = known.get(`${value}|`)
    const parts = whole === undefined ? months.map((month) => known.get(`${value}|${month}`)) : [whole]
    const sum = parts.reduce((count, part) => count + (part?.count ?? 0), 0)
    const count = parts.every((part) => part !== undefined) && sum === cell.count
    return {
      ...cell,
      told: {
        count,
        overdue: count && parts.every((part) => part?.overdue === true),
        rate: count && parts.every((part) => part?.rate === true),
      },
    }
  })
}
