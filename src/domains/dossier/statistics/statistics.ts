import { hubError } from '../../../access/error.ts'
import type { DossierFilter, DossierGroup } from '../../../generated/schema.ts'
import { chosen } from '../../../graph/sql/filter.ts'
import { filterConditions } from '../../../graph/sql/connection.ts'
import type { Compilation } from '../../../graph/sql/compile.ts'
import type { Field, Scope } from '../../../graph/schema/type-mapping.ts'
import type { Sql } from '../../../graph/sql/statement.ts'
import { suppressCells, type Cell } from './suppress.ts'
import { toldSql, type ToldRow, withTold } from './released.ts'

const openGroups: ReadonlySet<DossierGroup> = new Set(['AGENCY', 'STATUS', 'PROCEDURE', 'MONTH'])

const groupSql: Readonly<Record<DossierGroup, (row: string) => readonly [name: string, sql: Sql]>> = {
  AGENCY: (row) => ['agency_id', `${row}.agency_id`],
  STATUS: (row) => ['status', `${row}.status`],
  PROCEDURE: (row) => ['procedure_id', `${row}.procedure_id`],
  CHANNEL: (row) => ['channel', `${row}.channel`],
  MONTH: (row) => ['month', `to_char(${row}.received_at at time zone 'Asia/Ho_Chi_Minh', 'YYYY-MM')`],
}

/** Who may not read dossiers, or has no agency, gets the open statistics: of the nightly copy, with small cells withheld. */
const isOpen = (scope: Scope): boolean =>
  !(scope.caller.scopes as ReadonlySet<string>).has('dossier:read') || scope.caller.agencyRange === null

function checkOpen(groups: readonly DossierGroup[], filter: DossierFilter): void {
  const wrong = (): never => {
    throw hubError(
      'BAD_USER_INPUT',
      'Thống kê mở: nhóm theo một trong AGENCY, STATUS, PROCEDURE, MONTH; chỉ lọc theo agency và receivedAt (đầu tháng). · ' +
        'Open statistics: group by one of AGENCY, STATUS, PROCEDURE, MONTH; filter by agency and by receivedAt at the start of months only.',
    )
  }
  if (groups.length !== 1 || !openGroups.has(groups[0]!)) wrong()
  const used = Object.entries(filter).filter(([, given]) => given !== null && given !== undefined)
  if (used.some(([name]) => name !== 'agency' && name !== 'receivedAt')) wrong()
  const span = filter.receivedAt ?? {}
  for (const edge of [span.from, span.to]) {
    if (edge === null || edge === undefined) continue
    const local = new Date(Date.parse(edge) + 7 * 3_600_000).toISOString()
    if (!local.endsWith('-01T00:00:00.000Z') || /\.\d*[1-9]/.test(edge)) wrong()
  }
  const agency = chosen(filter.agency)
  // Several agencies at once could be combined against one another.
  if (agency !== null && agency.length > 1) wrong()
}

export const statisticsField: Field = {
  kind: 'custom',
  compile(compilation: Compilation, _row, args) {
    const { scope } = compilation
    const groups = [...new Set(args['groupBy'] as DossierGroup[])]
    const filter = (args['filter'] ?? {}) as DossierFilter
    if (groups.length === 0) {
      throw hubError('BAD_USER_INPUT', 'groupBy cần ít nhất một nhóm. · groupBy needs at least one group.')
    }
    const open = isOpen(scope)
    if (open) checkOpen(groups, filter)
    const row = scope.statement.alias()
    const mapping = compilation.mappings.get('Dossier')!
    const conditions = filterConditions(mapping, row, filter, scope)
    const where = [...conditions, ...(open ? [] : compilation.visible('Dossier', row))].join(' and ') || 'true'
    const grouped = groups.map((group) => groupSql[group](row))
    const overdue = open ? `${row}.overdue` : overdueSql(compilation, row)
    const finished = `${row}.finished_at is not null and ${row}.due_limit is not null`
    const cell = scope.statement.alias()
    const absent = ['agency_id', 'procedure_id', 'status', 'channel', 'month'].filter(
      (name) => !grouped.some(([column]) => column === name),
    )
    const casts: Readonly<Record<string, string>> = { agency_id: 'bigint', procedure_id: 'bigint' }
    const table = `(select ${[
      ...grouped.map(([name, sql]) => `${sql} as ${name}`),
      ...absent.map((name) => `null::${casts[name] ?? 'text'} as ${name}`),
      `count(*)::integer as count`,
      `(count(*) filter (where ${overdue}))::integer as overdue_count`,
      `(count(*) filter (where ${finished}))::integer as finished_count`,
      `(count(*) filter (where ${finished} and ${row}.finished_at <= ${row}.due_limit))::float8
        / nullif(count(*) filter (where ${finished}), 0) as on_time_rate`,
      `count(${row}.processing_days)::integer as timed_count`,
      `percentile_disc(0.5) within group (order by ${row}.processing_days) as median_days`,
      ...(open
        ? [
            `array_agg(distinct coalesce(${groupSql.MONTH(row)[1]}, '-')) as months`,
            `coalesce((${groups[0] === 'MONTH' ? `''` : grouped[0]![1]})::text, '') as told_value`,
          ]
        : []),
    ].join(
      ', ',
    )} from ${open ? 'dossier_published' : 'dossier'} ${row} where ${where} group by ${groups.map((_, at) => at + 1).join(', ')})`
    const object = compilation.objectSql('DossierStatistic', cell, compilation.selection)
    const order = grouped.map(([name]) => {
      if (name === 'agency_id') return `(select a.code from agency a where a.id = ${cell}.agency_id)`
      if (name === 'procedure_id') return `(select p.code from procedure p where p.id = ${cell}.procedure_id)`
      return `${cell}.${name}`
    })
    const hidden = `json_build_object('count', ${cell}.count, 'overdue', ${cell}.overdue_count, 'finished', ${cell}.finished_count,
      'timed', ${cell}.timed_count, 'rate', ${cell}.on_time_rate, 'median', ${cell}.median_days,
      'siblings', (select a.parent_id from agency a where a.id = ${cell}.agency_id)${open ? `, 'months', ${cell}.months, 'value', ${cell}.told_value` : ''})`
    return `json_build_object('open', ${open}, 'told', ${open ? toldSql(groups[0]!, filter, scope) : 'null'}, 'cells',
      (select coalesce(json_agg(json_build_object('row', ${object}, 'is', ${hidden}) order by ${order.join(', ')}), '[]')
       from ${table} ${cell}))`
  },
  resolve(found) {
    const { open, cells, told } = found as {
      open: boolean
      cells: { row: Record<string, unknown>; is: Cell & { months: string[]; value: string } }[]
      told: readonly ToldRow[] | null
    }
    const shown = open
      ? suppressCells(
          withTold(
            cells.map((one) => one.is),
            told ?? [],
          ),
        )
      : cells.map((one) => ({ ...one.is, suppressed: false }))
    return cells.map(({ row }, place) => {
      const cell = shown[place]!
      return {
        ...row,
        count: cell.count,
        overdueCount: cell.overdue,
        onTimeRate: cell.rate,
        medianProcessingDays: cell.median,
        suppressed: cell.suppressed,
      }
    })
  },
}

function overdueSql(compilation: Compilation, row: string): Sql {
  const field = compilation.mappings.get('Dossier')!.fields['overdue']
  if (field?.kind !== 'value') throw new Error('Dossier.overdue is not SQL')
  return field.sql(row, compilation.scope)
}
