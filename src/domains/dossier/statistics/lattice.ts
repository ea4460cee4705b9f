import { smallest, type Sum, withhold } from './complementary-suppression.ts'

/** Published dossiers that are alike in everything by which the open statistics tell them apart. */
export interface Alike {
  readonly agency: number | null
  /** Where they stand in the tree; '' where nothing is known. */
  readonly path: string
  /** Local month of receipt, null where it is not known. */
  readonly month: string | null
  readonly status: string
  readonly procedure: number | null
  readonly count: number
  readonly overdue: number
  /** Finished with a deadline. */
  readonly finished: number
}

/** A number that may be told: of an agency's subtree (0: of all), a group's value, a month or all of them. */
export interface Told {
  readonly agency: number
  readonly group: 'AGENCY' | 'STATUS' | 'PROCEDURE' | 'MONTH'
  /** The value's code or number; '' where it has none. */
  readonly value: string
  /** '' for all months together, '-' for dossiers without one. */
  readonly month: string
  readonly count: number
  readonly overdueTold: boolean
  readonly rateTold: boolean
}

/** What is counted at one place: for its subtree or, `own`, for what stands there itself. */
interface Cell {
  readonly node: number
  readonly own: boolean
  /** Place in the list of times: 0 for all months together. */
  readonly time: number
  /** Place in the list of values: 0 for all of them together. */
  readonly value: number
  count: number
  overdue: number
  finished: number
}

type Group = 'STATUS' | 'PROCEDURE' | 'NAMED'

/** Numbers things in the order in which they are first seen. */
function numbering(first: string): { of(name: string): number; readonly names: readonly string[] } {
  const names = [first]
  const known = new Map([[first, 0]])
  return {
    names,
    of(name) {
      const found = known.get(name)
      if (found !== undefined) return found
      known.set(name, names.length)
      names.push(name)
      return names.length - 1
    },
  }
}

/**
 * What the open statistics may tell of these dossiers, for every agency, group and month at once, so that no sum or difference
 * of answers tells a number below five. Numbers of several months are told as sums of told months, and in no other way.
 * `places`: the number of the agency of each path.
 */
export function toldStatistics(rows: readonly Alike[], places: ReadonlyMap<string, number>): Told[] {
  const times = numbering('')
  const values = numbering('TOTAL ')
  const nodes = new Map<string, number>([['', 0]])
  const parents: number[] = [-1]
  const agencyOf: number[] = [0]
  function nodeOf(path: string): number {
    const found = nodes.get(path)
    if (found !== undefined) return found
    const parent = nodeOf(path.replace(/[^/]*\/$/, ''))
    const agency = places.get(path)
    if (agency === undefined) return parent
    nodes.set(path, parents.length)
    parents.push(parent)
    agencyOf.push(agency)
    return parents.length - 1
  }

  const detailed = rows.length <= maxDetailed
  const cells: Cell[] = []
  const known = new Map<number, number>()
  const markOf = (node: number, own: boolean, time: number, value: number): number =>
    ((node * 2 + (own ? 1 : 0)) * 4_096 + time) * 65_536 + value
  function add(node: number, own: boolean, time: number, value: number, row: Alike): void {
    const mark = markOf(node, own, time, value)
    let place = known.get(mark)
    if (place === undefined) {
      place = cells.length
      known.set(mark, place)
      cells.push({ node, own, time, value, count: 0, overdue: 0, finished: 0 })
    }
    const cell = cells[place]!
    cell.count += row.count
    cell.overdue += row.overdue
    cell.finished += row.finished
  }
  for (const month of new Set(rows.map((row) => row.month ?? '-').toSorted())) times.of(month)
  for (const row of rows) {
    const at = nodeOf(row.path)
    const told = [
      0,
      values.of(`STATUS ${row.status}`),
      values.of(`PROCEDURE ${row.procedure ?? ''}`),
      // Whether an agency is told at all; of those that tell theirs each is a cell by itself.
      values.of(`NAMED ${row.agency === null ? '' : 'named'}`),
    ]
    for (const time of [0, times.of(row.month ?? '-')]) {
      for (const value of told) {
        if (!detailed && value === told[2]) {
          if (time === 0) add(0, false, time, value, row)
          continue
        }
        add(at, true, time, value, row)
        for (let node = at; node >= 0; node = parents[node]!) add(node, false, time, value, row)
      }
    }
  }

  const named = values.of('NAMED named')
  const groupOf = values.names.map((name) => name.slice(0, name.indexOf(' ')) as Group | 'TOTAL')
  // Asked by nobody: known at most as a sum of others.
  const unasked = cells.map(({ own, time, value }) =>
    own ? value !== named : value === named || (value === 0 && time === 0),
  )

  // Asked without any filter, or of an agency above all others, which is the same.
  const whole = (node: number): number => cells[known.get(markOf(node, false, 0, 0)) ?? -1]?.count ?? 0
  const prized = cells.map(
    ({ node, own, time, value }) => (own || whole(node) === whole(0)) && (time === 0 || value === 0),
  )

  // Each number that is the sum of others: of its months, of a group's values, of the places beneath it and its own.
  const sums = new Map<string, Sum & { readonly parts: number[] }>()
  const part = (kind: string, mark: number, place: number): void => {
    const found = sums.get(`${kind}${mark}`)
    if (found !== undefined) found.parts.push(place)
    else sums.set(`${kind}${mark}`, { whole: known.get(mark)!, parts: [place], spans: kind === 't' })
  }
  // Breakdowns that are shown at once, and agencies of one parent.
  const families = new Map<string, number[]>()
  const member = (name: string, place: number): void => {
    const found = families.get(name)
    if (found === undefined) families.set(name, [place])
    else found.push(place)
  }
  // By time, so that the parts of a span stand side by side; dossiers without a month come first and belong to none.
  const byTime = [...cells.keys()].toSorted((a, b) => cells[a]!.time - cells[b]!.time)
  for (const place of byTime) {
    const { node, own, time, value } = cells[place]!
    const group = groupOf[value]!
    if (time !== 0) part('t', markOf(node, own, 0, value), place)
    if (value !== 0) part(group, markOf(node, own, time, 0), place)
    if (own) part('n', markOf(node, false, time, value), place)
    else if (parents[node]! >= 0) part('n', markOf(parents[node]!, false, time, value), place)
    if (!own && time === 0 && (group === 'STATUS' || group === 'PROCEDURE')) member(`${group} ${node}`, place)
    if (!own && time !== 0 && value === 0) member(`MONTH ${node}`, place)
    if (own && time === 0 && value === named) {
      member('AGENCY', place)
      member(`children ${parents[node]}`, place)
    }
  }

  const given = { sums: [...sums.values()], families: [...families.values()], unasked, prized, small: isSmall }
  const counts = withhold({ ...given, values: cells.map(({ count }) => count), ones: true, withheld: [] })
  const unsaid = [...counts].filter((place) => unasked[place] !== true || isSmall(cells[place]!.count))
  const lesser = (name: 'overdue' | 'finished'): ReadonlySet<number> =>
    withhold({ ...given, values: cells.map((cell) => cell[name]), ones: false, withheld: unsaid })
  const [overdue, finished] = [lesser('overdue'), lesser('finished')]

  return cells.flatMap((cell, place): Told[] => {
    if (unasked[place] === true || counts.has(place)) return []
    const group = groupOf[cell.value]!
    const name = values.names[cell.value]!
    return [
      {
        agency: cell.own ? 0 : agencyOf[cell.node]!,
        group: group === 'NAMED' ? 'AGENCY' : group === 'TOTAL' ? 'MONTH' : group,
        value: cell.own ? String(agencyOf[cell.node]) : name.slice(name.indexOf(' ') + 1),
        month: times.names[cell.time]!,
        count: cell.count,
        overdueTold: !overdue.has(place),
        rateTold: !finished.has(place),
      },
    ]
  })
}

/** With more combinations than this, procedures are told for the whole province and all months alone. */
const maxDetailed = 50_000

const isSmall = (count: number): boolean => count < smallest
