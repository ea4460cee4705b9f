// Reads and stores holidays and days worked instead.
import { sql, type Transaction } from 'kysely'
import type { Tables } from '../db/tables.ts'
import type { FileRow } from './error.ts'
import { ReferenceDataError } from './error.ts'
import type { Tally } from './units/store.ts'
import type { Table } from './table.ts'
import { clean } from './table.ts'

/** A day that differs from the week's rule. */
export interface CalendarDay {
  readonly at: FileRow
  readonly day: string
  readonly kind: 'HOLIDAY' | 'WORKING'
  readonly name: string | null
  readonly source: string
}

export const holidayHeadings = ['day', 'name']

/** A table `day, kind, name, source`; the kind may be left out (HOLIDAY), the source too (the file). */
export function readHolidayTable({ file, rows }: Table): CalendarDay[] {
  return onceEach(
    rows.map((row) => {
      const at = { file, row: row.row }
      const kind = row.get('kind') || 'HOLIDAY'
      if (kind !== 'HOLIDAY' && kind !== 'WORKING') throw new ReferenceDataError(at, kind, 'HOLIDAY or WORKING')
      const day = calendarDay(at, row.get('day'))
      return { at, day, kind, name: row.get('name') || null, source: row.get('source') || file }
    }),
  )
}

/** Names of the library that publishes `{ "2026-01-01": "New Year's Day" }`, as the Labour Code (article 112) calls the days. */
const names: Readonly<Record<string, string>> = {
  "New Year's Day": 'Tết Dương lịch',
  '29 of Lunar New Year': 'Tết Nguyên đán (29 tháng Chạp)',
  "Lunar New Year's Eve": 'Tết Nguyên đán (giao thừa)',
  'Lunar New Year': 'Tết Nguyên đán (mồng 1)',
  'Second Day of Lunar New Year': 'Tết Nguyên đán (mồng 2)',
  'Third Day of Lunar New Year': 'Tết Nguyên đán (mồng 3)',
  'Fourth Day of Lunar New Year': 'Tết Nguyên đán (mồng 4)',
  'Fifth Day of Lunar New Year': 'Tết Nguyên đán (mồng 5)',
  "Hung Kings' Commemoration Day": 'Giỗ Tổ Hùng Vương',
  'Liberation Day/Reunification Day': 'Ngày Chiến thắng',
  'International Labor Day': 'Ngày Quốc tế lao động',
  'National Day': 'Quốc khánh',
}

/** Holidays as `{ date: name }`; a name that is not known in Vietnamese stays as it is. */
export function readHolidayObject(file: string, days: object): CalendarDay[] {
  return Object.entries(days).map(([key, value], index) => {
    const at = { file, row: index + 1 }
    if (typeof value !== 'string') throw new ReferenceDataError(at, typeof value, `a name for ${key}`)
    const [, name = '', observed] = /^(.*?)( \(observed\))?$/.exec(clean(value)) ?? []
    const known = names[name]
    return {
      at,
      day: calendarDay(at, key),
      kind: 'HOLIDAY',
      name: known === undefined ? clean(value) : observed === undefined ? known : `${known} (nghỉ bù)`,
      source: file,
    }
  })
}

function calendarDay(at: FileRow, text: string): string {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== text) {
    throw new ReferenceDataError(at, text, 'a day as 2026-09-02')
  }
  return text
}

function onceEach(days: readonly CalendarDay[]): CalendarDay[] {
  const seen = new Map<string, FileRow>()
  for (const { at, day } of days) {
    const before = seen.get(day)
    if (before !== undefined)
      throw new ReferenceDataError(at, day, `a day that row ${before.row} does not name already`)
    seen.set(day, at)
  }
  return [...days]
}

const shipped = 'shipped '

/** What the project ships: a day that someone else wrote is left alone, one of an earlier edition follows this one. */
export const storeShippedDays = (trx: Transaction<Tables>, days: readonly CalendarDay[]): Promise<Tally> =>
  store(trx, days, `${shipped}%`)

/** What an operator imports: it is in force from now on. */
export const storeImportedDays = (trx: Transaction<Tables>, days: readonly CalendarDay[]): Promise<Tally> =>
  store(trx, days, '%')

/** `replaces`: the pattern of the sources whose days give way. */
async function store(trx: Transaction<Tables>, days: readonly CalendarDay[], replaces: string): Promise<Tally> {
  const written = await sql<{ inserted: boolean }>`
    insert into calendar_day as c (day, kind, name, source)
    select day, kind, name, source from json_to_recordset(${JSON.stringify(days)})
      as n(day date, kind text, name text, source text)
    on conflict (day) do update set kind = excluded.kind, name = excluded.name, source = excluded.source
      where c.source like ${replaces}
        and case when ${replaces} = '%' then (c.kind, c.name) is distinct from (excluded.kind, excluded.name)
            else c.source <> excluded.source end
    returning xmax = 0 as inserted
  `.execute(trx)
  const inserted = written.rows.filter((row) => row.inserted).length
  const updated = written.rows.length - inserted
  return { inserted, updated, unchanged: days.length - inserted - updated }
}
