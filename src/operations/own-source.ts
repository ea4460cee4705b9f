// Whose sources a caller sees, and what of them is for operators alone.
import { deniedError } from '../access/error.ts'
import type { Field, RowSql } from '../graph/schema/type-mapping.ts'

/** Sources of the caller's subtree; others are absent. Their id, connector and title are seen with any row of theirs. */
export const ownSource: RowSql = (row, { caller, statement }) => {
  if (caller.agencyRange === null) return 'false'
  const { from, to } = caller.agencyRange
  if (from === null || to === null) return 'true'
  return `exists (select 1 from source o where o.id = ${row}.source_id
    and o.agency_path >= ${statement.value(from, 'text')} and o.agency_path < ${statement.value(to, 'text')})`
}
export const ownAsSource: RowSql = (row, { caller, statement }) => {
  if (caller.agencyRange === null) return 'false'
  const { from, to } = caller.agencyRange
  if (from === null || to === null) return 'true'
  return `(${row}.agency_path >= ${statement.value(from, 'text')} and ${row}.agency_path < ${statement.value(to, 'text')})`
}

/** What of a source is for its operators: a caller who only sees a row of it gets id, connector and title. */
export const ofOperators = (
  name: string,
  sql: RowSql,
  shown: (value: unknown) => unknown = (value) => value,
): Field => ({
  kind: 'computed',
  from: {
    own: ownAsSource,
    [name]: (row, scope) => `case when ${ownAsSource(row, scope)} then ${sql(row, scope)} end`,
  },
  resolve(row) {
    if (row['_own'] !== true) throw deniedError('UNAUTHORIZED_FIELD_OR_TYPE')
    return shown(row[`_${name}`])
  },
})
