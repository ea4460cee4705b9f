import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type BreakdownCell, suppressCells } from '../../../src/statistics/disclosure/suppress.ts'

const kinds = { overdue: { kind: 'count' }, rate: { kind: 'ratio' }, median: { kind: 'median' } } as const

const cell = fc
  .record({
    count: fc.integer({ min: 1, max: 30 }),
    share: fc.integer({ min: 0, max: 100 }),
    siblings: fc.constantFrom(null, 1, 2),
  })
  .map(({ count, share, siblings }): BreakdownCell => {
    const overdue = Math.floor((count * share) / 100)
    const measures = {
      overdue: { value: overdue, base: overdue },
      rate: { value: 0.5, base: count },
      median: { value: 1, base: count },
    }
    return { count, measures, siblings }
  })

describe('the cells of an open breakdown', () => {
  it('show no count below five, and none that a total of its family gives away', () => {
    fc.assert(
      fc.property(fc.array(cell, { maxLength: 9 }), (cells) => {
        const shown = suppressCells(cells, kinds)
        const families = [[...cells.keys()], ...Map.groupBy(cells.keys(), (place) => cells[place]!.siblings).values()]
        for (const [place, { count, measures, suppressed }] of shown.entries()) {
          expect(count === null || (count >= 5 && count === cells[place]!.count)).toBe(true)
          expect(measures['overdue'] === null || measures['overdue']! >= 5).toBe(true)
          expect(suppressed).toBe([count, ...Object.values(measures)].includes(null))
        }
        for (const family of families) {
          for (const of of ['count', 'overdue'] as const) {
            const hidden = family.filter(
              (place) => (of === 'count' ? shown[place]!.count : shown[place]!.measures[of]) === null,
            )
            expect(hidden.length === 1 && family.length > 1).toBe(false)
            const sum = hidden.reduce((total, place) => total + cells[place]!.count, 0)
            if (of === 'count' && hidden.length > 0 && hidden.length < family.length)
              expect(sum).toBeGreaterThan(hidden.length)
          }
        }
      }),
      { numRuns: 500 },
    )
  })

  it('show everything where all are large', () => {
    const measures = {
      overdue: { value: 8, base: 8 },
      rate: { value: 0.5, base: 9 },
      median: { value: 2, base: 9 },
    }
    expect(suppressCells([{ count: 9, measures, siblings: null }], kinds)).toEqual([
      { count: 9, measures: { overdue: 8, rate: 0.5, median: 2 }, suppressed: false },
    ])
  })

  it('show a ratio and a median only where enough rows have one', () => {
    const measures = {
      overdue: { value: 8, base: 8 },
      rate: { value: 0.5, base: 4 },
      median: { value: 2, base: 4 },
    }
    expect(suppressCells([{ count: 9, measures, siblings: null }], kinds)).toEqual([
      { count: 9, measures: { overdue: 8, rate: null, median: null }, suppressed: true },
    ])
  })
})
