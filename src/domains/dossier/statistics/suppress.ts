import { isTold, smallest } from './complementary-suppression.ts'

/** One cell of an open breakdown: counts, and what its rate and median rest on. */
export interface Cell {
  readonly count: number
  readonly overdue: number
  /** Finished dossiers with a deadline: what the rate rests on. */
  readonly finished: number
  /** Dossiers with a processing time: what the median rests on. */
  readonly timed: number
  readonly rate: number | null
  readonly median: number | null
  /** Cells that add up to something published elsewhere: those of one parent. */
  readonly siblings: number | null
  /** What may be told of it beside everything else that is told; absent: all. */
  readonly told?: { readonly count: boolean; readonly overdue: boolean; readonly rate: boolean }
}
export interface ShownCell {
  readonly count: number | null
  readonly overdue: number | null
  readonly rate: number | null
  readonly median: number | null
  readonly suppressed: boolean
}

/**
 * The cells as the open statistics show them: a count below 5 is withheld, with it what rests on fewer than 5; where one cell
 * among its siblings, or of the whole breakdown, would stand withheld alone, the next smallest is too, so that a total gives
 * nothing away.
 */
export function suppressCells(cells: readonly Cell[]): ShownCell[] {
  const families = [...Map.groupBy(cells.keys(), (place) => cells[place]!.siblings).values(), [...cells.keys()]]
  const withheld = new Set(
    [...cells.keys()].filter((place) => cells[place]!.count < smallest || cells[place]!.told?.count === false),
  )
  cover(
    families,
    withheld,
    (place) => cells[place]!.count,
    (numbers) => isTold(numbers, true),
  )
  // How many are overdue adds up like the counts themselves.
  const hidden = new Set(
    [...cells.keys()].filter(
      (place) => withheld.has(place) || cells[place]!.overdue < smallest || cells[place]!.told?.overdue === false,
    ),
  )
  cover(
    families,
    hidden,
    (place) => cells[place]!.overdue,
    (numbers) => numbers.length === 1,
  )
  return cells.map((cell, place) => {
    if (withheld.has(place)) return { count: null, overdue: null, rate: null, median: null, suppressed: true }
    const few = {
      overdue: hidden.has(place),
      rate: cell.finished < smallest || cell.told?.rate === false,
      median: cell.timed < smallest,
    }
    return {
      count: cell.count,
      overdue: few.overdue ? null : cell.overdue,
      rate: few.rate ? null : cell.rate,
      median: few.median ? null : cell.median,
      suppressed: few.overdue || few.rate || few.median,
    }
  })
}

/** Withholds more until no family's total tells a withheld number: what covers in one family may stand alone in another. */
function cover(
  families: readonly (readonly number[])[],
  withheld: Set<number>,
  numberAt: (place: number) => number,
  told: (numbers: readonly number[]) => boolean,
): void {
  for (let grown = true; grown;) {
    grown = false
    for (const places of families) {
      const hidden = places.filter((place) => withheld.has(place))
      if (hidden.length === 0 || !told(hidden.map(numberAt))) continue
      const next = places
        .filter((place) => !withheld.has(place))
        .toSorted((a, b) => numberAt(a) - numberAt(b) || a - b)[0]
      if (next === undefined) continue
      withheld.add(next)
      grown = true
    }
  }
}
