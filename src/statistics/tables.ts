// The tables of a domain's statistics, for its migration.
import { type Kysely, sql } from 'kysely'
import { followAgency, recomputedForAgencies } from '../db/agency-links.ts'
import { seenByAll } from '../db/row-security.ts'

export interface StatisticTables {
  /** The published copy, the column that numbers the rows that it is a copy of, and its other columns. */
  readonly published: string
  readonly key: string
  readonly columns: Readonly<Record<string, ColumnType>>
  /** Where the columns have them: the agency's number, and the path by which an agency's subtree is looked up. */
  readonly agency?: { readonly id: string; readonly path: string }
  readonly releasedCells: string
  /** The names of the measures that are counts or ratios: these are released one by one. */
  readonly measures: readonly string[]
}

type Bare = 'bigint' | 'integer' | 'text' | 'text collate "C"' | 'boolean' | 'timestamptz' | 'date'
export type ColumnType = Bare | `${Bare} not null`

/**
 * Makes the published copy and the released cells, which the reading role may read whole: the copy has no name, code or text
 * of anybody, and answers only count it. A migration states the columns itself, so that it makes the same tables for ever.
 */
export async function statisticTables<T>(db: Kysely<T>, tables: StatisticTables): Promise<void> {
  const { published, key, columns, agency, releasedCells, measures } = tables
  const run = (text: string): Promise<unknown> => sql.raw(text).execute(db)
  const copied = Object.entries(columns).map(([name, type]) => `${name} ${type}`)
  await run(`create table ${published} (${[`${key} bigint primary key`, ...copied].join(', ')})`)
  if (agency !== undefined) await run(`create index ${published}_path on ${published} (${agency.path})`)
  const released = [
    'grouped text not null',
    'agency_id bigint not null',
    'month text not null',
    'value text not null',
    'count integer not null',
    ...measures.map((name) => `${name}_released boolean not null`),
    'primary key (grouped, agency_id, month, value)',
  ]
  await run(`create table ${releasedCells} (${released.join(', ')})`)
  await seenByAll(db, published, releasedCells)
  // The copy moves with its agencies until it is made the next time; what of it may be released is computed again then.
  if (agency !== undefined) await followAgency(db, { table: published, ...agency, onForget: 'ignore' })
  await recomputedForAgencies(db, { table: releasedCells })
}
