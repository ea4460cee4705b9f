// Instants on the province's clock.
import type { Language } from './language.ts'

const ZONE = 'Asia/Ho_Chi_Minh'

const instant = new Intl.DateTimeFormat('en-GB', {
  timeZone: ZONE,
  day: '2-digit',
  month: '2-digit',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})

/** `22/11/2026 07:05:09`: an instant on the province's clock (+07:00), day first in both languages. */
export function localTime(iso: string): string {
  return instant.format(new Date(iso)).replace(', ', ' ')
}

/** `07:05:09` of the same. */
export function localClock(iso: string): string {
  return localTime(iso).slice(11)
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const

/** `3 phút trước`, `in 2 hours`: how far `iso` lies from `nowMs`, in the largest unit that fits. */
export function distance(iso: string, nowMs: number, language: Language): string {
  const seconds = Math.round((Date.parse(iso) - nowMs) / 1000)
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1]
  return new Intl.RelativeTimeFormat(language, { numeric: 'always' }).format(Math.trunc(seconds / size), unit)
}

/** `2 phút 5 giây`, `1 hr, 3 min`: a length of time in at most two units. */
export function duration(seconds: number, language: Language): string {
  let rest = Math.max(0, Math.round(seconds))
  const parts: string[] = []
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0 || (unit === 'second' && parts.length === 0)) {
      parts.push(new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short' }).format(count))
    }
  }
  return parts.slice(0, 2).join(' ')
}
