// Tests of the bell that ends a worker's wait.
import { expect, it } from 'vitest'
import { openBell } from '../../../src/sync/queue/bell.ts'
import { underLoad } from '../../kit/under-load.ts'

it('ends a wait at once, and is remembered until it is silenced', async () => {
  const bell = openBell()
  const started = performance.now()
  const waiting = bell.wait(60_000)
  bell.ring()
  bell.ring()
  await waiting
  expect(performance.now() - started).toBeLessThan(underLoad(5_000))
  expect(bell.rung).toBe(true)
  bell.silence()
  expect(bell.rung).toBe(false)
})

it('remembers a ring of before the wait, and waits no longer than it is asked to', async () => {
  const bell = openBell()
  bell.ring()
  expect(bell.rung).toBe(true)
  await bell.wait(1)
})
