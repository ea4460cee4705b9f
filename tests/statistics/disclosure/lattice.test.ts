import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dossierStatistics } from '../../../src/domains/dossier/statistics.ts'
import type { Combination, Dimensions } from '../../../src/statistics/cells.ts'
import { releasedCells } from '../../../src/statistics/disclosure/lattice.ts'
import { dimensionsOf } from '../../../src/statistics/publish.ts'
import { leaks, partOf, type Universe } from '../law.ts'
import { documentStatistics, permitStatistics } from '../made-up.ts'

const agencies = new Map([
  ['H/', 1],
  ['H/H.1/', 2],
  ['H/H.1/H.1.1/', 3],
  ['H/H.2/', 4],
  ['Z/', 5],
])
const paths = [...agencies.keys()]
const months = ['2026-01', '2026-02', '2026-03', '2026-04']
const alphabets = [
  ['A', 'B', 'C'],
  ['1', '2', ''],
]

const universeOf = (dimensions: Dimensions): Universe => ({
  dimensions,
  agencies,
  months,
  values: dimensions.groups.map((_, at) => alphabets[at % 2]!),
})
const dossiers = universeOf(dimensionsOf(dossierStatistics.field.statistics))

/** Small worlds: some thirty combinations, many of them few. */
const worldsOf = ({ dimensions, values }: Universe): fc.Arbitrary<Combination[]> => {
  const row = fc
    .record({
      path: fc.constantFrom(...paths),
      named: fc.integer({ min: 0, max: 9 }).map((chance) => chance > 0),
      month: fc.constantFrom(...months, null),
      values: fc.tuple(...values.map((one) => fc.constantFrom(...one))),
      count: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 40 })),
    })
    .map((one): Combination => ({
      agency: one.named && dimensions.agency !== null ? agencies.get(one.path)! : null,
      path: dimensions.agency === null ? '' : one.path,
      month: dimensions.month === null ? null : one.month,
      values: one.values,
      count: one.count,
      measures: [Math.floor(one.count / 3), Math.floor(one.count / 2)],
    }))
  return fc
    .array(row, { minLength: 1, maxLength: 26 })
    .map((rows) => [
      ...new Map(rows.map((one) => [JSON.stringify([one.path, one.agency, one.month, one.values]), one])).values(),
    ])
}

/** The worlds drawn for each claim; more of them in `npm run attacks -- --disclosure N`. */
const times = Number(process.env['DISCLOSURE_TIMES'] ?? 1)

const declared: [name: string, dimensions: Dimensions, runs: number][] = [
  ['dossiers', dossiers.dimensions, 120],
  ['permits of a made-up domain', dimensionsOf(permitStatistics.field.statistics), 40],
  ['documents by their sender', dimensionsOf(documentStatistics.field.statistics), 40],
  ['rows without agency', { agency: null, month: 'MONTH', groups: [{ name: 'KIND', many: false }] }, 40],
  [
    'rows without agency and time',
    {
      agency: null,
      month: null,
      groups: [
        { name: 'KIND', many: false },
        { name: 'SIZE', many: false },
      ],
    },
    40,
  ],
]

describe.each(declared)('the released cells of %s', (_name, dimensions, runs) => {
  const universe = universeOf(dimensions)

  it('are true, and none is below five', () => {
    let released = 0
    fc.assert(
      fc.property(worldsOf(universe), (rows) => {
        for (const cell of releasedCells(rows, dimensions, agencies)) {
          const count = rows.filter((row) => partOf(universe, row, cell)).reduce((sum, row) => sum + row.count, 0)
          expect(cell.count).toBe(count)
          expect(count).toBeGreaterThanOrEqual(5)
          released += 1
        }
      }),
      { numRuns: (runs / 4) * times },
    )
    expect(released).toBeGreaterThan(runs / 4)
  })

  it('let nobody who asks everything and solves it derive a count below five', () => {
    let released = 0
    fc.assert(
      fc.property(worldsOf(universe), (drawn) => {
        const rows = drawn.map((row) => ({ ...row, measures: [] }))
        const cells = releasedCells(rows, dimensions, agencies)
        released += cells.length
        const known = cells.map((cell) => (row: Combination) => partOf(universe, row, cell))
        expect(leaks(universe, rows, known)).toEqual([])
      }),
      { numRuns: runs * times },
    )
    expect(released).toBeGreaterThan(runs)
  })
})

describe('the released cells', () => {
  it('are all cells where every count is large', () => {
    const rows = paths.flatMap((path) =>
      months.flatMap((month) =>
        ['A', 'B'].map((status): Combination => {
          return { agency: agencies.get(path)!, path, month, values: [status, '1'], count: 9, measures: [6, 7] }
        }),
      ),
    )
    const cells = releasedCells(rows, dossiers.dimensions, agencies)
    expect(cells.every(({ measures }) => measures.every(Boolean))).toBe(true)
    // Six scopes (all, five agencies), each with its months, two statuses and a procedure, at four months and all of them.
    expect(cells.length).toBe(6 * (4 + 2 * 5 + 5) + 5 * 5)
  })

  it('leave out with a single small agency the next smallest, and of each parent’s children two or none', () => {
    const row = (path: string, count: number): Combination => {
      return { agency: agencies.get(path)!, path, month: '2026-01', values: ['A', '1'], count, measures: [0, 0] }
    }
    const rows = [row('H/', 30), row('H/H.1/', 20), row('H/H.1/H.1.1/', 3), row('H/H.2/', 12)]
    const cells = releasedCells(rows, dossiers.dimensions, agencies).filter(
      ({ group, month }) => group === 'AGENCY' && month === '',
    )
    expect(cells.map(({ value, count }) => [value, count])).toEqual([['1', 30]])
  })

  it('would leak if only small ones were left out', () => {
    const row = (path: string, count: number): Combination => {
      return { agency: agencies.get(path)!, path, month: '2026-01', values: ['A', '1'], count, measures: [] }
    }
    const rows = [row('H/', 30), row('H/H.1/', 20), row('H/H.1/H.1.1/', 3)]
    const known = [1, 2].map((agency) => (one: Combination) => one.agency === agency)
    expect(leaks(dossiers, rows, known)).toEqual([])
    expect(leaks(dossiers, rows, [...known, () => true])).not.toEqual([])
  })
})
