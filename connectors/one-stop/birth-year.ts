// The year of birth of a birthday in any of the forms in use.
import { calendarDate, reject } from '#connector'
import type { Reader } from '#connector'

const hour = 3_600_000
/** From here on Vietnam has been at UTC+7; before, clocks were at up to UTC+9. */
const settled = Date.UTC(1975, 5, 13)

/**
 * The year of a birthday as the forms write it: `1960`, `00/00/1960`, `05/1960`, `31/12/1960`, an ISO date or an ISO time with
 * its offset. null when there is none; BAD_DATE when it cannot be read; AMBIGUOUS when it is a time of before June 1975 that lies
 * in another year by another of the country's clocks.
 */
export function birthYear(form: Reader, member: string): number | null {
  const text = form.maybeScalar(member)
  if (text === null) return null
  const at = `${form.at}.${member}`
  const bad = (): never => reject('BAD_DATE', at, { expected: '1960, 31/12/1960, 1960-12-31' })

  const year = /^\d{4}$/.exec(text)
  if (year !== null) return plausible(Number(text)) ?? bad()

  const local = /^(?:(\d{1,2})[/.-])?(\d{1,2})[/.-](\d{4})$/.exec(text)
  if (local !== null) {
    const [day, month, fullYear] = [Number(local[1] ?? 0), Number(local[2]), Number(local[3])]
    // 00 means a day or a month that is not known.
    if (calendarDate(fullYear, month || 1, day || 1) === null) bad()
    return plausible(fullYear) ?? bad()
  }

  const iso = /^(\d{4})-(\d{2})-(\d{2})(?:[T ]([\d:.]+)(Z|[+-]\d{2}:?\d{2})?)?$/.exec(text)
  if (iso === null || calendarDate(Number(iso[1]), Number(iso[2]), Number(iso[3])) === null) return bad()
  const [, isoYear, month, day, time, zone] = iso
  if (time === undefined || zone === undefined) return plausible(Number(isoYear)) ?? bad()
  const offset = zone === 'Z' ? '+00:00' : `${zone.slice(0, 3)}:${zone.slice(-2)}`
  const moment = Date.parse(`${isoYear}-${month}-${day}T${time}${offset}`)
  if (Number.isNaN(moment)) return bad()
  const earliest = new Date(moment + 7 * hour).getUTCFullYear()
  const latest = moment < settled ? new Date(moment + 9 * hour).getUTCFullYear() : earliest
  if (earliest !== latest) reject('AMBIGUOUS', at, { expected: 'one year' })
  return plausible(earliest) ?? bad()
}

const plausible = (year: number): number | null => (year >= 1850 && year <= 2150 ? year : null)
