// Times and dates as the axis writes them.
import { calendarDate, isoInstant, localInstant } from '#connector'

// Three styles meet in one exchange: `yyyy/MM/dd`, `yyyy/MM/dd HH:mm:ss` (both without a zone: Vietnam) and
// `ddMMyyyy'T'HHmmss` with an offset.

const slashed = /^(\d{4})\/(\d{1,2})\/(\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d{1,9})?)?$/
const packed = /^(\d{2})(\d{2})(\d{4})T(\d{2})(\d{2})(\d{2})(?:\.\d+)?([+-]\d{2}:?\d{2}|Z)?$/

/** The instant of a time as the axis writes it, a date alone at its midnight in Vietnam; null when it is none. */
export function axisInstant(text: string): string | null {
  const [, year, month, day, hour, minute, second] = slashed.exec(text) ?? []
  if (year !== undefined) {
    const [y, m, d, h, min, s] = [year, month, day, hour, minute, second].map((part) => Number(part ?? 0)) as Six
    return localInstant({ year: y, month: m, day: d, hour: h, minute: min, second: s })
  }
  const match = packed.exec(text)
  if (match !== null) {
    const [, d, m, y, h, min, s, zone = ''] = match
    return isoInstant(`${y}-${m}-${d}T${h}:${min}:${s}${zone}`, 'vietnam')
  }
  return isoInstant(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00` : text, 'vietnam')
}

/** The date of a time as the axis writes it, as it is written there; null when it is none. */
export function axisDate(text: string): string | null {
  if (axisInstant(text) === null) return null
  const [, year, month, day] = slashed.exec(text) ?? []
  if (year !== undefined) return calendarDate(Number(year), Number(month), Number(day))
  const [, d, m, y] = packed.exec(text) ?? []
  return y === undefined ? text.slice(0, 10) : `${y}-${m}-${d}`
}

type Six = [number, number, number, number, number, number]

/** A date of ours as the axis takes it in a window: `2026/03/05`. */
export const slashedDate = (date: string): string => date.replaceAll('-', '/')
