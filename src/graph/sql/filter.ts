import { hubError } from '../../access/error.ts'
import type { RowSql, Scope } from '../schema/type-mapping.ts'
import type { Sql } from './statement.ts'

interface Choice {
  readonly eq?: string | null
  readonly in?: readonly string[] | null
}
interface Span {
  readonly from?: string | null
  readonly to?: string | null
}

/** Values of one filter: whoever has more asks in parts. */
const maxValues = 1_000

/** The values that a text or enum filter allows; null when it says nothing. Throws BAD_USER_INPUT where they are too many. */
export function chosen(filter: Choice | null | undefined): readonly string[] | null {
  if (filter === null || filter === undefined) return null
  const { eq, in: among } = filter
  if ((among?.length ?? 0) > maxValues) {
    throw hubError('BAD_USER_INPUT', `Tối đa ${maxValues} giá trị. · A filter has at most ${maxValues} values.`)
  }
  if (eq !== undefined && eq !== null) {
    return among === undefined || among === null || among.includes(eq) ? [eq] : []
  }
  return among ?? null
}

/** eq and in of a column or expression. */
export const textFilter =
  (sql: RowSql) =>
  (row: string, filter: Choice, scope: Scope): Sql => {
    const values = chosen(filter)
    return values === null ? 'true' : `${sql(row, scope)} = any(${scope.statement.value(values, 'text[]')})`
  }

/** from inclusive, to exclusive. */
export const spanFilter =
  (sql: RowSql, type: 'timestamptz' | 'date') =>
  (row: string, filter: Span, scope: Scope): Sql => {
    const tested = sql(row, scope)
    const parts = []
    if (filter.from !== undefined && filter.from !== null)
      parts.push(`${tested} >= ${scope.statement.value(filter.from, type)}`)
    if (filter.to !== undefined && filter.to !== null)
      parts.push(`${tested} < ${scope.statement.value(filter.to, type)}`)
    return parts.length === 0 ? 'true' : `(${parts.join(' and ')})`
  }

export const booleanFilter =
  (sql: RowSql) =>
  (row: string, filter: { readonly eq?: boolean | null }, scope: Scope): Sql =>
    filter.eq === undefined || filter.eq === null ? 'true' : `(${sql(row, scope)}) = ${filter.eq ? 'true' : 'false'}`

/** Each code with its whole subtree, by a path column; `some` wraps the test where the path stands in another table. */
export const agencyFilter =
  (
    path: RowSql,
    some: (row: string, test: (path: Sql) => Sql) => Sql = (row, test) => test(path(row, undefined as never)),
  ) =>
  (row: string, filter: Choice, scope: Scope): Sql => {
    const codes = chosen(filter)
    if (codes === null) return 'true'
    if (codes.length === 0) return 'false'
    return some(row, (tested) => {
      const parts = codes.map((code) => {
        const { from, to } = scope.placeOf(code)
        return `(${tested} >= ${from} and ${tested} < ${to})`
      })
      return `(${parts.join(' or ')})`
    })
  }

/** Text without diacritics, case and tone placement: as the database's own `fold` makes it. */
export const foldText = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/đ/g, 'd')

const maxWords = 32

function wordsOf(text: string): readonly string[] {
  const words = [...new Set(foldText(text).split(/\s+/))].filter((word) => word !== '')
  if (words.length > maxWords) {
    throw hubError('BAD_USER_INPUT', `Tối đa ${maxWords} từ. · A text has at most ${maxWords} words.`)
  }
  return words
}

/**
 * Every word of the text stands somewhere in the folded column or, where the caller may look there, is a whole personal
 * word. An empty text finds all.
 */
export const wordsFilter =
  (search: RowSql, personal?: RowSql) =>
  (row: string, text: string, scope: Scope): Sql => {
    const parts = wordsOf(text).map((word) => {
      const pattern = `%${word.replace(/[\\%_]/g, '\\$&')}%`
      const open = `${search(row, scope)} like ${scope.statement.value(pattern, 'text')}`
      const tokens = personal === undefined ? [] : scope.tokensOf(word)
      if (personal === undefined || tokens.length === 0) return open
      return `(${open} or ${personal(row, scope)} && ${scope.statement.value(tokens, 'bigint[]')})`
    })
    return parts.length === 0 ? 'true' : `(${parts.join(' and ')})`
  }
