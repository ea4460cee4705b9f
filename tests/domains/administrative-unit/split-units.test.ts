import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CameraRecord, ObservationRecord } from '#connector'
import { cameraSink } from '../../../src/domains/camera/store.ts'
import { observationSink } from '../../../src/domains/report/store.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
  await database.pool.query(`
    insert into administrative_unit (code, name, kind, valid_from, valid_to) values
      ('11', 'Xã Chia', 'COMMUNE', null, '2025-07-01'), ('12', 'Xã Nhập', 'COMMUNE', null, '2025-07-01'),
      ('13', 'Xã Giữ Mã', 'COMMUNE', null, '2025-07-01'), ('13', 'Phường Giữ Mã', 'WARD', '2025-07-01', null),
      ('21', 'Xã Một', 'COMMUNE', '2025-07-01', null), ('22', 'Xã Hai', 'COMMUNE', '2025-07-01', null);
    insert into unit_change (from_id, to_id, whole)
      select f.id, t.id, false from (values ('11', '21'), ('11', '22'), ('12', '21'), ('13', '13'), ('13', '22')) c(a, b)
      join administrative_unit f on f.code = c.a and f.valid_to is not null
      join administrative_unit t on t.code = c.b and t.valid_to is null;
    insert into source (id, connector, title, agency_code, schedule, timezone)
      values ('s', 'camera', 'S', 'H53', '* * * * *', 'Asia/Ho_Chi_Minh')`)
})
afterAll(() => database.drop())

const camera = (unitCode: string | null): CameraRecord =>
  ({
    code: `C${unitCode}`,
    name: null,
    manufacturer: null,
    model: null,
    firmware: null,
    serialNumber: null,
    agency: null,
    unitCode,
    location: null,
    online: null,
    observedAt: null,
    profiles: [],
  }) satisfies CameraRecord
const codes = ['11', '12', '13', '21', '99', null] as const

describe('a former unit that was split', () => {
  it('lets the camera that names it wait with the units that it could be, and no other camera', async () => {
    const refused = await database.db.transaction().execute((trx) =>
      cameraSink.refuse!(
        trx,
        codes.map((code) => ({ key: String(code), record: camera(code) })),
      ),
    )
    expect([...refused]).toEqual([
      ['11', { reject: 'AMBIGUOUS', at: 'unitCode', found: '11', expected: 'one of 21, 22' }],
    ])
  })

  it('of one successor is that one; a code that is still borne is its bearer; one that no table knows is none', async () => {
    const at = '2026-03-01T08:00:00.000+07:00'
    await database.db.transaction().execute((trx) =>
      cameraSink.upsert(
        trx,
        codes.map((code) => ({
          source: 's',
          stream: 'devices',
          key: String(code),
          record: camera(code),
          run: 1,
          firstSeenAt: at,
          changedAt: at,
        })),
      ),
    )
    const { rows } = await database.pool.query<{ key: string; name: string | null }>(
      'select c.key, u.name from camera c left join administrative_unit u on u.id = c.unit_id order by c.key',
    )
    expect(Object.fromEntries(rows.map(({ key, name }) => [key, name]))).toEqual({
      11: null,
      12: 'Xã Một',
      13: 'Phường Giữ Mã',
      21: 'Xã Một',
      99: null,
      null: null,
    })
  })

  it('lets an observation wait whose period ended after the split, and takes one of before', async () => {
    const observation = (areaCode: string, to: string): { key: string; record: ObservationRecord } => ({
      key: `${areaCode} ${to}`,
      record: { areaCode, period: { code: to, from: to, to } } as ObservationRecord,
    })
    const refused = await database.db
      .transaction()
      .execute((trx) =>
        observationSink.refuse!(trx, [
          observation('11', '2025-06-30'),
          observation('11', '2025-07-01'),
          observation('12', '2026-01-31'),
          observation('13', '2026-01-31'),
          observation('VN', '2026-01-31'),
        ]),
      )
    expect([...refused]).toEqual([
      ['11 2025-07-01', { reject: 'AMBIGUOUS', at: 'areaCode', found: '11', expected: 'one of 21, 22' }],
    ])
  })
})
