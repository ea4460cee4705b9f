// The emulated monthly dataflow, which is revised as the clock goes on.
import { seededRandom } from '#connector'
import type { Town, Truth } from '#connector'
import { figure, indicatorAt } from './indicators.ts'
import type { Indicator } from './indicators.ts'

// The monthly dataflow as an endless row of cells: month after month, in each month the same number of cells, one an
// indicator and commune. A cell is published inside its month; from the founding of the town on, published cells of the
// last three months are revised and now and then withdrawn. All of it follows from the seed and the clock.

const offset = 7 * 3_600_000
const monthOf = (time: number): number => {
  const local = new Date(time + offset)
  return local.getUTCFullYear() * 12 + local.getUTCMonth()
}
const startOf = (month: number): number => Date.UTC(Math.floor(month / 12), month % 12, 1) - offset

const revisionEvery = 4 * 60_000
const reform = 2025 * 12 + 6 // July 2025: two tiers, new communes
const dirtEvery = 4001
const dirtAt = 17

export interface Cell {
  readonly index: number
  readonly indicator: Indicator
  readonly area: string
  readonly year: number
  readonly month: number
  /** As the office writes it: `2024-03` before 2025, `2025-M03` from then on. */
  readonly timePeriod: string
  readonly value: string | null
  readonly status: string
  readonly dirt: 'text' | 'status' | null
}
export interface Change {
  readonly index: number
  readonly kind: 'new' | 'revised' | 'withdrawn'
  readonly at: number
}
interface Touched {
  readonly version: number
  readonly withdrawn: boolean
  readonly at: number
}

/** Months from the first one on, each with as many cells. */
interface Calendar {
  readonly first: number
  readonly perMonth: number
}

const isDirt = (index: number): boolean => index % dirtEvery === dirtAt

/** When a cell is published. */
function publishedAt({ first, perMonth }: Calendar, index: number): number {
  const month = first + Math.floor(index / perMonth)
  const share = ((index % perMonth) + 0.5) / perMonth
  return startOf(month) + Math.floor(share * (startOf(month + 1) - startOf(month)))
}

/** How many cells are published at a time. */
function published(calendar: Calendar, time: number): number {
  const { first, perMonth } = calendar
  const month = monthOf(time)
  if (month < first) return 0
  const share = (time - startOf(month)) / (startOf(month + 1) - startOf(month))
  let count = (month - first) * perMonth + Math.floor(share * perMonth)
  while (count > 0 && publishedAt(calendar, count - 1) > time) count--
  while (publishedAt(calendar, count) <= time) count++
  return count
}

/** Cells of months that begin in a span, as a range of indexes; all that are published where there is none. */
function indexesOf(calendar: Calendar, time: number, span: Span | null): readonly [number, number] {
  const { first, perMonth } = calendar
  const until = published(calendar, time)
  if (span === null) return [0, until]
  const indexAt = (edge: number): number => {
    const month = monthOf(edge)
    return Math.max(0, (startOf(month) === edge ? month : month + 1) - first) * perMonth
  }
  return [Math.min(until, indexAt(span.from)), Math.min(until, indexAt(span.to))]
}

/** The cells that were revised or withdrawn, which follow the clock. */
function revisionsOf(town: Town, calendar: Calendar) {
  const founded = town.foundedAt.getTime()
  let touched = new Map<number, Touched>()
  let revisions = 0
  return {
    of: (index: number): Touched | undefined => touched.get(index),
    all: (): Iterable<readonly [number, Touched]> => touched,
    /** Takes in the revisions up to a time; they arise one by one, so that a request costs what has happened since the last. */
    advance(time: number): void {
      const due = Math.max(0, Math.floor((time - founded) / revisionEvery))
      if (due < revisions) {
        touched = new Map()
        revisions = 0
      }
      while (revisions < due) {
        revisions++
        const at = founded + revisions * revisionEvery
        const random = seededRandom(town.seed, 'revision', revisions)
        const until = published(calendar, at)
        const from = Math.max(0, (monthOf(at) - 2 - calendar.first) * calendar.perMonth)
        const index = from + Math.floor(random() * (until - from))
        if (index >= until || isDirt(index)) continue
        touched.set(index, { version: revisions, withdrawn: revisions % 15 === 7, at })
      }
    },
  }
}

export type Monthly = ReturnType<typeof monthlyFlow>

/** `size`: about how many cells are published when the town is founded. */
export function monthlyFlow(town: Town, size: number) {
  const communes = town.units.filter(({ kind }) => ['WARD', 'COMMUNE', 'TOWNSHIP', 'SPECIAL_ZONE'].includes(kind))
  const presentAreas = communes.filter(({ validTo }) => validTo === null).map(({ code }) => code)
  const former = communes.filter(({ validTo }) => validTo !== null).map(({ code }) => code)
  const first = monthOf(town.beginsAt.getTime())
  const perMonth = Math.max(1, Math.round(size / Math.max(1, monthOf(town.foundedAt.getTime()) - first)))
  const calendar = { first, perMonth }
  const revisions = revisionsOf(town, calendar)

  const cellAt = (index: number): Cell => {
    const month = first + Math.floor(index / perMonth)
    const areas = month < reform && former.length > 0 ? former : presentAreas
    const indicator = indicatorAt(Math.floor((index % perMonth) / areas.length))
    const year = Math.floor(month / 12)
    const two = String((month % 12) + 1).padStart(2, '0')
    return {
      index,
      indicator,
      area: areas[(index % perMonth) % areas.length]!,
      year,
      month: (month % 12) + 1,
      timePeriod: year < 2025 ? `${year}-${two}` : `${year}-M${two}`,
      ...figure(indicator, town.seed, 'monthly', index, revisions.of(index)?.version ?? 0),
      dirt: isDirt(index) ? (Math.floor(index / dirtEvery) % 2 === 0 ? 'text' : 'status') : null,
    }
  }

  return {
    cellAt,
    /** Cells of a time, by their index, from the one after `skip` of them. */
    present(time: number, span: Span | null, skip: number, take: number): number[] {
      revisions.advance(time)
      const [from, until] = indexesOf(calendar, time, span)
      const withdrawn = [...revisions.all()]
        .filter(([index, { withdrawn: gone }]) => gone && index >= from)
        .map(([index]) => index)
      let index = from + skip
      for (const gone of withdrawn.toSorted((a, b) => a - b)) if (gone <= index) index++
      const found: number[] = []
      for (; index < until && found.length < take; index++)
        if (revisions.of(index)?.withdrawn !== true) found.push(index)
      return found
    },
    /** What has changed from a time on, each cell once, in the order of its last change. */
    changes(time: number, since: number, span: Span | null): Change[] {
      revisions.advance(time)
      const [from, until] = indexesOf(calendar, time, span)
      const found: Change[] = []
      for (let index = Math.max(from, published(calendar, since - 1)); index < until; index++) {
        if (revisions.of(index) === undefined) found.push({ index, kind: 'new', at: publishedAt(calendar, index) })
      }
      for (const [index, { at, withdrawn }] of revisions.all()) {
        if (at < since || index < from || index >= until) continue
        found.push({
          index,
          at,
          kind: withdrawn ? 'withdrawn' : publishedAt(calendar, index) >= since ? 'new' : 'revised',
        })
      }
      return found.sort((a, b) => a.at - b.at || a.index - b.index)
    },
    dirt(time: number): number {
      const until = published(calendar, time)
      return until <= dirtAt ? 0 : Math.floor((until - 1 - dirtAt) / dirtEvery) + 1
    },
    truth(time: number, flow: string): Truth[] {
      return this.present(time, null, 0, Infinity)
        .filter((index) => !isDirt(index))
        .map((index) => truthOf(flow, cellAt(index)))
    },
  }
}
export interface Span {
  readonly from: number
  readonly to: number
}

function truthOf(flow: string, { indicator, area, year, month, value, status }: Cell): Truth {
  const two = String(month).padStart(2, '0')
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate()
  const code = `${year}-M${two}`
  return {
    entity: 'Observation',
    key: `${flow}|M|${indicator.code}|${area}|${code}`,
    record: {
      indicator: { code: indicator.code, name: indicator.name, unit: indicator.unit },
      areaCode: area,
      areaName: null,
      dimensions: [{ name: 'FREQ', value: 'M' }],
      period: { code, from: `${year}-${two}-01`, to: `${year}-${two}-${last}` },
      value,
      unit: indicator.unit,
      multiplier: indicator.multiplier,
      status,
      report: null,
    },
  }
}
