// Counts working time by the calendar of holidays.
import { sql, type Transaction } from 'kysely'
import type { Tables } from '../../db/tables.ts'

/** Days that differ from the week's rule: holidays, and weekend days that are worked. */
export type Calendar = ReadonlyMap<string, 'HOLIDAY' | 'WORKING'>

const offset = 7 * 3_600_000
const day = 86_400_000

export async function loadCalendar(trx: Transaction<Tables>): Promise<Calendar> {
  const { rows } = await sql<{ day: string; kind: 'HOLIDAY' | 'WORKING' }>`select day, kind from calendar_day`.execute(
    trx,
  )
  return new Map(rows.map((row) => [row.day, row.kind]))
}

function isWorked(calendar: Calendar, localDay: number): boolean {
  const date = new Date(localDay)
  const known = calendar.get(date.toISOString().slice(0, 10))
  if (known !== undefined) return known === 'WORKING'
  const weekday = date.getUTCDay()
  return weekday !== 0 && weekday !== 6
}

/** Working time of a day in milliseconds since its midnight: 07:00–11:30 and 13:30–17:00. */
const sessions = [
  [7 * 3_600_000, 11.5 * 3_600_000],
  [13.5 * 3_600_000, 17 * 3_600_000],
] as const
const workedADay = 8 * 3_600_000

/** Working time between two instants, in milliseconds; zero when the second is not after the first. */
export function workingTime(calendar: Calendar, from: string, to: string): number {
  const [start, end] = [Date.parse(from) + offset, Date.parse(to) + offset]
  let worked = 0
  for (let midnight = Math.floor(start / day) * day; midnight < end; midnight += day) {
    if (!isWorked(calendar, midnight)) continue
    for (const [opens, closes] of sessions) {
      worked += Math.max(0, Math.min(end, midnight + closes) - Math.max(start, midnight + opens))
    }
  }
  return worked
}

/** Whole working days of 8 hours between two instants. */
export const workingDays = (calendar: Calendar, from: string, to: string): number =>
  Math.floor(workingTime(calendar, from, to) / workedADay)

/** The instant at which that much working time after `from` has passed; an intake out of hours counts from the next session. */
export function afterWorkingTime(calendar: Calendar, from: string, milliseconds: number): string {
  const start = Date.parse(from) + offset
  let left = milliseconds
  for (let midnight = Math.floor(start / day) * day; ; midnight += day) {
    if (!isWorked(calendar, midnight)) continue
    for (const [opens, closes] of sessions) {
      const begin = Math.max(start, midnight + opens)
      const room = midnight + closes - begin
      if (room <= 0) continue
      if (left <= room) return new Date(begin + left - offset).toISOString()
      left -= room
    }
  }
}

/** From when on a deadline is missed: one at local midnight means 17:00 of that day. */
export function dueLimit(dueAt: string): string {
  const local = Date.parse(dueAt) + offset
  return new Date(local % day === 0 ? local + 17 * 3_600_000 - offset : local - offset).toISOString()
}
