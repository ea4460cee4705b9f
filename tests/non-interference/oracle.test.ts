import { describe, expect, it } from 'vitest'
import { leaks } from './leaks.ts'
import { runOracle } from './oracle.ts'

describe('an answer', () => {
  it('is what a look at every row gives', async () => {
    const { compared, telling, faults } = await runOracle(100, 1)
    expect(faults).toEqual([])
    expect(compared).toBe(100)
    expect(telling).toBeGreaterThan(40)
  })

  it('that counts what its caller does not see is found', async () => {
    const leak = leaks['a total that counts rows of other agencies']!
    expect((await runOracle(60, 1, undefined, leak)).faults.length).toBeGreaterThan(0)
  })
})
