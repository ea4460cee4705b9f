// What an attacker learns of small numbers who asks every open breakdown and solves all answers together.
import type { Combination, Dimensions } from '../../src/statistics/cells.ts'
import type { ReleasedCell } from '../../src/statistics/disclosure/lattice.ts'

/** All that rows of a small world can be. */
export interface Universe {
  readonly dimensions: Dimensions
  /** The number of the agency of each path. */
  readonly agencies: ReadonlyMap<string, number>
  /** null beside them is a row without a month. */
  readonly months: readonly string[]
  /** Of each group, in the order of the dimensions; '' is no value. */
  readonly values: readonly (readonly string[])[]
}

type CellName = Pick<ReleasedCell, 'agency' | 'group' | 'value' | 'month'>

/** Whether a row is counted in a cell. */
export function partOf({ dimensions, agencies }: Universe, row: Combination, cell: CellName): boolean {
  if (cell.agency !== 0) {
    for (const [path, number] of agencies) if (number === cell.agency && !row.path.startsWith(path)) return false
  }
  if (cell.month !== '' && (row.month ?? '-') !== cell.month) return false
  if (cell.group === dimensions.agency) return String(row.agency ?? '') === cell.value
  if (cell.group === dimensions.month) return true
  return row.values[dimensions.groups.findIndex(({ name }) => name === cell.group)] === cell.value
}

/**
 * Every combination of which no answer says that there is none: an attacker sees which cells are listed, for each agency's
 * subtree, month and group, and never two groups at once.
 */
export function possible(universe: Universe, rows: readonly Combination[]): Combination[] {
  const { dimensions, agencies, months, values } = universe
  const key = (row: Omit<Combination, 'count' | 'measures'>): string =>
    JSON.stringify([row.path, row.agency, row.month, row.values])
  const known = new Map(rows.map((row) => [key(row), row]))
  const all: Combination[] = []
  // Rows beneath no agency are looked for only where there are some: knowing that there is none, one knows more.
  const paths = rows.some(({ path }) => path === '') ? ['', ...agencies.keys()] : agencies.keys()
  for (const path of paths) {
    for (const month of dimensions.month === null ? [null] : [...months, null]) {
      const cell = { agency: agencies.get(path) ?? 0, month: dimensions.month === null ? '' : (month ?? '-') }
      const isListed = (group: string, value: string): boolean =>
        rows.some((row) => partOf(universe, row, { ...cell, group, value }))
      const listed = dimensions.groups.map(({ name }, at) => values[at]!.filter((value) => isListed(name, value)))
      const { agency: byAgency } = dimensions
      const numbers =
        byAgency === null ? [null] : [cell.agency, null].filter((number) => isListed(byAgency, String(number ?? '')))
      for (const agency of numbers) {
        for (const chosen of product(listed)) {
          const row = { path, month, agency, values: chosen }
          all.push(known.get(key(row)) ?? { ...row, count: 0, measures: [] })
        }
      }
    }
  }
  return all
}

function product(lists: readonly (readonly string[])[]): string[][] {
  return lists.reduce<string[][]>((done, list) => done.flatMap((one) => list.map((value) => [...one, value])), [[]])
}

/** One number that an answer could have: of an agency's subtree, a group's value and a span of months. */
export interface Question {
  readonly agency: number
  readonly group: string
  readonly value: string
  /** null: of all months, and of rows without one. */
  readonly span: readonly string[] | null
}

/** Every number that an answer could have: of each agency, group, value and span of months. */
export function questions({ dimensions, agencies, months, values }: Universe): Question[] {
  const spans = months.flatMap((_, from) => months.slice(from).map((__, more) => months.slice(from, from + more + 1)))
  const groups: [string, readonly string[]][] = [
    ...(dimensions.agency === null
      ? []
      : [[dimensions.agency, ['', ...[...agencies.values()].map(String)]] as [string, string[]]]),
    ...dimensions.groups.map(({ name }, at): [string, readonly string[]] => [name, values[at]!]),
    ...(dimensions.month === null ? [] : [[dimensions.month, ['']] as [string, string[]]]),
  ]
  return [null, ...(dimensions.month === null ? [] : spans)].flatMap((span) =>
    (dimensions.agency === null ? [0] : [0, ...agencies.values()]).flatMap((agency) =>
      groups.flatMap(([group, all]) =>
        group === dimensions.month && span?.length !== 1 ? [] : all.map((value) => ({ agency, group, value, span })),
      ),
    ),
  )
}

/** Whether a row is counted in the answer to a question. */
export function isAsked(universe: Universe, row: Combination, { span, ...cell }: Question): boolean {
  if (span !== null && (row.month === null || !span.includes(row.month))) return false
  return partOf(universe, row, { ...cell, month: '' })
}

const prime = 1_048_573
const inverse = (value: number): number => {
  let [result, base, power] = [1, value, prime - 2]
  for (; power > 0; power = Math.floor(power / 2)) {
    if (power % 2 === 1) result = (result * base) % prime
    base = (base * base) % prime
  }
  return result
}

/** Solves the sums of rows that are known: tells of any other sum whether it follows from them. */
function attacker(known: readonly (readonly number[])[]): (wanted: readonly number[]) => boolean {
  const pivots = new Map<number, number[]>()
  const rest = (given: readonly number[]): number[] => {
    const row = [...given]
    for (const [pivot, by] of pivots) {
      const factor = row[pivot]!
      if (factor !== 0) for (const [at, value] of by.entries()) row[at] = (row[at]! + (prime - factor) * value) % prime
    }
    return row
  }
  for (const one of known) {
    const row = rest(one)
    const pivot = row.findIndex((value) => value !== 0)
    if (pivot < 0) continue
    const factor = inverse(row[pivot]!)
    pivots.set(
      pivot,
      row.map((value) => (value * factor) % prime),
    )
  }
  return (wanted) => rest(wanted).every((value) => value === 0)
}

/**
 * The questions with a true answer from 1 to 4 that follow from the released numbers; `released` says of a row whether it is
 * in each of these.
 */
export function leaks(
  universe: Universe,
  rows: readonly Combination[],
  released: readonly ((row: Combination) => boolean)[],
): string[] {
  const unknown = possible(universe, rows)
  const knows = attacker(released.map((isIn) => unknown.map((row) => (isIn(row) ? 1 : 0))))
  return questions(universe).flatMap((question) => {
    const inside = unknown.map((row) => isAsked(universe, row, question))
    const count = unknown.reduce((sum, row, at) => sum + (inside[at] === true ? row.count : 0), 0)
    if (count === 0 || count >= 5 || !knows(inside.map(Number))) return []
    return [`${count} of ${JSON.stringify(question)}`]
  })
}
