// Where administrative procedures come from: the type mappings.
import { textFilter } from '../../graph/sql/filter.ts'
import { wordsFilter } from '../../graph/sql/words.ts'
import { column, connection, globalId, one, type TypeMapping, value } from '../../graph/schema/type-mapping.ts'

export const procedureMapping: TypeMapping = {
  type: 'Procedure',
  table: 'procedure',
  id: { sql: (row) => `${row}.code`, find: (row, key) => `${row}.code = ${key}` },
  keys: [{ fields: 'code', find: (row, [code]) => `${row}.code = ${code}` }],
  fields: {
    id: globalId('Procedure', (row) => `${row}.code`),
    code: column('code'),
    name: column('name'),
    field: column('field'),
    agency: one('Agency', (row, other) => `${other}.id = ${row}.agency_id`),
    audiences: value((row) => `to_json(${row}.audiences)`),
  },
  defaultOrder: { by: (row) => `${row}.code`, type: 'text', descending: false },
  filters: {
    code: textFilter((row) => `${row}.code`),
    field: textFilter((row) => `${row}.field`),
    text: wordsFilter((row) => `${row}.search`),
  },
  search: { as: 'PROCEDURE', sql: (row) => `${row}.search` },
}

export const procedureRoot: TypeMapping = {
  type: 'Query',
  fields: {
    procedure: {
      kind: 'one',
      type: 'Procedure',
      on: (_row, other, scope, args) => `${other}.code = ${scope.statement.value(args['code'], 'text')}`,
    },
    procedures: connection('Procedure'),
  },
}
