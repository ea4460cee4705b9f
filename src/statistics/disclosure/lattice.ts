// Which cells of the lattice of agencies, months and groups may be released, decided over all of them together.
import { agencyTree, type AgencyTree } from './agency-tree.ts'
import { type Cells, cellsOf, type Combination, type Dimensions } from '../cells.ts'
import { type LatticeSum, suppressNumbers } from './complementary-suppression.ts'
import { isSmall } from './threshold.ts'

/** A number that may be released: of an agency's subtree (0: of all), a group's value, a month or all of them. */
export interface ReleasedCell {
  readonly agency: number
  readonly group: string
  /** The value as text, of an agency its number; '' where it has none. */
  readonly value: string
  /** '' for all months together, '-' for rows without one. */
  readonly month: string
  readonly count: number
  /** Of each measure that adds up, whether it is released too. */
  readonly measures: readonly boolean[]
}

/**
 * What open breakdowns may show of these rows, for every agency, group and month at once, so that no sum or difference of
 * answers gives away a count below five. Numbers of several months are released as sums of released months, and in no other
 * way. `agencies`: the number of the agency of each path.
 */
export function releasedCells(
  rows: readonly Combination[],
  dimensions: Dimensions,
  agencies: ReadonlyMap<string, number>,
): ReleasedCell[] {
  const tree = agencyTree(agencies)
  const found = cellsOf(rows, dimensions, tree)
  const { cells, times, values } = found
  const neverShown = cells.map(({ own, time, value }) =>
    own ? value !== found.named : value === found.named || (value === 0 && time === 0),
  )
  const given = {
    sums: sumsOf(found, tree),
    families: familiesOf(found, dimensions, tree),
    neverShown,
    mostAsked: mostAskedOf(found),
  }
  const counts = suppressNumbers({ ...given, values: cells.map(({ count }) => count), positive: true, suppressed: [] })
  const suppressed = [...counts].filter((position) => neverShown[position] !== true || isSmall(cells[position]!.count))
  const measures = (rows[0]?.measures ?? []).map((_, at) =>
    suppressNumbers({ ...given, values: cells.map((cell) => cell.measures[at]!), positive: false, suppressed }),
  )
  return cells.flatMap((cell, position): ReleasedCell[] => {
    if (neverShown[position] === true || counts.has(position)) return []
    const { group, text } = values[cell.value]!
    return [
      {
        agency: cell.own ? 0 : tree.agencyOf(cell.node),
        group: group ?? dimensions.month!,
        value: cell.own ? String(tree.agencyOf(cell.node)) : text,
        month: times[cell.time]!,
        count: cell.count,
        measures: measures.map((of) => !of.has(position)),
      },
    ]
  })
}

/** What is asked without any filter, or of an agency above all others, which is the same. */
function mostAskedOf({ cells, positions, keyOf }: Cells): boolean[] {
  const whole = (node: number): number => cells[positions.get(keyOf(node, false, 0, 0)) ?? -1]?.count ?? 0
  return cells.map(({ node, own, time, value }) => (own || whole(node) === whole(0)) && (time === 0 || value === 0))
}

/** Positions by time, so that the parts of a span are neighbours; rows without a month come first and belong to none. */
const byTime = ({ cells }: Cells): number[] => [...cells.keys()].toSorted((a, b) => cells[a]!.time - cells[b]!.time)

/** Each number that is the sum of others: of its months, of a group's values, of the agencies beneath it and its own. */
function sumsOf(found: Cells, tree: AgencyTree): LatticeSum[] {
  const { cells, values, positions, keyOf } = found
  const sums = new Map<string, LatticeSum & { readonly parts: number[] }>()
  const addPart = (kind: string, whole: number, position: number): void => {
    const name = `${kind} ${whole}`
    const known = sums.get(name)
    if (known !== undefined) known.parts.push(position)
    else sums.set(name, { whole: positions.get(whole)!, parts: [position], spans: kind === 'months' })
  }
  for (const position of byTime(found)) {
    const { node, own, time, value } = cells[position]!
    if (time !== 0) addPart('months', keyOf(node, own, 0, value), position)
    if (value !== 0) addPart(`values of ${values[value]!.group}`, keyOf(node, own, time, 0), position)
    if (own) addPart('agencies', keyOf(node, false, time, value), position)
    else if (tree.parentOf(node) >= 0) addPart('agencies', keyOf(tree.parentOf(node), false, time, value), position)
  }
  return [...sums.values()]
}

/** Breakdowns that are shown at once, and agencies of one parent. */
function familiesOf(found: Cells, { agency }: Dimensions, tree: AgencyTree): number[][] {
  const { cells, values, named } = found
  const families = new Map<string, number[]>()
  const addMember = (name: string, position: number): void => {
    const known = families.get(name)
    if (known === undefined) families.set(name, [position])
    else known.push(position)
  }
  for (const position of byTime(found)) {
    const { node, own, time, value } = cells[position]!
    const { group } = values[value]!
    if (!own && time === 0 && group !== null && group !== agency) addMember(`values of ${group} ${node}`, position)
    if (!own && time !== 0 && group === null) addMember(`months ${node}`, position)
    if (own && time === 0 && value === named) {
      addMember('agencies', position)
      addMember(`children ${tree.parentOf(node)}`, position)
    }
  }
  return [...families.values()]
}
