// What one open breakdown shows of its cells: small numbers are suppressed, and more where a total would give them away.
import type { Measure } from '../declaration.ts'
import { isDerivable, isSmall } from './threshold.ts'

/** One cell of an open breakdown. */
export interface BreakdownCell {
  readonly count: number
  readonly measures: Readonly<Record<string, MeasuredValue>>
  /** Cells that add up to something released elsewhere: those of one parent. */
  readonly siblings: number | null
  /** What is released of it beside all other answers, measures by field; absent: all. */
  readonly released?: { readonly count: boolean; readonly measures: Readonly<Record<string, boolean>> }
}

export interface MeasuredValue {
  readonly value: number | null
  /** How many rows it rests on. */
  readonly base: number
}

export interface ShownCell {
  readonly count: number | null
  readonly measures: Readonly<Record<string, number | null>>
  readonly suppressed: boolean
}

type Families = readonly (readonly number[])[]

/**
 * The cells as the open statistics show them: a count below 5 is suppressed, with it what rests on fewer than 5; where one
 * cell among its siblings, or of the whole breakdown, would be suppressed alone, the next smallest is too, so that a total
 * gives nothing away.
 */
export function suppressCells(
  cells: readonly BreakdownCell[],
  measures: Readonly<Record<string, Pick<Measure, 'kind'>>>,
): ShownCell[] {
  const places = [...cells.keys()]
  const families = [...Map.groupBy(places, (place) => cells[place]!.siblings).values(), places]
  const whole = new Set(
    places.filter((place) => isSmall(cells[place]!.count) || cells[place]!.released?.count === false),
  )
  cover(families, whole, (place) => cells[place]!.count, true)
  const suppressed = Object.entries(measures).map(([field, { kind }]) => {
    const few = new Set(
      places.filter((place) => {
        const { measures: measured, released } = cells[place]!
        return whole.has(place) || isSmall(measured[field]!.base) || released?.measures[field] === false
      }),
    )
    // What is counted adds up like the counts themselves.
    if (kind === 'count') cover(families, few, (place) => cells[place]!.measures[field]!.base, false)
    return [field, few] as const
  })
  return cells.map((cell, place) => ({
    count: whole.has(place) ? null : cell.count,
    measures: Object.fromEntries(
      suppressed.map(([field, few]) => [field, few.has(place) ? null : cell.measures[field]!.value]),
    ),
    suppressed: whole.has(place) || suppressed.some(([, few]) => few.has(place)),
  }))
}

/** Suppresses more until no family's total gives a number away: what covers in one family may be alone in another. */
function cover(
  families: Families,
  suppressed: Set<number>,
  numberAt: (place: number) => number,
  positive: boolean,
): void {
  for (let grown = true; grown;) {
    grown = false
    for (const places of families) {
      const inside = places.filter((place) => suppressed.has(place))
      if (inside.length === 0 || !isDerivable(inside.map(numberAt), positive)) continue
      const next = places
        .filter((place) => !suppressed.has(place))
        .toSorted((a, b) => numberAt(a) - numberAt(b) || a - b)[0]
      if (next === undefined) continue
      suppressed.add(next)
      grown = true
    }
  }
}
