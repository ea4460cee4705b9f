// Where administrative units and their changes come from: the type mappings.
import type { AdministrativeUnitFilter } from '../../generated/schema.ts'
import { textFilter } from '../../graph/sql/filter.ts'
import { wordsFilter } from '../../graph/sql/words.ts'
import {
  column,
  connection,
  globalId,
  list,
  one,
  type Scope,
  type TypeMapping,
} from '../../graph/schema/type-mapping.ts'
import type { Sql } from '../../graph/sql/statement.ts'

/** A code alone is no key: the unit's first day distinguishes the old bearer from the new one. */
const key = (row: string): Sql => `${row}.code || ':' || coalesce(${row}.valid_from::text, '')`

/** Valid on a day: from its first day on, up to but not on the day it ended. */
const validOn = (row: string, day: Sql): Sql =>
  `(coalesce(${row}.valid_from, '-infinity') <= ${day} and ${day} < coalesce(${row}.valid_to, 'infinity'))`

const dayOf = (scope: Scope, on: unknown): Sql =>
  typeof on === 'string'
    ? scope.statement.value(on, 'date')
    : `(${scope.statement.value(scope.now, 'timestamptz')} at time zone 'Asia/Ho_Chi_Minh')::date`

export const administrativeUnitMapping: TypeMapping = {
  type: 'AdministrativeUnit',
  table: 'administrative_unit',
  // The code by itself first, for its index; the last colon of an id is the one before the day.
  id: {
    sql: key,
    find: (row, wanted) => `${row}.code = regexp_replace(${wanted}, ':[^:]*$', '') and ${key(row)} = ${wanted}`,
  },
  keys: [
    {
      fields: 'code validFrom',
      find: (row, [code, from]) =>
        `${row}.code = ${code} and coalesce(${row}.valid_from, '-infinity') = coalesce(${from}::date, '-infinity')`,
    },
  ],
  fields: {
    id: globalId('AdministrativeUnit', key),
    code: column('code'),
    name: column('name'),
    kind: column('kind'),
    parent: one('AdministrativeUnit', (row, other) => `${other}.id = ${row}.parent_id`),
    validFrom: column('valid_from'),
    validTo: column('valid_to'),
    predecessors: list(
      'UnitChange',
      (row, other) => `${other}.to_id = ${row}.id and ${other}.side = 'FROM'`,
      (other) => `${other}.code`,
    ),
    successors: list(
      'UnitChange',
      (row, other) => `${other}.from_id = ${row}.id and ${other}.side = 'TO'`,
      (other) => `${other}.code`,
    ),
  },
  defaultOrder: { by: (row) => `${row}.code`, type: 'text', descending: false },
  filters: {
    code: textFilter((row) => `${row}.code`),
    parent: textFilter(
      (row) => `${row}.code`,
      (row, test) => `exists (select 1 from administrative_unit p where p.id = ${row}.parent_id and ${test('p')})`,
    ),
    kind: (row, kind: NonNullable<AdministrativeUnitFilter['kind']>, scope) =>
      `${row}.kind = ${scope.statement.value(kind, 'text')}`,
    on: (row, on: NonNullable<AdministrativeUnitFilter['on']>, scope) => validOn(row, dayOf(scope, on)),
    text: wordsFilter((row) => `${row}.search`),
  },
  search: { as: 'ADMINISTRATIVE_UNIT', sql: (row) => `${row}.search` },
}

/** A change seen from either of its ends: `side` says which end the change shows. */
export const unitChangeMapping: TypeMapping = {
  type: 'UnitChange',
  table: `(select c.*, u.side, u.unit_id, w.code from unit_change c
    cross join lateral (values ('FROM', c.from_id), ('TO', c.to_id)) u(side, unit_id)
    join administrative_unit w on w.id = u.unit_id)`,
  fields: {
    unit: one('AdministrativeUnit', (row, other) => `${other}.id = ${row}.unit_id`),
    whole: column('whole'),
    note: column('note'),
  },
}

export const administrativeUnitRoot: TypeMapping = {
  type: 'Query',
  fields: {
    administrativeUnit: {
      kind: 'one',
      type: 'AdministrativeUnit',
      on: (_row, other, scope, args) =>
        `${other}.code = ${scope.statement.value(args['code'], 'text')} and ${validOn(other, dayOf(scope, args['on']))}`,
    },
    administrativeUnits: connection('AdministrativeUnit'),
  },
}
