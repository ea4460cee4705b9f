// SQL of the measures of a group of rows.
import type { Sql } from '../graph/sql/statement.ts'
import type { Measure } from './declaration.ts'

/** How many rows the measure rests on: those that it counts, those among which it is taken, or those with a value. */
export function baseSql(measure: Measure, row: string): Sql {
  if (measure.kind === 'median') return `count(${measure.of(row)})::integer`
  const condition = measure.kind === 'count' ? measure.where(row) : measure.among(row)
  return `(count(*) filter (where ${condition}))::integer`
}

/** The measure itself. */
export function measureSql(measure: Measure, row: string): Sql {
  switch (measure.kind) {
    case 'count':
      return baseSql(measure, row)
    case 'ratio':
      return `(count(*) filter (where ${measure.among(row)} and ${measure.where(row)}))::float8
        / nullif(count(*) filter (where ${measure.among(row)}), 0)`
    case 'median':
      return `percentile_disc(0.5) within group (order by ${measure.of(row)})`
  }
}
