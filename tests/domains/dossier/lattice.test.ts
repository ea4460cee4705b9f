import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Alike, type Told, toldStatistics } from '../../../src/domains/dossier/statistics/lattice.ts'

const places = new Map([
  ['H/', 1],
  ['H/H.1/', 2],
  ['H/H.1/H.1.1/', 3],
  ['H/H.2/', 4],
  ['Z/', 5],
])
const paths = [...places.keys()]
const months = ['2026-01', '2026-02', '2026-03', '2026-04']

const alike = fc
  .record({
    path: fc.constantFrom(...paths),
    named: fc.integer({ min: 0, max: 9 }).map((chance) => chance > 0),
    month: fc.constantFrom(...months, null),
    status: fc.constantFrom('A', 'B', 'C'),
    procedure: fc.constantFrom(1, 2, null),
    count: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 40 })),
  })
  .map(({ path, named, month, status, procedure, count }): Alike => ({
    agency: named ? places.get(path)! : null,
    path,
    month,
    status,
    procedure,
    count,
    overdue: Math.floor(count / 3),
    finished: Math.floor(count / 2),
  }))
const worlds = fc
  .array(alike, { minLength: 1, maxLength: 26 })
  .map((rows) => [
    ...new Map(rows.map((row) => [[row.path, row.agency, row.month, row.status, row.procedure].join(), row])).values(),
  ])

/** Which of the rows a told number is of. */
function partOf(
  row: Alike,
  { agency, group, value, month }: Pick<Told, 'agency' | 'group' | 'value' | 'month'>,
): boolean {
  const path = paths[agency - 1]
  if (path !== undefined && !row.path.startsWith(path)) return false
  if (month !== '' && (row.month ?? '-') !== month) return false
  if (group === 'AGENCY') return String(row.agency ?? '') === value
  if (group === 'STATUS') return row.status === value
  return group === 'MONTH' || String(row.procedure ?? '') === value
}

/**
 * Every combination of which no answer says that there is none: whoever asks sees which cells are listed, for each agency's
 * subtree, month and group, and never two groups at once.
 */
function possible(rows: readonly Alike[]): Alike[] {
  const there = (group: Told['group'], path: string, month: string | null, value: string): boolean =>
    rows.some((row) => partOf(row, { agency: paths.indexOf(path) + 1, group, value, month: month ?? '-' }))
  const all: Alike[] = []
  for (const path of paths) {
    for (const month of [...months, null]) {
      for (const status of ['A', 'B', 'C'].filter((value) => there('STATUS', path, month, value))) {
        for (const procedure of [1, 2, null].filter((value) => there('PROCEDURE', path, month, String(value ?? '')))) {
          for (const agency of [places.get(path)!, null].filter((value) =>
            there('AGENCY', path, month, String(value ?? '')),
          )) {
            const same = rows.find(
              (row) =>
                row.path === path &&
                row.month === month &&
                row.status === status &&
                row.procedure === procedure &&
                row.agency === agency,
            )
            all.push(same ?? { path, month, status, procedure, agency, count: 0, overdue: 0, finished: 0 })
          }
        }
      }
    }
  }
  return all
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

/** Solves what is told: what an attacker knows of any sum of rows, whoever the attacker asked in whatever order. */
function attacker(told: readonly (readonly number[])[]): (sought: readonly number[]) => boolean {
  const pivots = new Map<number, number[]>()
  const rest = (given: readonly number[]): number[] => {
    const row = [...given]
    for (const [pivot, by] of pivots) {
      const factor = row[pivot]!
      if (factor !== 0) for (const [at, value] of by.entries()) row[at] = (row[at]! + (prime - factor) * value) % prime
    }
    return row
  }
  for (const one of told) {
    const row = rest(one)
    const pivot = row.findIndex((value) => value !== 0)
    if (pivot < 0) continue
    const factor = inverse(row[pivot]!)
    pivots.set(
      pivot,
      row.map((value) => (value * factor) % prime),
    )
  }
  return (sought) => rest(sought).every((value) => value === 0)
}

/** Every number that an answer could hold: of each agency, group, value and span of months. */
function* asked(rows: readonly Alike[]): Generator<readonly boolean[]> {
  const spans = months.flatMap((_, from) => months.slice(from).map((__, more) => months.slice(from, from + more + 1)))
  for (const span of [null, ...spans]) {
    const inside = rows.map((row) => span === null || (row.month !== null && span.includes(row.month)))
    for (const agency of [0, ...places.values()]) {
      for (const [group, values] of [
        ['AGENCY', ['', ...[...places.values()].map(String)]],
        ['STATUS', ['A', 'B', 'C']],
        ['PROCEDURE', ['', '1', '2']],
        ['MONTH', ['']],
      ] as const) {
        if (group === 'MONTH' && span?.length !== 1) continue
        for (const value of values) {
          yield rows.map((row, at) => inside[at]! && partOf(row, { agency, group, value, month: '' }))
        }
      }
    }
  }
}

describe('what the open statistics tell', () => {
  it('is true, and nothing below five', () => {
    fc.assert(
      fc.property(worlds, (rows) => {
        for (const told of toldStatistics(rows, places)) {
          const count = rows.filter((row) => partOf(row, told)).reduce((sum, row) => sum + row.count, 0)
          expect(told.count).toBe(count)
          expect(count).toBeGreaterThanOrEqual(5)
        }
      }),
      { numRuns: 100 },
    )
  })

  it('leaves whoever asks everything and solves it without any number below five', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(worlds, (rows) => {
        const told = toldStatistics(rows, places)
        const unknown = possible(rows)
        const knows = attacker(told.map((one) => unknown.map((row) => (partOf(row, one) ? 1 : 0))))
        for (const inside of asked(unknown)) {
          const count = unknown.reduce((sum, row, at) => sum + (inside[at] === true ? row.count : 0), 0)
          if (count === 0 || count >= 5) continue
          expect(knows(inside.map(Number)), `${count} is told`).toBe(false)
        }
      }),
      { numRuns: 400 },
    )
  })

  it('is all of it where every number is large', () => {
    const rows = paths.flatMap((path) =>
      months.flatMap((month) =>
        ['A', 'B'].map((status): Alike => {
          return { agency: places.get(path)!, path, month, status, procedure: 1, count: 9, overdue: 6, finished: 7 }
        }),
      ),
    )
    const told = toldStatistics(rows, places)
    expect(told.every((one) => one.overdueTold && one.rateTold)).toBe(true)
    // Six scopes (all, five agencies), each with its months, two statuses and a procedure, at four months and all of them.
    expect(told.length).toBe(6 * (4 + 2 * 5 + 5) + 5 * 5)
  })

  it('withholds with a single small agency the next smallest, and of each parent’s children two or none', () => {
    const row = (path: string, count: number): Alike => {
      return {
        agency: places.get(path)!,
        path,
        month: '2026-01',
        status: 'A',
        procedure: 1,
        count,
        overdue: 0,
        finished: 0,
      }
    }
    const told = toldStatistics([row('H/', 30), row('H/H.1/', 20), row('H/H.1/H.1.1/', 3), row('H/H.2/', 12)], places)
    const agencies = told.filter(({ group, month }) => group === 'AGENCY' && month === '')
    expect(agencies.map(({ value, count }) => [value, count])).toEqual([['1', 30]])
  })
})
