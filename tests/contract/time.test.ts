// Times of the province.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import {
  addDays,
  calendarDate,
  dateOf,
  instant,
  isoInstant,
  localInstant,
  millisecondsOf,
} from '../../src/contract/time.ts'

const milliseconds = fc.integer({ min: Date.UTC(1975, 5, 13), max: Date.UTC(9999, 0, 1) })
const dates = fc
  .integer({ min: Date.UTC(1975, 5, 13), max: Date.UTC(9900, 0, 1) })
  .map((value) => new Date(value).toISOString().slice(0, 10))

describe('instants', () => {
  it('keep their millisecond and are written in Vietnam time', () => {
    fc.assert(
      fc.property(milliseconds, (value) => {
        const text = instant(value) ?? ''
        expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+07:00$/)
        expect(millisecondsOf(text)).toBe(value)
      }),
    )
    expect(instant(Date.UTC(2026, 2, 5, 1))).toBe('2026-03-05T08:00:00.000+07:00')
  })

  it('are none outside the years that have one rule, or where there is no number', () => {
    const from = Date.UTC(1975, 5, 12, 17)
    expect([from - 1, 253_402_275_600_000, NaN, Infinity].map(instant)).toEqual([null, null, null, null])
    expect(instant(from)).toBe('1975-06-13T00:00:00.000+07:00')
  })

  it('are the same instant whatever offset the text has', () => {
    fc.assert(
      fc.property(milliseconds, fc.integer({ min: -840, max: 840 }), (value, minutes) => {
        const local = new Date(value + minutes * 60_000).toISOString().slice(0, -1)
        const absolute = Math.abs(minutes)
        const two = (part: number) => String(part).padStart(2, '0')
        const zone = `${minutes < 0 ? '-' : '+'}${two(Math.floor(absolute / 60))}:${two(absolute % 60)}`
        expect(isoInstant(local + zone)).toBe(instant(value))
        expect(isoInstant(local + zone.replace(':', ''))).toBe(instant(value))
      }),
    )
  })

  it.each([
    ['2026-03-05T01:00:00Z', '2026-03-05T08:00:00.000+07:00'],
    ['2026-03-05 01:00Z', '2026-03-05T08:00:00.000+07:00'],
    ['2026-03-05T08:00:00.1234567+0700', '2026-03-05T08:00:00.123+07:00'],
    ['2025-02-30T01:00:00Z', null],
    ['2026-03-05T24:00:00Z', null],
    ['2026-03-05T01:60:00Z', null],
    ['2026-06-30T23:59:60Z', null],
    ['2026-03-05T01:00:00+15:00', null],
    ['2026-03-05T01:00:00+07:60', null],
    ['2026-03-05', null],
    ['05/03/2026 01:00', null],
    ['1970-01-01T00:00:00Z', null],
    ['', null],
  ])('of %j is %j', (text, expected) => {
    expect(isoInstant(text)).toBe(expected)
  })

  it('of a text without an offset are taken only where the source says that it is local', () => {
    expect(isoInstant('2026-03-05T08:00:00')).toBeNull()
    expect(isoInstant('2026-03-05T08:00:00', 'vietnam')).toBe('2026-03-05T08:00:00.000+07:00')
  })

  it('of a local time have exactly its parts', () => {
    expect(localInstant({ year: 2026, month: 3, day: 5, hour: 23, minute: 59, second: 59, millisecond: 1 })).toBe(
      '2026-03-05T23:59:59.001+07:00',
    )
    const wrong = [
      { hour: 24 },
      { minute: 60 },
      { second: 60 },
      { hour: 1.5 },
      { day: 32 },
      { month: 13 },
      { hour: -1 },
    ]
    for (const part of wrong) expect(localInstant({ year: 2026, month: 3, day: 5, ...part })).toBeNull()
  })
})

describe('dates', () => {
  it('are those of the calendar and no other', () => {
    fc.assert(
      fc.property(dates, (date) => {
        const [year = 0, month = 0, day = 0] = date.split('-').map(Number)
        expect(calendarDate(year, month, day)).toBe(date)
      }),
    )
    expect([calendarDate(2025, 2, 30), calendarDate(2023, 2, 29), calendarDate(2026, 0, 1)]).toEqual([null, null, null])
    expect([calendarDate(2024, 2, 29), calendarDate(79, 1, 1)]).toEqual(['2024-02-29', '0079-01-01'])
    expect([calendarDate(0, 1, 1), calendarDate(10_000, 1, 1), calendarDate(2026, 1.5, 1)]).toEqual([null, null, null])
  })

  it('of an instant are those of Vietnam', () => {
    expect(dateOf('2026-03-05T23:59:59.999+07:00')).toBe('2026-03-05')
    expect(dateOf('2026-03-05T17:00:00.000Z')).toBe('2026-03-06')
  })

  it('move by days and back', () => {
    fc.assert(
      fc.property(dates, fc.integer({ min: -4000, max: 4000 }), (date, days) => {
        expect(addDays(addDays(date, days), -days)).toBe(date)
      }),
    )
    expect(addDays('2024-02-28', 2)).toBe('2024-03-01')
  })
})
