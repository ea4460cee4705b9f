// Where agencies come from: the type mappings.
import { textFilter } from '../../graph/sql/filter.ts'
import { wordsFilter } from '../../graph/sql/words.ts'
import { column, connection, globalId, one, type TypeMapping, value } from '../../graph/schema/type-mapping.ts'

const parentCode = (row: string): string => `(select p.code from agency p where p.id = ${row}.parent_id)`

export const agencyMapping: TypeMapping = {
  type: 'Agency',
  table: 'agency',
  id: {
    sql: (row) => `${row}.code`,
    find: (row, key) => `${row}.id = (select c.agency_id from agency_code c where c.code = ${key})`,
  },
  keys: [
    {
      fields: 'code',
      find: (row, [code]) => `${row}.id = (select c.agency_id from agency_code c where c.code = ${code})`,
    },
  ],
  fields: {
    id: globalId('Agency', (row) => `${row}.code`),
    code: column('code'),
    otherCodes: value((row) => `to_json(${row}.other_codes)`),
    name: column('name'),
    parent: one('Agency', (row, other) => `${other}.id = ${row}.parent_id`),
    children: connection('Agency', (row, other) => `${other}.parent_id = ${row}.id`),
    unit: one('AdministrativeUnit', (row, other) => `${other}.id = ${row}.unit_id`),
  },
  defaultOrder: { by: (row) => `${row}.code`, type: 'text', descending: false },
  filters: {
    parent: textFilter(parentCode),
    text: wordsFilter((row) => `${row}.search`),
  },
  search: { as: 'AGENCY', sql: (row) => `${row}.search` },
}

export const agencyRoot: TypeMapping = {
  type: 'Query',
  fields: {
    agency: {
      kind: 'one',
      type: 'Agency',
      on: (_row, other, scope, args) =>
        `${other}.id = (select c.agency_id from agency_code c where c.code = ${scope.statement.value(args['code'], 'text')})`,
    },
    agencies: connection('Agency'),
  },
}
