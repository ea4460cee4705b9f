// What the operators of filter inputs mean. A new one is its line in the SDL and its entry here: the start refuses an SDL
// whose operators are not all in these tables, and a filter never takes one that it does not know for "no condition".
import { hubError } from '../../access/error.ts'
import type { Sql, Statement } from './statement.ts'

/** Values of one filter: a client that has more asks in parts. */
const maxValues = 1_000

/** What an operator demands: one of these values, exactly; or a test of the text by SQL. */
export type TextOperator =
  | { readonly values: (given: never) => readonly string[] }
  | { readonly sql: (tested: Sql, given: never, statement: Statement) => Sql }

/** Of `StringFilter`, and of the inputs that filter by the values of an enum. */
export const textOperators: Readonly<Record<string, TextOperator>> = {
  eq: { values: (given: string) => [given] },
  in: { values: (given: readonly string[]) => given },
}

/** Of `DateTimeFilter` and `DateFilter`: what a tested moment is to the one given. */
export const spanOperators: Readonly<Record<string, string>> = {
  from: '>=',
  to: '<',
}

/** Of `BooleanFilter`. */
export const booleanOperators: Readonly<Record<string, string>> = {
  eq: '=',
}

type Given = Readonly<Record<string, unknown>>

/** What a filter of texts demands together: values one of which must be met (null: any), and tests that must all be true. */
export interface Demand {
  readonly values: readonly string[] | null
  readonly tests: readonly ((tested: Sql, statement: Statement) => Sql)[]
}

/** Throws BAD_USER_INPUT for an operator that the table does not know, and where the values are too many. */
export function demandOf(filter: object | null | undefined, table = textOperators): Demand {
  let values = null as readonly string[] | null
  const tests: Demand['tests'][number][] = []
  for (const [name, given] of usedOperators(filter)) {
    const operator = knownOperator(table, name)
    if ('sql' in operator) {
      tests.push((tested, statement) => operator.sql(tested, given as never, statement))
      continue
    }
    const allowed = operator.values(given as never)
    if (allowed.length > maxValues) {
      throw hubError('BAD_USER_INPUT', `Tối đa ${maxValues} giá trị. · A filter has at most ${maxValues} values.`)
    }
    values = values === null ? allowed : values.filter((value) => allowed.includes(value))
  }
  return { values, tests }
}

/**
 * The values that a filter of texts allows, for filters that look values up one by one; null when it says nothing. Throws
 * BAD_USER_INPUT for an operator that tests the text otherwise.
 */
export function chosen(filter: object | null | undefined): readonly string[] | null {
  const { values, tests } = demandOf(filter)
  if (tests.length > 0) {
    throw hubError(
      'BAD_USER_INPUT',
      'Trường này chỉ lọc theo giá trị chính xác. · This field is filtered by exact values only.',
    )
  }
  return values
}

/** The operators that a filter uses: null means no condition. */
export const usedOperators = (
  filter: object | null | undefined,
): readonly (readonly [name: string, given: unknown])[] =>
  Object.entries((filter ?? {}) as Given).filter(([, given]) => given !== null && given !== undefined)

/** An operator's entry. Throws BAD_USER_INPUT where the table has none. */
export function knownOperator<T>(table: Readonly<Record<string, T>>, name: string): T {
  const operator = Object.hasOwn(table, name) ? table[name] : undefined
  if (operator !== undefined) return operator
  throw hubError('BAD_USER_INPUT', `Không lọc được bằng ${name}. · There is no filter operator ${name} here.`)
}
