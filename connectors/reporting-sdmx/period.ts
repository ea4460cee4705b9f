// The days of a period as SDMX writes it.
import { calendarDate } from '#connector'
import type { PeriodRecord } from '#connector'

const two = (value: number): string => String(value).padStart(2, '0')

/** First and last day of some months of a year, counted from 1. */
function months(code: string, year: number, first: number, count: number): PeriodRecord | null {
  const last = first + count - 1
  if (first < 1 || last > 12) return null
  const days = new Date(Date.UTC(year, last, 0)).getUTCDate()
  const [from, to] = [calendarDate(year, first, 1), calendarDate(year, last, days)]
  return from === null || to === null ? null : { code, from, to }
}

/**
 * The period of a TIME_PERIOD in the hub's spelling, with calendar dates: a year (`2026`, `2026-A1`), half-year (`2026-S1`),
 * quarter (`2026-Q1`), month (`2026-M03`, `2026-03`) or day. null for any other text, also for weeks and ranges, which
 * the hub has no code for.
 */
export function period(text: string): PeriodRecord | null {
  const year = Number(text.slice(0, 4))
  if (!/^\d{4}/.test(text) || year < 1) return null
  const rest = text.slice(4)
  if (rest === '' || rest === '-A1') return months(text.slice(0, 4), year, 1, 12)
  const half = /^-S([12])$/.exec(rest)
  if (half !== null) return months(text, year, Number(half[1]) * 6 - 5, 6)
  const quarter = /^-Q([1-4])$/.exec(rest)
  if (quarter !== null) return months(text, year, Number(quarter[1]) * 3 - 2, 3)
  const month = /^-M?(\d{2})$/.exec(rest)
  if (month !== null) return months(`${text.slice(0, 4)}-M${two(Number(month[1]))}`, year, Number(month[1]), 1)
  const day = /^-(\d{2})-(\d{2})$/.exec(rest)
  const date = day === null ? null : calendarDate(year, Number(day[1]), Number(day[2]))
  return date === null ? null : { code: date, from: date, to: date }
}
