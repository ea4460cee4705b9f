// The periods that reports are for.
import { addDays, calendarDate } from '#connector'
import type { PeriodRecord } from '#connector'

export type PeriodKind = 'month' | 'quarter' | 'half-year' | 'year'

/** A period of reporting: the `part`-th month, quarter or half of a year, counted from 1; 1 for a year. */
export interface Period {
  readonly kind: PeriodKind
  readonly year: number
  readonly part: number
}

const months: Readonly<Record<PeriodKind, number>> = { month: 1, quarter: 3, 'half-year': 6, year: 12 }
const two = (value: number): string => String(value).padStart(2, '0')

const spellings: readonly (readonly [PeriodKind, RegExp])[] = [
  ['month', /^(?<year>\d{4})[-_.]?[MT]?(?<part>\d{2})$/i],
  ['month', /^[MT]?(?<part>\d{1,2})[-_.](?<year>\d{4})$/i],
  ['quarter', /^(?<year>\d{4})[-_.]?Q(?<part>[1-4])$/i],
  ['quarter', /^Q(?<part>[1-4])[-_.]?(?<year>\d{4})$/i],
  ['half-year', /^(?<year>\d{4})[-_.]?S(?<part>[12])$/i],
  ['half-year', /^S(?<part>[12])[-_.]?(?<year>\d{4})$/i],
  ['year', /^(?<year>\d{4})$/],
]

/** The period that a file's name spells (`2026-M03`, `2026-03`, `T03-2026`, `2026-Q1`, `Q1-2026`, `2026-S1`, `2026`); else null. */
export function periodOf(text: string): Period | null {
  for (const [kind, pattern] of spellings) {
    const found = pattern.exec(text.trim())?.groups
    if (found === undefined) continue
    const [year, part] = [Number(found['year']), Number(found['part'] ?? 1)]
    if (year < 1976 || part < 1 || part > 12 / months[kind]) return null
    return { kind, year, part }
  }
  return null
}

export const codeOf = ({ kind, year, part }: Period): string => {
  if (kind === 'year') return String(year)
  return kind === 'month' ? `${year}-M${two(part)}` : `${year}-${kind === 'quarter' ? 'Q' : 'S'}${part}`
}

/**
 * The period with its dates. Under regime `ND09` data run from the 15th of the month before it to the 14th of its last month
 * (decree 09/2019/NĐ-CP, by a published summary of circular 09/2019/TT-NHNN); otherwise by the calendar.
 */
export function periodRecord(period: Period, regime: string | null): PeriodRecord {
  const last = period.part * months[period.kind]
  const first = last - months[period.kind] + 1
  const code = codeOf(period)
  if (regime === 'ND09') {
    const from = first === 1 ? calendarDate(period.year - 1, 12, 15) : calendarDate(period.year, first - 1, 15)
    return { code, from: from!, to: calendarDate(period.year, last, 14)! }
  }
  const next = last === 12 ? calendarDate(period.year + 1, 1, 1)! : calendarDate(period.year, last + 1, 1)!
  return { code, from: calendarDate(period.year, first, 1)!, to: addDays(next, -1) }
}

export const yearBefore = (period: Period): Period => ({ ...period, year: period.year - 1 })
export const wholeYear = (period: Period): Period => ({ kind: 'year', year: period.year, part: 1 })

export function next({ kind, year, part }: Period, by = 1): Period {
  const count = 12 / months[kind]
  const ordinal = year * count + part - 1 + by
  return { kind, year: Math.floor(ordinal / count), part: (ordinal % count) + 1 }
}

/** Milliseconds since 1970 of the first moment in Vietnam after the period. */
export const endOf = (record: PeriodRecord): number => Date.parse(`${addDays(record.to, 1)}T00:00:00+07:00`)
