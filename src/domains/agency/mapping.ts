import { textFilter, wordsFilter } from '../../graph/sql/filter.ts'
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
    // What is an agency's is also what is of the agencies beneath it, as with the filters by agency.
    dossiers: connection(
      'Dossier',
      (row, other) => `${other}.agency_path >= ${row}.path and ${other}.agency_path < ${row}.path_end`,
    ),
    documents: connection(
      'Document',
      (row, other) => `exists (select 1 from document_reach x where x.document_id = ${other}.id
        and x.agency_path >= ${row}.path and x.agency_path < ${row}.path_end)`,
    ),
    reports: connection(
      'Report',
      (row, other) => `${other}.agency_path >= ${row}.path and ${other}.agency_path < ${row}.path_end`,
    ),
    cameras: connection(
      'Camera',
      (row, other) => `${other}.agency_path >= ${row}.path and ${other}.agency_path < ${row}.path_end`,
    ),
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
