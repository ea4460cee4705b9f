// Free text: how it is folded, and how its words are looked for.
import { hubError } from '../../access/error.ts'
import type { PersonalWords, RowSql, Scope } from '../schema/type-mapping.ts'
import type { Sql } from './statement.ts'

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
 * Every word of the text occurs in the folded column or, where the caller may look there, is a whole personal
 * word. An empty text finds all.
 */
export const wordsFilter =
  (search: RowSql, personal?: PersonalWords) =>
  (row: string, text: string, scope: Scope): Sql => {
    const parts = wordsOf(text).map((word) => {
      const pattern = `%${word.replace(/[\\%_]/g, '\\$&')}%`
      const open = `${search(row, scope)} like ${scope.statement.value(pattern, 'text')}`
      if (personal === undefined || !scope.mayMatch(personal.scope)) return open
      const tokens = personal.tokensOf(word)
      if (tokens.length === 0) return open
      scope.lookedUp?.(personal.type, `${personal.type}.text`, tokens)
      return `(${open} or ${personal.hashes(row, scope)} && ${scope.statement.value(tokens, 'bigint[]')})`
    })
    return parts.length === 0 ? 'true' : `(${parts.join(' and ')})`
  }
