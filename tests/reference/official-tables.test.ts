// The official tables themselves, where they are at hand.
import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { afterAll, describe, expect, it } from 'vitest'

import { importReference, loadShippedReference } from '../../src/reference/index.ts'
import type { FreshDatabase } from '../kit/database.ts'
import { freshDatabase } from '../kit/database.ts'
import { underLoad } from '../kit/under-load.ts'

const samples = process.env['HUB_SAMPLES']
const tables = samples === undefined ? '' : join(samples, 'reference-data')
const portal = samples === undefined ? '' : join(samples, 'one-stop-shop')

let database: FreshDatabase | undefined
afterAll(() => database?.drop())
const rows = async (statement: string) => (await database!.pool.query(statement)).rows
const commune = `u.code ~ '^[0-9]{5}$'`

describe.skipIf(!existsSync(tables) || !existsSync(portal))('the official tables as published', () => {
  it('are stored over the shipped units, whose content they confirm, within a few seconds', async () => {
    database = await freshDatabase()
    await loadShippedReference(database.db)
    const before = await rows(`select code, name, valid_from from administrative_unit order by 1, 3`)
    const started = Date.now()
    const { files, units, onlyInOldTable, onlyInConversion, withoutOldCode } = await importReference(
      database.db,
      tables,
    )
    expect(Date.now() - started).toBeLessThan(underLoad(20_000))
    expect(units.updated).toBe(0)
    expect(before).toHaveLength(403)
    expect(files.filter(({ kind }) => kind !== 'skipped').map(({ kind, rows: count }) => [kind, count])).toEqual(
      expect.arrayContaining([
        ['conversion-table', 10_571],
        ['old-communes', 10_056],
        ['present-units', 3355],
        ['holidays', 150],
      ]),
    )
    expect([onlyInOldTable.length, onlyInConversion.length, withoutOldCode.length]).toEqual([28, 10, 6])
  })

  it('lead every one of the 10,033 old codes to its successors, 441 of them to several', async () => {
    expect(
      await rows(`select count(*)::int as reached, count(*) filter (where n > 1)::int as several
        from (select from_id, count(*) as n from unit_change c join administrative_unit u on u.id = c.from_id
          where ${commune} group by 1) s`),
    ).toEqual([{ reached: 10_033, several: 441 }])
    expect(
      await rows(`select count(*)::int as without from administrative_unit u
        where ${commune} and u.valid_to is not null and not exists (select 1 from unit_change c where c.from_id = u.id)`),
    ).toEqual([{ without: 28 }])
  })

  it('make 3,321 present communes in 34 provinces, the six without an old code among them', async () => {
    expect(
      await rows(`select count(*) filter (where ${commune})::int as communes,
          count(*) filter (where u.kind = 'PROVINCE')::int as provinces,
          count(*) filter (where u.kind = 'WARD')::int as wards,
          count(*) filter (where u.kind = 'SPECIAL_ZONE')::int as zones,
          count(*) filter (where u.parent_id is null)::int as roots
        from administrative_unit u where u.valid_to is null`),
    ).toEqual([{ communes: 3321, provinces: 34, wards: 687, zones: 13, roots: 34 }])
    expect(
      await rows(`select u.code from administrative_unit u where ${commune} and u.valid_to is null
        and not exists (select 1 from unit_change c where c.to_id = u.id) order by 1`),
    ).toEqual(['11948', '19742', '20333', '21548', '26732'].map((code) => ({ code })))
  })

  it('are all unchanged the second time, clean, and every old commune lies in a district of an old province', async () => {
    const { units, changes, files } = await importReference(database!.db, tables)
    expect([units.inserted, units.updated, changes.inserted, changes.updated]).toEqual([0, 0, 0, 0])
    expect(files.every(({ inserted, updated }) => inserted + updated === 0)).toBe(true)
    expect(
      await rows(`select name from administrative_unit
        where name is not nfc normalized or name ~ '\\s\\s|^\\s|\\s$|[\\n\\r\\t]' or name ~ '^(Xa|xã|phường|Thị Xã|Thị Trấn|Thi) '`),
    ).toEqual([])
    expect(
      await rows(`select count(*)::int as lost from administrative_unit u
        left join administrative_unit d on d.id = u.parent_id and d.valid_to = '2025-07-01'
        left join administrative_unit p on p.id = d.parent_id and p.kind = 'PROVINCE' and p.valid_to = '2025-07-01'
        where ${commune} and u.valid_to = '2025-07-01' and p.id is null`),
    ).toEqual([{ lost: 0 }])
    expect(
      await rows(`select count(*)::int from administrative_unit where kind = 'PROVINCE' and valid_to is not null`),
    ).toEqual([{ count: 63 }])
  })

  it('of the portal give 57 agencies and 2,395 procedures, 605 for both audiences', async () => {
    await importReference(database!.db, portal)
    expect(await rows('select count(*)::int from agency')).toEqual([{ count: 57 }])
    expect(
      await rows(
        `select count(*)::int, count(*) filter (where cardinality(audiences) = 2)::int as both from procedure`,
      ),
    ).toEqual([{ count: 2395, both: 605 }])
    const again = await importReference(database!.db, portal)
    expect(again.files.every(({ inserted, updated }) => inserted + updated === 0)).toBe(true)
  })
})
