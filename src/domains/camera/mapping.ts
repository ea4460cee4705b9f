// Where cameras and their events come from: the type mappings.
import { hubError } from '../../access/error.ts'
import type { BoundsFilter, NearFilter } from '../../generated/schema.ts'
import { agencyFilter, booleanFilter, filterOf, textFilter } from '../../graph/sql/filter.ts'
import {
  column,
  connection,
  globalId,
  group,
  keyedBySource,
  keyPart,
  ofSource,
  ofSubtree,
  one,
  type TypeMapping,
  value,
  withinAgency,
} from '../../graph/schema/type-mapping.ts'

/** To a billionth of a degree: smaller differences are nothing on the ground and underflow in the database. */
const fine = (degrees: number): number => Math.round(degrees * 1e9) / 1e9
const isLatitude = (degrees: number): boolean => degrees >= -90 && degrees <= 90
const isLongitude = (degrees: number): boolean => degrees >= -180 && degrees <= 180

const wrongPosition = (): Error =>
  hubError(
    'BAD_USER_INPUT',
    'Vĩ độ từ -90 đến 90, kinh độ từ -180 đến 180, bán kính không âm, nam không vượt bắc. · ' +
      'Latitudes are from -90 to 90, longitudes from -180 to 180, distances not negative, south not above north.',
  )

/** Great-circle distance in metres on a sphere of 6,371 km: within 0.5 % of the ellipsoid's. */
const distance = (row: string, latitude: string, longitude: string): string =>
  `(12742000 * asin(sqrt(least(1, power(sin(radians(${row}.latitude - ${latitude}) / 2), 2)
    + cos(radians(${latitude})) * cos(radians(${row}.latitude)) * power(sin(radians(${row}.longitude - ${longitude}) / 2), 2)))))`

export const cameraMapping: TypeMapping = {
  type: 'Camera',
  table: 'camera',
  rows: withinAgency('camera:read'),
  id: {
    sql: (row) => `${row}.source_id || ':' || ${row}.code`,
    find: (row, wanted) => `${ofSource(row, wanted)} and ${row}.code = ${keyPart(wanted)}`,
  },
  keys: [
    {
      fields: 'code',
      find: (row, [code]) => `${row}.code = ${code}`,
      orderBy: (row) => `${row}.source_id, ${row}.id`,
    },
  ],
  fields: {
    id: globalId('Camera', (row) => `${row}.source_id || ':' || ${row}.code`),
    code: column('code'),
    name: column('name'),
    manufacturer: column('manufacturer'),
    model: column('model'),
    firmware: column('firmware'),
    serialNumber: column('serial_number'),
    agency: one('Agency', (row, other) => `${other}.id = ${row}.agency_id`),
    unit: one('AdministrativeUnit', (row, other) => `${other}.id = ${row}.unit_id`),
    location: group('Location', { present: (row) => `${row}.latitude is not null and ${row}.longitude is not null` }),
    online: column('online'),
    observedAt: column('observed_at'),
    profiles: {
      kind: 'custom',
      // Stream references are not even fetched for a caller who may not have them.
      compile: ({ allowed }, row) =>
        allowed('CameraProfile', 'streamUri')
          ? `${row}.profiles`
          : `(select coalesce(jsonb_agg(p - 'streamUri' - 'snapshotUri'), '[]') from jsonb_array_elements(${row}.profiles) p)`,
    },
    events: connection(
      'CameraEvent',
      (row, other) => `${other}.source_id = ${row}.source_id and ${other}.camera_code = ${row}.code`,
    ),
    provenance: group('Provenance'),
  },
  orders: {
    CODE_ASC: { by: (row) => `${row}.code`, type: 'text', descending: false },
    OBSERVED_AT_DESC: {
      by: (row) => `coalesce(${row}.observed_at, '-infinity'::timestamptz)`,
      type: 'timestamptz',
      descending: true,
    },
  },
  defaultOrder: { by: (row) => `${row}.code`, type: 'text', descending: false },
  filters: {
    online: booleanFilter((row) => `${row}.online`),
    agency: agencyFilter((row) => `${row}.agency_path`),
    unit: textFilter(
      (row) => `${row}.code`,
      (row, test) => `${row}.unit_id in (select u.id from administrative_unit u where ${test('u')})`,
    ),
    near: filterOf(['latitude', 'longitude', 'metres'], (row, near: NearFilter, { statement }) => {
      if (!isLatitude(near.latitude) || !isLongitude(near.longitude) || near.metres < 0) throw wrongPosition()
      return `(${row}.latitude is not null and ${distance(row, statement.value(fine(near.latitude), 'float8'), statement.value(fine(near.longitude), 'float8'))}
        <= ${statement.value(near.metres, 'float8')})`
    }),
    within: filterOf(['south', 'west', 'north', 'east'], (row, box: BoundsFilter, { statement }) => {
      const { south, west, north, east } = box
      if (![south, north].every(isLatitude) || ![west, east].every(isLongitude) || south > north) throw wrongPosition()
      const [from, to] = [statement.value(west, 'float8'), statement.value(east, 'float8')]
      // Bounds whose west lies east of their east cross the 180th meridian.
      const across = west <= east ? 'and' : 'or'
      return `(${row}.latitude between ${statement.value(south, 'float8')} and ${statement.value(north, 'float8')}
        and (${row}.longitude >= ${from} ${across} ${row}.longitude <= ${to}))`
    }),
  },
  search: { as: 'CAMERA', sql: (row) => `${row}.search` },
}

export const cameraParts: readonly TypeMapping[] = [
  { type: 'Agency', fields: { cameras: connection('Camera', ofSubtree) } },
  { type: 'Location', fields: { latitude: column('latitude'), longitude: column('longitude') } },
  {
    type: 'CameraEvent',
    table: 'camera_event',
    // An event is seen by who sees its camera.
    rows: (row, scope) =>
      `exists (select 1 from camera c where c.source_id = ${row}.source_id and c.code = ${row}.camera_code
        and ${withinAgency('camera:read')('c', scope)})`,
    id: keyedBySource,
    fields: {
      id: globalId('CameraEvent', keyedBySource.sql),
      kind: column('kind'),
      label: column('label'),
      from: value((row) => `${row}.from_at`),
      to: value((row) => `${row}.to_at`),
    },
    defaultOrder: { by: (row) => `${row}.from_at`, type: 'timestamptz', descending: true },
  },
]

export const cameraRoot: TypeMapping = {
  type: 'Query',
  fields: {
    camera: {
      kind: 'one',
      type: 'Camera',
      on: (_row, other, scope, args) => `${other}.code = ${scope.statement.value(args['code'], 'text')}`,
      orderBy: (other) => `${other}.source_id, ${other}.id`,
    },
    cameras: connection('Camera'),
  },
}
