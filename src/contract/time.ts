// Times of the province: every instant is written `2026-03-05T08:00:00.000+07:00`, every date `2026-03-05`. Vietnam has
// been at UTC+7 without daylight saving since 1975-06-13; earlier local times are not taken.

const offset = 7 * 3_600_000
const earliest = Date.UTC(1975, 5, 13) - offset

/**
 * The instant of a count of milliseconds since 1970; null outside 1975 to 9999.
 *
 * @example
 * instant(1_772_672_400_000) // '2026-03-05T08:00:00.000+07:00'
 */
export function instant(milliseconds: number): string | null {
  if (!Number.isFinite(milliseconds) || milliseconds < earliest || milliseconds > 253_402_275_599_999) return null
  return `${new Date(milliseconds + offset).toISOString().slice(0, -1)}+07:00`
}

/**
 * The date; null where the calendar has no such day (30 February is not 2 March).
 *
 * @example
 * calendarDate(2026, 3, 5) // '2026-03-05'
 */
export function calendarDate(year: number, month: number, day: number): string | null {
  if (![year, month, day].every(Number.isInteger) || year < 1 || year > 9999) return null
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
}

export interface LocalTime {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour?: number
  readonly minute?: number
  readonly second?: number
  readonly millisecond?: number
}

/**
 * The instant of a local time in Vietnam; null for what the calendar or the clock does not have. Second 60 is refused.
 *
 * @example
 * localInstant({ year: 2026, month: 3, day: 5, hour: 8 }) // '2026-03-05T08:00:00.000+07:00'
 */
export function localInstant(local: LocalTime): string | null {
  const { year, month, day, hour = 0, minute = 0, second = 0, millisecond = 0 } = local
  if (calendarDate(year, month, day) === null) return null
  if (![hour, minute, second, millisecond].every(Number.isInteger)) return null
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return null
  return instant(Date.UTC(year, month - 1, day, hour, minute, second, millisecond) - offset)
}

const iso = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})?$/

/**
 * The instant of an ISO 8601 text; the offset may lack its colon (`+0000`). A text without an offset is local time in
 * Vietnam where `zoneless` says so, else null.
 *
 * @example
 * isoInstant('2026-03-05T01:00:00Z') // '2026-03-05T08:00:00.000+07:00'
 * isoInstant('2026-03-05 08:00', 'vietnam') // the same instant
 */
export function isoInstant(text: string, zoneless: 'vietnam' | 'refuse' = 'refuse'): string | null {
  const match = iso.exec(text)
  if (match === null) return null
  const [, year, month, day, hour, minute, second, fraction, zone] = match
  if (zone === undefined) {
    if (zoneless === 'refuse') return null
    return localInstant({
      year: Number(year),
      month: Number(month),
      day: Number(day),
      hour: Number(hour),
      minute: Number(minute),
      second: Number(second ?? 0),
      millisecond: Number((fraction ?? '').padEnd(3, '0').slice(0, 3)),
    })
  }
  if (calendarDate(Number(year), Number(month), Number(day)) === null) return null
  const [hours, minutes, seconds] = [Number(hour), Number(minute), Number(second ?? 0)]
  if (hours > 23 || minutes > 59 || seconds > 59) return null
  const sign = zone.startsWith('-') ? -1 : 1
  const [zoneHours, zoneMinutes] = zone === 'Z' ? [0, 0] : [Number(zone.slice(1, 3)), Number(zone.slice(-2))]
  if (zoneHours > 14 || zoneMinutes > 59) return null
  const milliseconds = Number((fraction ?? '').padEnd(3, '0').slice(0, 3))
  const utc = Date.UTC(Number(year), Number(month) - 1, Number(day), hours, minutes, seconds, milliseconds)
  return instant(utc - sign * (zoneHours * 60 + zoneMinutes) * 60_000)
}

/**
 * Milliseconds since 1970 of an instant as `instant` writes it.
 *
 * @example
 * millisecondsOf('2026-03-05T08:00:00.000+07:00') // 1_772_672_400_000
 */
export const millisecondsOf = (text: string): number => Date.parse(text)

/**
 * The date in Vietnam of an instant as `instant` writes it.
 *
 * @example
 * dateOf('2026-03-05T00:30:00.000+07:00') // '2026-03-05'
 */
export const dateOf = (text: string): string => new Date(Date.parse(text) + offset).toISOString().slice(0, 10)

/**
 * A date some days later or, with a negative count, earlier.
 *
 * @example
 * addDays('2026-02-28', 1) // '2026-03-01'
 */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}
