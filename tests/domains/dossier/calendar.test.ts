import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { loadShippedReference } from '../../../src/reference/index.ts'
import type { Calendar } from '../../../src/domains/dossier/calendar.ts'
import {
  afterWorkingTime,
  dueLimit,
  loadCalendar,
  workingDays,
  workingTime,
} from '../../../src/domains/dossier/calendar.ts'
import type { FreshDatabase } from '../../kit/database.ts'
import { freshDatabase } from '../../kit/database.ts'

const minute = 60_000
const workedDay = 8 * 60 * minute
const offset = 7 * 60 * minute
const first = Date.parse('2025-01-01T00:00:00+07:00')

/** Minutes of two years; days of them that differ from the week's rule. */
const moment = fc.integer({ min: 0, max: 2 * 365 * 24 * 60 }).map((at) => new Date(first + at * minute).toISOString())
const calendar: fc.Arbitrary<Calendar> = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 800 }), fc.constantFrom('HOLIDAY' as const, 'WORKING' as const)), {
    maxLength: 60,
  })
  .map(
    (days) =>
      new Map(
        days.map(([day, kind]) => [new Date(first + offset + day * 1440 * minute).toISOString().slice(0, 10), kind]),
      ),
  )
const work = fc.integer({ min: 1, max: 60 * 8 * 60 }).map((minutes) => minutes * minute)

describe('working time', () => {
  it('that is counted forward is found again between the two instants', () => {
    fc.assert(
      fc.property(calendar, moment, work, (days, from, time) => {
        expect(workingTime(days, from, afterWorkingTime(days, from, time))).toBe(time)
      }),
    )
  })

  it('ends at the first instant at which it has passed', () => {
    fc.assert(
      fc.property(calendar, moment, work, (days, from, time) => {
        const end = Date.parse(afterWorkingTime(days, from, time))
        expect(workingTime(days, from, new Date(end - 1).toISOString())).toBe(time - 1)
      }),
    )
  })

  it('never ends earlier for a later intake or for more work', () => {
    fc.assert(
      fc.property(calendar, moment, moment, work, work, (days, one, other, less, more) => {
        const [from, later] = one < other ? [one, other] : [other, one]
        const short = Math.min(less, more)
        const long = Math.max(less, more)
        const end = afterWorkingTime(days, from, short)
        expect(end <= afterWorkingTime(days, later, short)).toBe(true)
        expect(end <= afterWorkingTime(days, from, long)).toBe(true)
        expect(end > from).toBe(true)
      }),
    )
  })

  it('adds up over a moment between, and is nothing backwards', () => {
    fc.assert(
      fc.property(calendar, moment, moment, moment, (days, ...moments) => {
        const [from, between, to] = moments.toSorted() as [string, string, string]
        expect(workingTime(days, from, to)).toBe(workingTime(days, from, between) + workingTime(days, between, to))
        expect(workingTime(days, to, from)).toBe(0)
      }),
    )
  })

  it('of whole days is counted as so many working days, and one instant less as one day less', () => {
    fc.assert(
      fc.property(calendar, moment, fc.integer({ min: 1, max: 40 }), (days, from, count) => {
        const end = afterWorkingTime(days, from, count * workedDay)
        expect(workingDays(days, from, end)).toBe(count)
        expect(workingDays(days, from, new Date(Date.parse(end) - 1).toISOString())).toBe(count - 1)
      }),
    )
  })

  it('of a whole day from an instant in a session ends at the same hour of the next worked day', () => {
    fc.assert(
      fc.property(calendar, moment, (days, from) => {
        const local = new Date(Date.parse(from) + offset).toISOString()
        const inSession = workingTime(days, from, new Date(Date.parse(from) + minute).toISOString()) === minute
        fc.pre(inSession)
        const end = new Date(Date.parse(afterWorkingTime(days, from, workedDay)) + offset).toISOString()
        // An instant at which a session opens is also the one at which the session before it closed.
        const opens = ['07:00', '13:30'].includes(local.slice(11, 16))
        expect(end.slice(11)).toBe(
          opens ? (local.slice(11, 13) === '07' ? '17:00:00.000Z' : '11:30:00.000Z') : local.slice(11),
        )
      }),
    )
  })
})

describe('a deadline', () => {
  it.each([
    ['2026-03-05T00:00:00+07:00', '2026-03-05T10:00:00.000Z'],
    ['2026-03-05T00:01:00+07:00', '2026-03-04T17:01:00.000Z'],
    ['2026-03-05T16:00:00+07:00', '2026-03-05T09:00:00.000Z'],
  ])('at %s is missed from %s on', (dueAt, limit) => {
    expect(dueLimit(dueAt)).toBe(limit)
  })
})

describe('with the shipped holidays', () => {
  let database: FreshDatabase
  let shipped: Calendar
  beforeAll(async () => {
    database = await freshDatabase()
    await loadShippedReference(database.db)
    shipped = await database.db.transaction().execute(loadCalendar)
  })
  afterAll(() => database.drop())

  it.each([
    ['over the Tết of 2026', '2026-02-13T15:00:00+07:00', 1, '2026-02-23T15:00:00+07:00'],
    ['over 30 April and 1 May 2026', '2026-04-29T08:00:00+07:00', 2, '2026-05-05T08:00:00+07:00'],
    ['over a Saturday that was worked for a Monday', '2024-05-03T10:00:00+07:00', 1, '2024-05-04T10:00:00+07:00'],
    ['in an ordinary week', '2026-03-02T10:00:00+07:00', 3, '2026-03-05T10:00:00+07:00'],
    ['from a Sunday', '2026-03-08T10:00:00+07:00', 1, '2026-03-09T17:00:00+07:00'],
    ['from an evening', '2026-03-05T19:00:00+07:00', 1, '2026-03-06T17:00:00+07:00'],
  ])('a deadline %s falls on the day that is worked', (_, from, days, expected) => {
    expect(afterWorkingTime(shipped, from, days * workedDay)).toBe(new Date(expected).toISOString())
  })
})
