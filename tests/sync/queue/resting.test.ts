// Tests of streams that rest while the database is unavailable.
import { expect, it } from 'vitest'
import { openRestingStreams } from '../../../src/sync/queue/resting.ts'

const a = { source: 's', stream: 'a' }
const b = { source: 's', stream: 'b' }

it('lets a stream rest twice as long each time, ten seconds at most, and no other stream', () => {
  let now = 0
  const resting = openRestingStreams(() => now)
  const rests = Array.from({ length: 8 }, () => {
    resting.ended(a, true)
    expect(resting.rested([a, b])).toEqual([b])
    const from = now
    while (resting.any()) now += 250
    expect(resting.rested([a, b])).toEqual([a, b])
    return now - from
  })
  expect(rests).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000])
})

it('starts at a quarter of a second again after a run that reached the database', () => {
  let now = 0
  const resting = openRestingStreams(() => now)
  for (let times = 0; times < 5; times += 1) resting.ended(a, true)
  resting.ended(a, false)
  expect(resting.any()).toBe(false)
  resting.ended(a, true)
  now = 250
  expect(resting.any()).toBe(false)
})
