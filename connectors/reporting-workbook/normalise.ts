// Makes reports and observations of the records of reporting-workbook.
import { addDays, decimal, instant, localInstant, normalising, reader, reject } from '#connector'
import type { Normalise, PeriodRecord, Reader, RejectCode } from '#connector'
import type { manifest } from './manifest.ts'
import { periodOf, periodRecord, wholeYear, yearBefore } from './period.ts'
import type { Period } from './period.ts'

const faults: ReadonlySet<string> = new Set<RejectCode>([
  'MALFORMED',
  'TOO_LARGE',
  'MISSING',
  'AMBIGUOUS',
  'BAD_DATE',
  'UNLISTED',
])

/** A report, expected (no time of submission) or submitted. Due at 17:00 of the day `dueDays` after the last of its period. */
export const report: Normalise<typeof manifest, 'Report'> = (record) =>
  normalising<'Report'>(() => {
    const source = sound(record)
    const { regime, when } = periodIn(source)
    const [year = 0, month = 0, day = 0] = addDays(when.to, dueDaysOf(source)).split('-').map(Number)
    const changed = source.maybeNumber('submittedAt')
    const submittedAt = changed === null ? null : (instant(changed) ?? reject('BAD_DATE', 'submittedAt'))
    return {
      code: source.text('template'),
      title: source.text('title'),
      regime,
      period: when,
      agency: { code: source.text('agency'), name: null, externalId: null },
      dueAt: localInstant({ year, month, day, hour: 17 }),
      submittedAt,
    }
  })

/** The figure of one cell. `-`, `x` and `…` say that there is none: a value of null. */
export const observation: Normalise<typeof manifest, 'Observation'> = (record) =>
  normalising<'Observation'>(() => {
    const source = sound(record)
    if (source.maybeBoolean('remove') === true) {
      return { remove: source.text('key'), evidence: `new content of ${source.text('file')}` }
    }
    const { regime, period, when } = periodIn(source)
    const column = source.maybeText('column') ?? 'current'
    const area = source.maybeObject('area')
    const unit = source.maybeText('unit')
    return {
      indicator: { code: source.text('indicator'), name: source.maybeText('indicatorName'), unit },
      areaCode: area?.maybeText('code') ?? null,
      areaName: area?.maybeText('name') ?? null,
      dimensions: column === 'current' ? [] : [{ name: 'COLUMN', value: column }],
      period: columnPeriod(column, period, regime, when),
      value: valueOf(source),
      unit,
      multiplier: null,
      status: null,
      report: { code: source.text('template'), agencyCode: source.text('agency'), periodCode: when.code },
    }
  })

/** A reader of the record; a record with a fault is rejected for it. */
function sound(record: unknown): Reader {
  const source = reader(record)
  const fault = source.maybeObject('fault')
  if (fault === null) return source
  const code = fault.text('code')
  const expected = fault.maybeText('expected')
  return reject(
    faults.has(code) ? (code as RejectCode) : 'MALFORMED',
    fault.text('at'),
    expected === null ? {} : { expected },
  )
}

function periodIn(source: Reader): { regime: string | null; period: Period; when: PeriodRecord } {
  const regime = source.maybeText('regime')
  const spelt = source.text('period')
  const period = periodOf(spelt) ?? reject('BAD_DATE', 'period', { found: spelt.slice(0, 40) })
  return { regime, period, when: periodRecord(period, regime) }
}

/** Which period the figures of a column are about; the sums since January and all other columns are of the report's own. */
function columnPeriod(column: string, period: Period, regime: string | null, when: PeriodRecord): PeriodRecord {
  if (column === 'year-plan') return periodRecord(wholeYear(period), regime)
  if (column.startsWith('previous-year')) return periodRecord(yearBefore(period), regime)
  return when
}

function dueDaysOf(source: Reader): number {
  const days = source.maybeNumber('dueDays') ?? reject('MISSING', 'dueDays')
  if (!Number.isInteger(days) || days < 0 || days > 366) reject('BAD_NUMBER', 'dueDays', { expected: 'days, 0 to 366' })
  return days
}

/** Written for "no figure", "makes no sense here" and "not known". */
const blank: ReadonlySet<string> = new Set(['-', '–', '—', 'x', 'X', '…', '...', '..'])

function valueOf(source: Reader): string | null {
  const cell = source.text('cell')
  const number = source.maybeText('number')
  if (number !== null) return decimal(number, 'plain') ?? reject('BAD_NUMBER', cell)
  const text = source.text('text')
  if (blank.has(text)) return null
  // Percentages as typed: `12,5%` is 12.5. A space may group thousands.
  const bare = text.replace(/\s*%$/, '').replace(/(?<=\d)[\s\u00A0\u202F](?=\d{3}(?:\D|$))/gu, '')
  return decimal(bare, 'vietnamese') ?? reject('BAD_NUMBER', cell, { expected: '1.234,5' })
}
