// The filters of columns and expressions, by what their input type tests: texts, spans of time, true or false, agencies.
import type { Filter, RowSql, Scope } from '../schema/type-mapping.ts'
import {
  booleanOperators,
  chosen,
  demandOf,
  knownOperator,
  spanOperators,
  textOperators,
  usedOperators,
} from './operators.ts'
import type { Sql } from './statement.ts'

export { chosen } from './operators.ts'

/** Puts a test, made of the alias of the row that has the tested column, where it belongs: default the filtered row itself. */
type Some = (row: string, test: (alias: string) => Sql) => Sql
const ofRow: Some = (row, test) => test(row)

/** A filter with the members of its input that it knows; the start refuses an SDL in which the input has others. */
export const filterOf = <V>(members: readonly string[], sql: (row: string, value: V, scope: Scope) => Sql): Filter =>
  Object.assign((row: string, value: V, scope: Scope) => sql(row, value, scope), { members })

/** A text or the value of an enum; `some` wraps the test where the text is in another table. */
export const textFilter = (sql: RowSql, some: Some = ofRow): Filter =>
  filterOf(Object.keys(textOperators), (row, filter: object, scope) => {
    const { values, tests } = demandOf(filter)
    if (values === null && tests.length === 0) return 'true'
    return some(row, (alias) => {
      const tested = sql(alias, scope)
      return joined([
        ...(values === null ? [] : [`${tested} = any(${scope.statement.value(values, 'text[]')})`]),
        ...tests.map((test) => test(tested, scope.statement)),
      ])
    })
  })

/** Texts that are looked up one by one, such as by a hash: only operators that name whole values; others are an error. */
export const exactFilter = (sql: (row: string, values: readonly string[], scope: Scope) => Sql): Filter =>
  filterOf(Object.keys(textOperators), (row, filter: object, scope) => {
    const values = chosen(filter)
    return values === null ? 'true' : sql(row, values, scope)
  })

/** from inclusive, to exclusive. */
export const spanFilter = (sql: RowSql, type: 'timestamptz' | 'date'): Filter =>
  filterOf(Object.keys(spanOperators), (row, filter: object, scope) => {
    const tested = sql(row, scope)
    const parts = usedOperators(filter).map(
      ([name, given]) => `${tested} ${knownOperator(spanOperators, name)} ${scope.statement.value(given, type)}`,
    )
    return parts.length === 0 ? 'true' : `(${parts.join(' and ')})`
  })

export const booleanFilter = (sql: RowSql): Filter =>
  filterOf(Object.keys(booleanOperators), (row, filter: object, scope) =>
    joined(
      usedOperators(filter).map(
        ([name, given]) =>
          `(${sql(row, scope)}) ${knownOperator(booleanOperators, name)} ${given === true ? 'true' : 'false'}`,
      ),
    ),
  )

/** Each code with its whole subtree, by a path column; `some` wraps the test where the path is in another table. */
export const agencyFilter = (path: RowSql, some: Some = ofRow): Filter =>
  filterOf(Object.keys(textOperators), (row, filter: object, scope) => {
    const { values: codes, tests } = demandOf(filter)
    if (codes === null && tests.length === 0) return 'true'
    if (codes?.length === 0) return 'false'
    return some(row, (alias) => {
      const tested = path(alias, scope)
      const ranges = codes?.map((code) => {
        const { from, to } = scope.pathRangeOf(code)
        return `(${tested} >= ${from} and ${tested} < ${to})`
      })
      return joined([
        ...(ranges === undefined ? [] : [`(${ranges.join(' or ')})`]),
        ...tests.map(
          (test) => `exists (select 1 from agency_code c join agency a on a.id = c.agency_id
            where ${test('c.code', scope.statement)} and ${tested} >= a.path and ${tested} < a.path_end)`,
        ),
      ])
    })
  })

const joined = (parts: readonly Sql[]): Sql =>
  parts.length === 0 ? 'true' : parts.length === 1 ? parts[0]! : `(${parts.join(' and ')})`
