// The reference data that come with the hub.
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { loadShippedReference, shippedUnits } from '../../src/reference/index.ts'
import type { FreshDatabase } from '../kit/database.ts'
import { freshDatabase } from '../kit/database.ts'

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
  await loadShippedReference(database.db)
})
afterAll(() => database.drop())

const rows = async (statement: string) => (await database.pool.query(statement)).rows
const commune = `u.code ~ '^[0-9]{5}$'`

describe('the shipped units', () => {
  it('are 96 present communes in the new province and 280 old ones in 24 districts of two old provinces', async () => {
    expect(
      await rows(`
        select u.kind, u.valid_to is null as present, count(*)::int from administrative_unit u
        group by 1, 2 order by 1, 2`),
    ).toEqual([
      { kind: 'CITY', present: false, count: 2 },
      { kind: 'COMMUNE', present: false, count: 231 },
      { kind: 'COMMUNE', present: true, count: 82 },
      { kind: 'DISTRICT', present: false, count: 19 },
      { kind: 'PROVINCE', present: false, count: 2 },
      { kind: 'PROVINCE', present: true, count: 1 },
      { kind: 'TOWN', present: false, count: 3 },
      { kind: 'TOWNSHIP', present: false, count: 21 },
      { kind: 'WARD', present: false, count: 28 },
      { kind: 'WARD', present: true, count: 14 },
    ])
    expect(
      await rows(`select count(*)::int from administrative_unit u join administrative_unit p on p.id = u.parent_id
        where ${commune} and u.valid_to is null and p.code = '80' and p.name = 'Tỉnh Tây Ninh'`),
    ).toEqual([{ count: 96 }])
    expect(
      await rows(`select p.name, count(*)::int from administrative_unit u join administrative_unit d on d.id = u.parent_id
        join administrative_unit p on p.id = d.parent_id where ${commune} and u.valid_to = '2025-07-01' group by 1 order by 2`),
    ).toEqual([
      { name: 'Tỉnh Tây Ninh', count: 94 },
      { name: 'Tỉnh Long An', count: 186 },
    ])
  })

  it('all 96 new communes carry an old code, 46 of them under another name, and have predecessors', async () => {
    expect(
      await rows(`
        select count(*)::int as reused, count(*) filter (where substring(o.name from '\\m(?:Phường|Xã|Thị trấn) (.*)$')
            <> substring(u.name from '\\m(?:Phường|Xã) (.*)$'))::int as renamed,
          count(*) filter (where exists (select 1 from unit_change c where c.to_id = u.id))::int as reached
        from administrative_unit u join administrative_unit o on o.code = u.code and o.valid_to = '2025-07-01'
        where ${commune} and u.valid_to is null`),
    ).toEqual([{ reused: 96, renamed: 46, reached: 96 }])
  })

  it('every old commune reaches its successors, 21 of them several', async () => {
    expect(
      await rows(`
        select count(*)::int as reached, count(*) filter (where n > 1)::int as split,
          count(*) filter (where n > 1 and somewhere_whole)::int as contradictory
        from (select c.from_id, count(*) as n, bool_or(c.whole) as somewhere_whole from unit_change c
          join administrative_unit u on u.id = c.from_id where ${commune} group by 1) s`),
    ).toEqual([{ reached: 280, split: 21, contradictory: 0 }])
  })

  it('separate the bearers of one code by their days', async () => {
    expect(
      await rows(`select name, valid_from, valid_to from administrative_unit where code in ('80', '25534')
        order by code, valid_to nulls last`),
    ).toEqual([
      { name: 'Xã Suối Dây', valid_from: null, valid_to: '2025-07-01' },
      { name: 'Xã Tân Thành', valid_from: '2025-07-01', valid_to: null },
      { name: 'Tỉnh Long An', valid_from: null, valid_to: '2025-07-01' },
      { name: 'Tỉnh Tây Ninh', valid_from: '2025-07-01', valid_to: null },
    ])
    expect(
      await rows(`select o.code, o.name, c.whole from unit_change c join administrative_unit n on n.id = c.to_id
        join administrative_unit o on o.id = c.from_id where n.code = '25645' order by 1`),
    ).toEqual([
      { code: '25645', name: 'Phường Long Thành Trung', whole: true },
      { code: '25651', name: 'Xã Long Thành Nam', whole: true },
    ])
  })

  it('are clean: NFC, single spaces, the word for the kind in one spelling', () => {
    for (const { name } of shippedUnits()) {
      expect(name).toBe(name.normalize('NFC').replaceAll(/\s+/gu, ' ').trim())
      expect(name).toMatch(/^(Tỉnh|Thành phố|Thị xã|Huyện|Thị trấn|Phường|Xã) /)
    }
  })
})

describe('loading the shipped reference again', () => {
  it('changes nothing', async () => {
    expect(await loadShippedReference(database.db)).toEqual({
      units: { inserted: 0, updated: 0, unchanged: 403 },
      changes: { inserted: 0, updated: 0, unchanged: 304 },
      days: { inserted: 0, updated: 0, unchanged: 151 },
    })
  })

  it('keeps what others wrote, and brings days of an earlier edition up to date', async () => {
    const own = await freshDatabase()
    try {
      await sql`
        insert into administrative_unit (code, name, kind, valid_from) values ('25645', 'Phường Hòa Thành mới', 'WARD', '2025-07-01')
      `.execute(own.db)
      await sql`
        insert into calendar_day (day, kind, name, source) values
          ('2026-09-02', 'WORKING', 'by hand', 'an operator'), ('2026-04-30', 'WORKING', 'old', 'shipped 2020-01')
      `.execute(own.db)
      const { units, days } = await loadShippedReference(own.db)
      expect([units.inserted, units.updated, days.inserted, days.updated]).toEqual([402, 0, 149, 1])
      const { rows: kept } = await own.pool.query(
        `select name from administrative_unit where code = '25645' and valid_to is null
         union all (select name from calendar_day where day in ('2026-09-02', '2026-04-30') order by day)`,
      )
      expect(kept.map(({ name }) => name)).toEqual(['Phường Hòa Thành mới', 'Ngày Chiến thắng', 'by hand'])
    } finally {
      await own.drop()
    }
  })

  it('is safe in two processes at once', async () => {
    const own = await freshDatabase()
    try {
      await Promise.all([loadShippedReference(own.db), loadShippedReference(own.db)])
      const { rows: counted } = await own.pool.query('select count(*)::int from administrative_unit')
      expect(counted).toEqual([{ count: 403 }])
    } finally {
      await own.drop()
    }
  })
})

describe('the shipped calendar', () => {
  it('holds the holidays of 2026 and the one day worked for another that is known', async () => {
    const days = await rows(`select day from calendar_day where day between '2026-01-01' and '2026-12-31' order by day`)
    expect(days.map(({ day }) => String(day).slice(5))).toEqual([
      '01-01',
      '02-16',
      '02-17',
      '02-18',
      '02-19',
      '02-20',
      '04-26',
      '04-27',
      '04-30',
      '05-01',
      '09-01',
      '09-02',
    ])
    expect(await rows(`select day, kind from calendar_day where kind = 'WORKING'`)).toEqual([
      { day: '2024-05-04', kind: 'WORKING' },
    ])
  })

  it('says which days are estimates', async () => {
    expect(await rows(`select min(day) as first from calendar_day where source like '%estimate'`)).toEqual([
      { first: '2027-01-01' },
    ])
  })
})
