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
}
export interface ShownCell {
  readonly count: number | null
  readonly overdue: number | null
  readonly rate: number | null
  readonly median: number | null
  readonly suppressed: boolean
}

/** A count of fewer people than this could point at one of them. */
export const smallest = 5

/**
 * The cells as the open statistics show them: a count below 5 is withheld, with it what rests on fewer than 5; where one cell
 * among its siblings would stand withheld alone, the next smallest is too, so that a total gives nothing away.
 */
export function suppressCells(cells: readonly Cell[]): ShownCell[] {
  const withheld = new Set<number>()
  const families = Map.groupBy(cells.keys(), (place) => cells[place]!.siblings)
  const cover = (places: readonly number[]): void => {
    for (const place of places) if (cells[place]!.count < smallest) withheld.add(place)
    const hidden = places.filter((place) => withheld.has(place))
    if (hidden.length !== 1) return
    const next = places
      .filter((place) => !withheld.has(place))
      .toSorted((a, b) => cells[a]!.count - cells[b]!.count || a - b)[0]
    if (next !== undefined) withheld.add(next)
  }
  for (const places of families.values()) cover([...places])
  cover([...cells.keys()])
  return cells.map((cell, place) => {
    if (withheld.has(place)) return { count: null, overdue: null, rate: null, median: null, suppressed: true }
    const few = { overdue: cell.overdue < smallest, rate: cell.finished < smallest, median: cell.timed < smallest }
    return {
      count: cell.count,
      overdue: few.overdue ? null : cell.overdue,
      rate: few.rate ? null : cell.rate,
      median: few.median ? null : cell.median,
      suppressed: few.overdue || few.rate || few.median,
    }
  })
}
