// The emulated yearly dataflow.
import type { Town, Truth } from '#connector'
import { figure, indicatorAt } from './indicators.ts'
import type { Indicator } from './indicators.ts'

// The small yearly dataflow: a dozen indicators of the whole province, each year published on 31 March of the next.

const firstYear = 2015
const indicators = 12
const dirtAt = 5

export interface Row {
  readonly indicator: Indicator
  readonly area: string
  readonly year: number
  readonly value: string | null
  readonly status: string
  readonly dirt: boolean
}

export type Yearly = ReturnType<typeof yearlyFlow>

export function yearlyFlow(town: Town) {
  const provinces = town.units.filter(({ kind }) => kind === 'PROVINCE')
  const present = provinces.find(({ validTo }) => validTo === null)?.code ?? '80'
  const former = provinces.find(({ validTo }) => validTo !== null)?.code ?? present
  const publishedAt = (year: number): number => Date.UTC(year + 1, 2, 31) - 7 * 3_600_000
  const rows = (time: number, since: number): Row[] => {
    const found: Row[] = []
    for (let year = firstYear; publishedAt(year) <= time; year++) {
      for (let index = 0; index < indicators && publishedAt(year) >= since; index++) {
        const indicator = indicatorAt(index)
        const area = year < 2025 ? former : present
        const dirt = year === firstYear && index === dirtAt
        found.push({ indicator, area, year, dirt, ...figure(indicator, town.seed, 'yearly', year) })
      }
    }
    return found
  }
  return {
    rows,
    dirt: (time: number): number => rows(time, -Infinity).filter(({ dirt }) => dirt).length,
    truth: (time: number, flow: string): Truth[] =>
      rows(time, -Infinity)
        .filter(({ dirt }) => !dirt)
        .map(({ indicator, area, year, value, status }) => ({
          entity: 'Observation',
          key: `${flow}|A|${indicator.code}|${area}|${year}`,
          record: {
            indicator: { code: indicator.code, name: indicator.name, unit: indicator.unit },
            areaCode: area,
            areaName: null,
            dimensions: [{ name: 'FREQ', value: 'A' }],
            period: { code: String(year), from: `${year}-01-01`, to: `${year}-12-31` },
            value,
            unit: indicator.unit,
            multiplier: indicator.multiplier,
            status,
            report: null,
          },
        })),
  }
}
