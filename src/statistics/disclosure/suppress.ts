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
  const indexes = [...cells.keys()]
  const families = [...Map.groupBy(indexes, (at) => cells[at]!.siblings).values(), indexes]
  const whole = new Set(indexes.filter((at) => isSmall(cells[at]!.count) || cells[at]!.released?.count === false))
  cover(families, whole, (at) => cells[at]!.count, true)
  const suppressed = Object.entries(measures).map(([field, { kind }]) => {
    const few = new Set(
      indexes.filter((at) => {
        const { measures: measured, released } = cells[at]!
        return whole.has(at) || isSmall(measured[field]!.base) || released?.measures[field] === false
      }),
    )
    // What is counted adds up like the counts themselves.
    if (kind === 'count') cover(families, few, (at) => cells[at]!.measures[field]!.base, false)
    return [field, few] as const
  })
  return cells.map((cell, at) => ({
    count: whole.has(at) ? null : cell.count,
    measures: Object.fromEntries(
      suppressed.map(([field, few]) => [field, few.has(at) ? null : cell.measures[field]!.value]),
    ),
    suppressed: whole.has(at) || suppressed.some(([, few]) => few.has(at)),
  }))
}

/** Suppresses more until no family's total gives a number away: what covers in one family may be alone in another. */
function cover(families: Families, suppressed: Set<number>, numberAt: (at: number) => number, positive: boolean): void {
  for (let grown = true; grown;) {
    grown = false
    for (const indexes of families) {
      const inside = indexes.filter((at) => suppressed.has(at))
      if (inside.length === 0 || !isDerivable(inside.map(numberAt), positive)) continue
      const next = indexes.filter((at) => !suppressed.has(at)).toSorted((a, b) => numberAt(a) - numberAt(b) || a - b)[0]
      if (next === undefined) continue
      suppressed.add(next)
      grown = true
    }
  }
}
