// The cells of the lattice: what is counted for each agency's subtree, month and value of a group.
import type { AgencyTree } from './disclosure/agency-tree.ts'

/** How the open breakdowns of a statistic distinguish rows. */
export interface Dimensions {
  /** The group by agency; null: rows belong to no agency. */
  readonly agency: string | null
  /** The group by month; null: rows have no time. */
  readonly month: string | null
  /** The other groups. `many`: has so many values that it gives way first where there are too many cells. */
  readonly groups: readonly { readonly name: string; readonly many: boolean }[]
}

/** Published rows that are alike in everything by which open breakdowns distinguish them. */
export interface Combination {
  readonly agency: number | null
  /** The agency's path in the tree; '' where nothing is known. */
  readonly path: string
  /** Local month, null where it is not known. */
  readonly month: string | null
  /** The value of each group, '' where it has none. */
  readonly values: readonly string[]
  readonly count: number
  /** How many rows each measure that adds up counts. */
  readonly measures: readonly number[]
}

/** What is counted at one node: for its subtree or, `own`, for the agency itself. */
export interface Cell {
  readonly node: number
  readonly own: boolean
  /** Position in `times`: 0 for all months together. */
  readonly time: number
  /** Position in `values`: 0 for all of them together. */
  readonly value: number
  count: number
  readonly measures: number[]
}

export interface Cells {
  readonly cells: readonly Cell[]
  /** '' for all months together, then the months in order; '-' for rows without one. */
  readonly times: readonly string[]
  readonly values: readonly CellValue[]
  /** Position of the value "of a named agency"; -1 where rows belong to no agency. */
  readonly named: number
  /** The position of a cell, by the key that `keyOf` makes. */
  readonly positions: ReadonlyMap<number, number>
  keyOf(node: number, own: boolean, time: number, value: number): number
}

export interface CellValue {
  /** The name of its group; null for all values together. */
  readonly group: string | null
  readonly text: string
}

/** With more combinations than this, groups of many values are released for all agencies and all months alone. */
const maxDetailed = 50_000

export function cellsOf(rows: readonly Combination[], dimensions: Dimensions, tree: AgencyTree): Cells {
  const times = numbering<string>((month) => month)
  times.of('')
  if (dimensions.month !== null) {
    for (const month of new Set(rows.map((row) => row.month ?? '-').toSorted())) times.of(month)
  }
  const values = numbering<CellValue>(({ group, text }) => `${group} ${text}`)
  values.of({ group: null, text: '' })
  const valuesOf = rows.map((row) => rowValues(row, dimensions).map(values.of))
  const keyOf = (node: number, own: boolean, time: number, value: number): number =>
    ((node * 2 + (own ? 1 : 0)) * times.all.length + time) * values.all.length + value

  const detailed = rows.length <= maxDetailed
  const cells: Cell[] = []
  const positions = new Map<number, number>()
  const add = (node: number, own: boolean, time: number, value: number, row: Combination): void => {
    const key = keyOf(node, own, time, value)
    let position = positions.get(key)
    if (position === undefined) {
      position = cells.length
      positions.set(key, position)
      cells.push({ node, own, time, value, count: 0, measures: row.measures.map(() => 0) })
    }
    const cell = cells[position]!
    cell.count += row.count
    for (const [at, count] of row.measures.entries()) cell.measures[at]! += count
  }
  for (const [index, row] of rows.entries()) {
    const at = tree.nodeOf(row.path)
    for (const time of dimensions.month === null ? [0] : [0, times.of(row.month ?? '-')]) {
      for (const [choice, value] of valuesOf[index]!.entries()) {
        if (!detailed && dimensions.groups[choice - 1]?.many === true) {
          if (time === 0) add(0, false, time, value, row)
          continue
        }
        if (dimensions.agency !== null) add(at, true, time, value, row)
        for (let node = at; node >= 0; node = tree.parentOf(node)) add(node, false, time, value, row)
      }
    }
  }
  const named = values.all.findIndex(({ group, text }) => group === dimensions.agency && text !== '' && group !== null)
  return { cells, times: times.all, values: values.all, named, positions, keyOf }
}

/** All values together, the row's value in each group, and whether its agency is named; each named agency is a cell by itself. */
function rowValues(row: Combination, { agency, groups }: Dimensions): CellValue[] {
  return [
    { group: null, text: '' },
    ...groups.map(({ name }, at) => ({ group: name, text: row.values[at] ?? '' })),
    ...(agency === null ? [] : [{ group: agency, text: row.agency === null ? '' : 'named' }]),
  ]
}

interface Numbering<T> {
  of(one: T): number
  readonly all: readonly T[]
}

/** Numbers things in the order in which they are first seen. */
function numbering<T>(nameOf: (one: T) => string): Numbering<T> {
  const all: T[] = []
  const known = new Map<string, number>()
  return {
    all,
    of(one) {
      const name = nameOf(one)
      const found = known.get(name)
      if (found !== undefined) return found
      known.set(name, all.length)
      all.push(one)
      return all.length - 1
    },
  }
}
