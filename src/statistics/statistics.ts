// A domain's statistics: the declaration, the root field that answers them and the type of their cells.
import { column, type Field, one, type TypeMapping, value } from '../graph/schema/type-mapping.ts'
import {
  type AnyDeclaration,
  assertDeclaration,
  type Declaration,
  type Group,
  groupField,
  type StatisticTypes,
} from './declaration.ts'
import { type StatisticsField, statisticsField } from './field.ts'

export interface Statistics {
  /** For the root field of `Query`: its arguments are `groupBy` and `filter`. */
  readonly field: StatisticsField
  /** Where the fields of a cell come from, for the domain's type mappings. */
  readonly cell: TypeMapping
}

/**
 * Statistics as a domain declares them. Throws where the declaration contradicts itself; a group of the enum or a field of
 * the cell that is not declared does not compile.
 *
 * @example
 * const permitStatistics = statistics<{ group: PermitGroup; cell: PermitStatistic; filter: PermitFilter }>({ … })
 * export const permitRoot = { type: 'Query', fields: { permitStatistics: permitStatistics.field } }
 */
export function statistics<T extends StatisticTypes>(declared: Declaration<T>): Statistics {
  const declaration = declared as unknown as AnyDeclaration
  assertDeclaration(declaration)
  return { field: statisticsField(declaration), cell: cellMapping(declaration) }
}

function cellMapping({ cell, groups, measures }: AnyDeclaration): TypeMapping {
  const grouped = Object.entries(groups).map(([name, group]) => [groupField(name), shownGroup(name, group)])
  const measured = Object.keys(measures).map((field) => [field, column(`"${field}"`)])
  return {
    type: cell,
    fields: {
      ...(Object.fromEntries([...grouped, ...measured]) as Record<string, Field>),
      count: column('count'),
      suppressed: value(() => 'false'),
    },
  }
}

function shownGroup(name: string, group: Group): Field {
  const field = `"${groupField(name)}"`
  return group.kind === 'agency' || group.kind === 'reference'
    ? one(group.type, (row, other) => `${other}.id = ${row}.${field}`)
    : column(field)
}

/**
 * The statistics that the root fields of these mappings answer: what `publishStatistics` publishes.
 *
 * @example
 * statisticsIn(mappings).map(({ cell }) => cell) // ['DossierStatistic']
 */
export function statisticsIn(mappings: readonly TypeMapping[]): AnyDeclaration[] {
  return Object.values(statisticFields(mappings)).map(({ statistics: declaration }) => declaration)
}

/** The same by the name of the root field. */
export function statisticFields(mappings: readonly TypeMapping[]): Readonly<Record<string, StatisticsField>> {
  const fields = mappings.filter(({ type }) => type === 'Query').flatMap((one) => Object.entries(one.fields))
  return Object.fromEntries(fields.filter((entry): entry is [string, StatisticsField] => 'statistics' in entry[1]))
}
