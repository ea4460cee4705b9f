// What everybody may ask of the open statistics: one breakdown, of one agency's subtree and of whole months.
import { hubError } from '../access/error.ts'
import { agencyFilter, chosen, spanFilter } from '../graph/sql/filter.ts'
import type { Scope } from '../graph/schema/type-mapping.ts'
import type { Sql } from '../graph/sql/statement.ts'
import { type AnyDeclaration, openGroup, openGroups } from './declaration.ts'

type Filter = Readonly<Record<string, unknown>>
type Choice = Parameters<typeof chosen>[0]
interface Span {
  readonly from?: string | null
  readonly to?: string | null
}

/** One breakdown of the open statistics. */
export interface OpenBreakdown {
  readonly group: string
  /** The agency's code; null: of all. */
  readonly agency: string | null
  /** Local months as `2026-03`, the last one excluded; null: unbounded. */
  readonly from: string | null
  readonly to: string | null
}

/** The breakdown that is asked for. Throws BAD_USER_INPUT for what is not open: answers to it could be combined. */
export function openBreakdown(declaration: AnyDeclaration, groups: readonly string[], filter: Filter): OpenBreakdown {
  const wrong = (): never => {
    throw hubError('BAD_USER_INPUT', explanation(declaration))
  }
  const [group] = groups
  if (group === undefined || groups.length !== 1 || !openGroups(declaration).has(group)) return wrong()
  const byAgency = openGroup(declaration, 'agency')?.group.filter
  const byMonth = openGroup(declaration, 'month')?.group
  const used = Object.entries(filter).filter(([, given]) => given !== null && given !== undefined)
  if (used.some(([name]) => name !== byAgency && name !== byMonth?.filter)) wrong()
  const { from = null, to = null } = byMonth === undefined ? {} : ((filter[byMonth.filter] ?? {}) as Span)
  for (const edge of [from, to]) if (edge !== null && !isMonthStart(edge, byMonth!.of)) wrong()
  const agencies = byAgency === undefined ? null : chosen(filter[byAgency] as Choice)
  // Several agencies at once could be combined against one another.
  if (agencies !== null && agencies.length > 1) wrong()
  const month = (edge: string | null): string | null => (edge === null ? null : localMonth(edge, byMonth!.of))
  return { group, agency: agencies?.[0] ?? null, from: month(from), to: month(to) }
}

/** The conditions of a filter on a row of the published copy; the filter is one that `openBreakdown` lets pass. */
export function openConditions(declaration: AnyDeclaration, row: string, filter: Filter, scope: Scope): Sql[] {
  const agency = openGroup(declaration, 'agency')?.group
  const month = openGroup(declaration, 'month')?.group
  const [wanted, span] = [agency && filter[agency.filter], month && filter[month.filter]]
  return [
    ...(agency && given(wanted) ? [agencyFilter((of) => `${of}.${agency.path}`)(row, wanted as never, scope)] : []),
    ...(month && given(span) ? [spanFilter((of) => `${of}.${month.column}`, month.of)(row, span as never, scope)] : []),
  ]
}

const given = (value: unknown): boolean => value !== null && value !== undefined

type TimeType = 'timestamptz' | 'date'

function isMonthStart(edge: string, type: TimeType): boolean {
  if (type === 'date') return edge.endsWith('-01')
  return local(edge).endsWith('-01T00:00:00.000Z') && !/\.\d*[1-9]/.test(edge)
}

const localMonth = (edge: string, type: TimeType): string => (type === 'date' ? edge : local(edge)).slice(0, 7)

/** Vietnam keeps UTC+7 all year. */
const local = (edge: string): string => new Date(Date.parse(edge) + 7 * 3_600_000).toISOString()

function explanation(declaration: AnyDeclaration): string {
  const names = [...openGroups(declaration).keys()].join(', ')
  const agency = openGroup(declaration, 'agency')?.group.filter
  const time = openGroup(declaration, 'month')?.group.filter
  const vi = [...(agency === undefined ? [] : [agency]), ...(time === undefined ? [] : [`${time} (đầu tháng)`])]
  const en = [
    ...(agency === undefined ? [] : [`by ${agency}`]),
    ...(time === undefined ? [] : [`by ${time} at the start of months`]),
  ]
  return (
    `Thống kê mở: nhóm theo một trong ${names}; ${vi.length === 0 ? 'không lọc' : `chỉ lọc theo ${vi.join(' và ')}`}. · ` +
    `Open statistics: group by one of ${names}; ${en.length === 0 ? 'no filter' : `filter ${en.join(' and ')} only`}.`
  )
}
