// Tests of the pool and of how column values come.
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { instantText } from '../../src/db/column-types.ts'
import { openDatabase } from '../../src/db/open.ts'
import type { FreshDatabase } from '../kit/database.ts'
import { freshDatabase } from '../kit/database.ts'

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase('template1')
})
afterAll(() => database.drop())

async function value(expression: string): Promise<unknown> {
  const { rows } = await database.pool.query<{ value: unknown }>(`select ${expression} as value`)
  return rows[0]?.value
}

describe('values as they come from the database', () => {
  it.each([
    [`timestamptz '2026-03-05T01:00:00Z'`, '2026-03-05T08:00:00.000+07:00'],
    [`timestamptz '2026-03-05T01:00:00.123456Z'`, '2026-03-05T08:00:00.123456+07:00'],
    [`timestamptz '2026-03-05T01:00:00.12Z'`, '2026-03-05T08:00:00.120+07:00'],
    [`timestamptz '1970-01-01T00:00:00Z'`, '1970-01-01T07:00:00.000+07:00'],
    [`timestamptz '1900-01-01T00:00:00Z'`, '1900-01-01T07:00:00.000+07:00'],
    [`timestamptz 'infinity'`, 'infinity'],
    [`null::timestamptz`, null],
    [`date '2026-03-05'`, '2026-03-05'],
    [`12345678901234567890.1200::numeric`, '12345678901234567890.1200'],
    [`9007199254740991::int8`, 9_007_199_254_740_991],
    [`9007199254740993::int8`, '9007199254740993'],
    [`array[timestamptz '2026-03-05T01:00:00Z', null]`, ['2026-03-05T08:00:00.000+07:00', null]],
    [`array[date '2026-03-05']`, ['2026-03-05']],
    [`array[1.50::numeric]`, ['1.50']],
    [`array[1::int8, 9007199254740993::int8]`, [1, '9007199254740993']],
    [`interval '90 minutes'`, 'PT1H30M'],
    [`count(*)`, 1],
  ])('%s comes as %j', async (expression, expected) => {
    expect(await value(expression)).toEqual(expected)
  })

  it('writes every instant as the same instant, whatever offset the server wrote', () => {
    const instants = fc.date({ min: new Date('1901-01-01'), max: new Date('9998-12-31'), noInvalidDate: true })
    fc.assert(
      fc.property(instants, fc.integer({ min: -12, max: 14 }), (instant, hours) => {
        const written = new Date(instant.getTime() + hours * 3_600_000).toISOString()
        const zone = `${hours < 0 ? '-' : '+'}${String(Math.abs(hours)).padStart(2, '0')}`
        const text = instantText(`${written.slice(0, 10)} ${written.slice(11, 23)}${zone}`)
        expect(Date.parse(text)).toBe(instant.getTime())
        expect(text).toMatch(/\.\d{3}\+07:00$/)
      }),
    )
  })
})

describe('connections', () => {
  it('live in Vietnam time and bear the name they are given', async () => {
    expect(await value(`current_setting('TimeZone')`)).toBe('Asia/Ho_Chi_Minh')
    expect(await value(`timestamptz '2026-03-05T08:00:00'`)).toBe('2026-03-05T08:00:00.000+07:00')
    const named = openDatabase(database.url, { applicationName: 'hub work' })
    const { rows } = await named.pool.query(`select current_setting('application_name') as name`)
    expect(rows).toEqual([{ name: 'hub work' }])
    await named.close()
  })

  it('are replaced when the server ends them while they are idle', async () => {
    const broken: Error[] = []
    const own = openDatabase(database.url, {
      max: 1,
      applicationName: 'to end',
      onError: (error) => broken.push(error),
    })
    await own.pool.query('select 1')
    await value(`(select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'to end')`)
    await expect.poll(() => broken.length).toBe(1)
    expect((await sql<{ one: number }>`select 1 as one`.execute(own.db)).rows).toEqual([{ one: 1 }])
    await own.close()
  })

  it('are closed once, also when close is called twice or no query was ever run', async () => {
    const own = openDatabase(database.url)
    await Promise.all([own.close(), own.close()])
    expect(own.pool.ended).toBe(true)
  })
})
