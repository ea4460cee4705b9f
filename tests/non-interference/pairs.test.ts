import { describe, expect, it } from 'vitest'
import { leaks } from './leaks.ts'
import { runPairs } from './pairs.ts'

describe('two worlds that differ only in what a caller may not see', () => {
  it('give that caller the same bytes', async () => {
    const { compared, telling, faults } = await runPairs(100, 1)
    expect(faults).toEqual([])
    expect(compared).toBe(100)
    expect(telling).toBeGreaterThan(30)
  })

  it.each(Object.entries(leaks))('show %s', async (_name, leak) => {
    const { faults } = await runPairs(100, 2, undefined, leak)
    expect(faults.length).toBeGreaterThan(0)
  })
})
