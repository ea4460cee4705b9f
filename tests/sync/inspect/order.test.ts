// Tests of the order check.
import fc from 'fast-check'
import { afterEach, expect, it } from 'vitest'
import { openOrderCheck } from '../../../src/sync/inspect/order.ts'
import { openWorld, page, record, type World } from '../harness.ts'

const worlds: World[] = []
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.drop()
})

it('counts no disorder in what is sorted, and at least one in what is not', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9), { minLength: 2 }), fc.constantFrom('asc', 'desc'), (values, direction) => {
      const broken = (given: readonly number[]): number => {
        const watch = openOrderCheck({ by: 'at', direction })
        for (const at of given) watch.look([{ at }])
        return watch.broken
      }
      const sorted = values.toSorted((a, b) => (direction === 'asc' ? a - b : b - a))
      expect(broken(sorted)).toBe(0)
      expect(broken(values) > 0).toBe(values.some((value, index) => value !== sorted[index]))
    }),
  )
})

it('puts on the run how many records broke the order that the source claims, over all its pages, and takes them', async () => {
  const world = await openWorld()
  worlds.push(world)
  world.script.pages.changes = [
    page('a', record('1', { at: '1' }), record('2', { at: '5' }), record('3', { at: '3' })),
    page('b', record('4', { at: '2' }), record('5', { at: '9' })),
  ]
  expect(await world.sync()).toMatchObject({ state: 'SUCCEEDED', written: 5, disorder: 2 })
  expect(world.logged.filter((one) => one.message.includes('does not sort'))).toHaveLength(2)
  world.script.pages.changes = [page('c', record('6', { at: '1' }), record('7', { at: '2' }))]
  expect(await world.sync()).toMatchObject({ state: 'SUCCEEDED', disorder: 0 })
})

it('keeps the checkpoint where it was until the whole window of an unsorted source has been read', async () => {
  const world = await openWorld()
  worlds.push(world)
  world.script.pages.changes = [page('a', record('1', { at: '9' })), page('b', record('2', { at: '1' }))]
  const checkpoint = () => world.rows("select checkpoint from stream where id = 'changes'")
  let between: unknown = null
  world.script.before = async (number) => {
    if (number === 1) {
      await new Promise((settled) => setTimeout(settled, 300))
      between = await checkpoint()
      throw new Error('cut off')
    }
  }
  expect(await world.sync()).toMatchObject({ state: 'FAILED', pages: 1 })
  expect(between).toEqual([{ checkpoint: null }])
  expect(await checkpoint()).toEqual([{ checkpoint: null }])
})
