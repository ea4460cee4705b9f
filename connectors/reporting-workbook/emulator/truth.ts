// What the hub must make of the emulated folder.
import { instant } from '#connector'
import type { PeriodRecord, Truth } from '#connector'
import { partOf, templatesOf, yearOf } from './file.ts'
import type { Office, Sent } from './town.ts'

const two = (value: number): string => String(value).padStart(2, '0')

function monthRecord(kind: Sent['kind'], month: number): PeriodRecord {
  const [year, part] = [yearOf(month), partOf(month)]
  const code = `${year}-M${two(part)}`
  if (kind === 'ward') {
    const before = month - 1
    return { code, from: `${yearOf(before)}-${two(partOf(before))}-15`, to: `${year}-${two(part)}-14` }
  }
  return {
    code,
    from: `${year}-${two(part)}-01`,
    to: `${year}-${two(part)}-${new Date(Date.UTC(year, part, 0)).getUTCDate()}`,
  }
}

/** Every report that is expected or sent at a time. */
export function reportTruth(office: Office, time: number): Truth[] {
  const present = new Map(office.present(time).map((sent) => [`${sent.kind}|${sent.agency}|${sent.month}`, sent]))
  return (['ward', 'area'] as const).flatMap((kind, index) => {
    const template = templatesOf(office)[index]!
    const truths: Truth[] = []
    for (let month = office.first; office.endOf(kind, month) <= time; month++) {
      const period = monthRecord(kind, month)
      // Seventeen hours into the day that is `dueDays` after the last of the period.
      const due = office.endOf(kind, month) + (template.dueDays - 1) * 86_400_000 + 17 * 3_600_000
      for (const agency of template.expected) {
        const sent = present.get(`${kind}|${agency}|${month}`)
        truths.push({
          entity: 'Report',
          key: `${template.code}|${agency}|${period.code}`,
          record: {
            code: template.code,
            title: template.title,
            regime: kind === 'ward' ? 'ND09' : null,
            period,
            agency: { code: agency, name: null, externalId: null },
            dueAt: instant(due),
            submittedAt: sent === undefined ? null : instant(sent.at),
          },
        })
      }
    }
    return truths
  })
}

/** Every figure that can be read in the files that stand at a time. */
export function observationTruth(office: Office, time: number): Truth[] {
  return office
    .present(time)
    .flatMap((sent) => (sent.corrupt ? [] : sent.kind === 'ward' ? wardTruth(office, sent) : areaTruth(office, sent)))
}

const columns = ['year-plan', 'current', 'cumulative', 'percent-of-previous-year']

function wardTruth(office: Office, sent: Sent): Truth[] {
  const { agency, month } = sent
  const period = monthRecord('ward', month)
  const year = yearOf(month)
  const whole = { code: String(year), from: `${year - 1}-12-15`, to: `${year}-12-14` }
  return office.linesOf(sent).flatMap(({ path, name }, line) =>
    columns.flatMap((column, index): Truth[] => {
      const { value, means } = office.wardCell(sent, line, index)
      if (means !== 'value') return []
      return [
        {
          entity: 'Observation',
          key: `BC_KTXH|${agency}|${period.code}|BC_KTXH.${path}|${column}`,
          record: {
            indicator: { code: `BC_KTXH.${path}`, name, unit: 'triệu đồng' },
            areaCode: null,
            areaName: null,
            dimensions: column === 'current' ? [] : [{ name: 'COLUMN', value: column }],
            period: column === 'year-plan' ? whole : period,
            value,
            unit: 'triệu đồng',
            multiplier: null,
            status: null,
            report: { code: 'BC_KTXH', agencyCode: agency, periodCode: period.code },
          },
        },
      ]
    }),
  )
}

function areaTruth(office: Office, { agency, month }: Sent): Truth[] {
  const period = monthRecord('area', month)
  return office.communes.flatMap(({ name }, commune) =>
    (['TTHC.TIEP_NHAN', 'TTHC.DUNG_HAN'] as const).map((code, column): Truth => ({
      entity: 'Observation',
      key: `TTHC_XA|${agency}|${period.code}|${name}|${code}`,
      record: {
        indicator: { code, name: column === 0 ? 'Tiếp nhận' : 'Đúng hạn', unit: 'hồ sơ' },
        areaCode: null,
        areaName: name,
        dimensions: [],
        period,
        value: office.areaCell(month, commune, column).value,
        unit: 'hồ sơ',
        multiplier: null,
        status: null,
        report: { code: 'TTHC_XA', agencyCode: agency, periodCode: period.code },
      },
    })),
  )
}
