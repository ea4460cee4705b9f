// What a domain says of its statistics: which rows are counted, by what they are grouped, what is measured, what is published.
import type { Scope as AccessScope } from '../access/policy/scopes.ts'
import type { Scope } from '../graph/schema/type-mapping.ts'
import type { Sql } from '../graph/sql/statement.ts'

/** SQL of a row that may rest on the moment at which it is looked at. The same text serves answers and the published copy. */
export type MomentSql = (row: string, at: Pick<Scope, 'statement' | 'now'>) => Sql

/** A column of the rows that are counted. */
export interface Column {
  /** Whether the published copy, and with it everybody, has it. */
  readonly published: boolean
  /** Where it comes from; absent: the column of the counted table that has its name. */
  readonly sql?: MomentSql
}

/** A group of the SDL's enum. It is open to everybody exactly where its columns are published. */
export type Group<FilterMember extends string = string> =
  | {
      readonly kind: 'agency'
      /** The SDL type of an agency. */
      readonly type: string
      /** Columns of the agency's number and of its path, which is '' where nothing is known. */
      readonly id: string
      readonly path: string
      /** The filter's member that narrows to an agency with its subtree. */
      readonly filter: FilterMember
    }
  | {
      readonly kind: 'month'
      readonly column: string
      /** An instant's month is that of Vietnam's time. */
      readonly of: 'timestamptz' | 'date'
      /** The filter's member that narrows the time. */
      readonly filter: FilterMember
    }
  | { readonly kind: 'value'; readonly column: string; readonly many?: boolean }
  /** The row of another type that a column numbers, in order of that table's column. */
  | {
      readonly kind: 'reference'
      readonly column: string
      readonly type: string
      readonly table: string
      readonly orderBy: string
      readonly many?: boolean
    }

/** A number of a cell besides `count`. Its SQL is of a row with the declared columns. */
export type Measure =
  /** How many rows meet a condition: it adds up, and is suppressed as the count is. */
  | { readonly kind: 'count'; readonly name: string; readonly where: (row: string) => Sql }
  /** The share from 0 to 1 of rows that meet a condition; suppressed where those `among` which it is taken are few. */
  | {
      readonly kind: 'ratio'
      readonly name: string
      readonly among: (row: string) => Sql
      readonly where: (row: string) => Sql
    }
  /** The lower median; suppressed where few rows have a value. */
  | { readonly kind: 'median'; readonly of: (row: string) => Sql }

/** What the generated types say of the SDL: its group enum, its cell type and its filter. */
export interface StatisticTypes {
  readonly group: string
  readonly cell: object
  readonly filter: object
}

/** The cell's field of a group: `DUE_MONTH` shows in `dueMonth`. */
export type GroupField<Name extends string> = Name extends `${infer Head}_${infer Rest}`
  ? `${Lowercase<Head>}${Capitalize<GroupField<Rest>>}`
  : Lowercase<Name>

/** The cell's fields that neither every cell has nor a group shows. */
export type MeasureField<T extends StatisticTypes> = Exclude<
  keyof T['cell'] & string,
  GroupField<T['group']> | 'count' | 'suppressed' | '__typename'
>

export interface Declaration<T extends StatisticTypes = StatisticTypes> {
  /** The SDL type whose rows are counted: its type mapping gives the row rule and the filters. */
  readonly counted: string
  readonly table: string
  /** Which of the table's rows are counted at all; absent: all. */
  readonly where?: MomentSql
  /** Who has this scope and an agency gets statistics of the rows that they see; all others get the open ones. */
  readonly scope: AccessScope
  /** The SDL type of a cell. */
  readonly cell: string
  /** The tables that `statisticTables` makes. */
  readonly published: { readonly table: string; readonly key: string; readonly releasedCells: string }
  readonly columns: Readonly<Record<string, Column>>
  readonly groups: Readonly<Record<T['group'], Group<keyof T['filter'] & string>>>
  readonly measures: Readonly<Record<MeasureField<T>, Measure>>
}

/** A declaration as this room reads it. */
export type AnyDeclaration = Omit<Declaration, 'groups' | 'measures'> & {
  readonly groups: Readonly<Record<string, Group>>
  readonly measures: Readonly<Record<string, Measure>>
}

/**
 * A column that is in the published copy: nobody may be recognised by it.
 *
 * @example
 * columns: { status: published(), note: unpublished() }
 */
export const published = (sql?: MomentSql): Column => ({ published: true, ...(sql === undefined ? {} : { sql }) })
/** A column of which only those who see the rows may have statistics. */
export const unpublished = (sql?: MomentSql): Column => ({ ...published(sql), published: false })

export const groupField = (name: string): string =>
  name.toLowerCase().replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase())

const columnsOfGroup = (group: Group): readonly string[] =>
  group.kind === 'agency' ? [group.id, group.path] : [group.column]

/** The groups by which everybody may ask, in the order in which they are declared. */
export const openGroups = ({ groups, columns }: AnyDeclaration): ReadonlyMap<string, Group> =>
  new Map(Object.entries(groups).filter(([, group]) => columnsOfGroup(group).every((name) => columns[name]!.published)))

export type GroupOf<Kind extends Group['kind']> = Extract<Group, { readonly kind: Kind }>

/** The one open group of a kind, with its name; null where none is declared. */
export function openGroup<Kind extends 'agency' | 'month'>(
  declaration: AnyDeclaration,
  kind: Kind,
): { readonly name: string; readonly group: GroupOf<Kind> } | null {
  for (const [name, group] of openGroups(declaration))
    if (group.kind === kind) return { name, group: group as GroupOf<Kind> }
  return null
}

/** The measures that add up over cells, of which `released.ts` says for each cell whether they are released. */
export const additiveMeasures = (
  measures: Readonly<Record<string, Measure>>,
): readonly (readonly [field: string, measure: Exclude<Measure, { readonly kind: 'median' }>])[] =>
  Object.entries(measures).flatMap(([field, measure]) => (measure.kind === 'median' ? [] : [[field, measure] as const]))

/** SQL of a group's value, from a row with the declared columns. */
export function groupSql(group: Group, row: string): Sql {
  if (group.kind === 'agency') return `${row}.${group.id}`
  if (group.kind !== 'month') return `${row}.${group.column}`
  const local = group.of === 'date' ? '' : ` at time zone '${localZone}'`
  return `to_char(${row}.${group.column}${local}, 'YYYY-MM')`
}

/** The columns that a measure's SQL names. */
function columnsOfMeasure(measure: Measure): string[] {
  const texts =
    measure.kind === 'median'
      ? [measure.of('@')]
      : measure.kind === 'count'
        ? [measure.where('@')]
        : [measure.among('@'), measure.where('@')]
  return texts.flatMap((text) => [...text.matchAll(/@\.(\w+)/g)].map(([, name]) => name!))
}

/** Throws where a declaration contradicts itself. */
export function assertDeclaration(declaration: AnyDeclaration): void {
  const { cell, columns, groups, measures } = declaration
  const wrong = (message: string): never => {
    throw new Error(`the statistics ${cell}: ${message}`)
  }
  for (const [name, group] of Object.entries(groups)) {
    for (const column of columnsOfGroup(group)) {
      if (!Object.hasOwn(columns, column)) wrong(`the group ${name} rests on ${column}, which is no declared column`)
    }
  }
  for (const kind of ['agency', 'month'] as const) {
    if (Object.values(groups).filter((group) => group.kind === kind).length > 1) wrong(`two groups are by ${kind}`)
  }
  for (const [field, measure] of Object.entries(measures)) {
    for (const column of columnsOfMeasure(measure)) {
      if (columns[column]?.published !== true) wrong(`${field} rests on ${column}, which is not published`)
    }
  }
  const names = additiveMeasures(measures).map(([, { name }]) => name)
  if (new Set(names).size < names.length) wrong('two measures have one name')
}

/** Months and days are those of Vietnam. */
export const localZone = 'Asia/Ho_Chi_Minh'
