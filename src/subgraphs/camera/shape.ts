import type { BoundsFilter, NearFilter, StringFilter } from '../../generated/schema.ts'
import { agencyFilter, booleanFilter, chosen } from '../../graph/filter.ts'
import { column, connection, globalId, group, one, type Shape, value, withinAgency } from '../../graph/shape.ts'

const key = (row: string): string => `${row}.source_id || ':' || ${row}.key`

/** Great-circle distance in metres on a sphere of 6,371 km: within 0.5 % of the ellipsoid's. */
const distance = (row: string, latitude: string, longitude: string): string =>
  `(12742000 * asin(sqrt(power(sin(radians(${row}.latitude - ${latitude}) / 2), 2)
    + cos(radians(${latitude})) * cos(radians(${row}.latitude)) * power(sin(radians(${row}.longitude - ${longitude}) / 2), 2))))`

export const cameraShape: Shape = {
  type: 'Camera',
  table: 'camera',
  rows: withinAgency('camera:read'),
  id: {
    sql: (row) => `${row}.source_id || ':' || ${row}.code`,
    find: (row, wanted) => `${row}.source_id || ':' || ${row}.code = ${wanted}`,
  },
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
    location: group('Location', (row) => `${row}.latitude is not null and ${row}.longitude is not null`),
    online: column('online'),
    observedAt: column('observed_at'),
    profiles: {
      kind: 'custom',
      // Stream references are not even fetched for whoever may not have them.
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
    unit: (row, filter: StringFilter, scope) => {
      const codes = chosen(filter)
      return codes === null
        ? 'true'
        : `${row}.unit_id in (select u.id from administrative_unit u where u.code = any(${scope.statement.value(codes, 'text[]')}))`
    },
    near: (row, near: NearFilter, { statement }) =>
      `(${row}.latitude is not null and ${distance(row, statement.value(near.latitude, 'float8'), statement.value(near.longitude, 'float8'))}
        <= ${statement.value(near.metres, 'float8')})`,
    within: (row, box: BoundsFilter, { statement }) =>
      `(${row}.latitude between ${statement.value(box.south, 'float8')} and ${statement.value(box.north, 'float8')}
        and ${row}.longitude between ${statement.value(box.west, 'float8')} and ${statement.value(box.east, 'float8')})`,
  },
  search: { as: 'CAMERA', sql: (row) => `${row}.search` },
}

export const cameraParts: readonly Shape[] = [
  { type: 'Location', fields: { latitude: column('latitude'), longitude: column('longitude') } },
  {
    type: 'CameraEvent',
    table: 'camera_event',
    // An event is seen by whoever sees its camera.
    rows: (row, scope) =>
      `exists (select 1 from camera c where c.source_id = ${row}.source_id and c.code = ${row}.camera_code
        and ${withinAgency('camera:read')('c', scope)})`,
    id: { sql: key, find: (row, wanted) => `${key(row)} = ${wanted}` },
    fields: {
      id: globalId('CameraEvent', key),
      kind: column('kind'),
      label: column('label'),
      from: value((row) => `${row}.from_at`),
      to: value((row) => `${row}.to_at`),
    },
    defaultOrder: { by: (row) => `${row}.from_at`, type: 'timestamptz', descending: true },
  },
]

export const cameraRoot: Shape = {
  type: 'Query',
  fields: {
    camera: {
      kind: 'one',
      type: 'Camera',
      on: (_row, other, scope, args) => `${other}.code = ${scope.statement.value(args['code'], 'text')}`,
    },
    cameras: connection('Camera'),
  },
}
