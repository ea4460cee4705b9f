// Tests of the reset guard.
import { afterEach, describe, expect, it } from 'vitest'
import { ConnectorFailure, type SourceRecord } from '#connector'
import { resumeSource } from '../../../src/sync/queue/request.ts'
import { openWorld, page, record, type World } from '../harness.ts'

const worlds: World[] = []
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.drop()
})
const day = (n: number): string => `2026-03-${String(n).padStart(2, '0')}T08:00:00.000+07:00`
const some = (count: number, more: (n: number) => Record<string, string>): SourceRecord[] =>
  Array.from({ length: count }, (_, n) => record(String(n), more(n)))

/** A stream with thirty records: born on the first, changed on the tenth. */
async function open(): Promise<World> {
  const world = await openWorld()
  worlds.push(world)
  world.script.pages.changes = [page('a', ...some(30, () => ({ born: day(1), at: day(10) })))]
  await world.sync()
  return world
}
const haltedStream = (world: World) =>
  world.rows("select held_reason, held_at is not null as halted, checkpoint from stream where id = 'changes'")

describe('a source that was reset', () => {
  it.each([
    ['gives its keys to other things', () => ({ born: day(2), at: day(11), name: 'Khác' })],
    ['gives older versions of what is known', () => ({ born: day(1), at: day(5), name: 'Cũ' })],
  ])('halts its stream and overwrites nothing when it %s, until a person confirms', async (_how, more) => {
    const world = await open()
    const before = await world.things()
    world.script.pages.changes = [page('b', ...some(28, more))]
    const run = await world.sync()
    expect(run).toMatchObject({ state: 'FAILED', failure_code: 'SOURCE_CHANGED', written: 0 })
    expect(run.failure_message).toContain('have been reset')
    expect(await world.things()).toEqual(before)
    expect(await haltedStream(world)).toEqual([{ held_reason: 'SOURCE_RESET', halted: true, checkpoint: 'a' }])

    await resumeSource(world.engine, 's')
    expect(await haltedStream(world)).toEqual([{ held_reason: 'RESET_CONFIRMED', halted: false, checkpoint: null }])
    await world.work()
    expect((await world.runs()).slice(-2)).toMatchObject([
      { kind: 'CHANGES', state: 'SUCCEEDED', range: { all: true }, written: 28 },
      { kind: 'CENSUS', state: 'SUCCEEDED', written: 0, removed: 2 },
    ])
    expect(Object.keys(await world.things())).toHaveLength(28)
    expect(await haltedStream(world)).toEqual([{ held_reason: null, halted: false, checkpoint: 'b' }])
  })

  it('is noticed over several small pages, with no more overwritten than is no evidence yet', async () => {
    const world = await open()
    const others = some(30, () => ({ born: day(2), at: day(11), name: 'Khác' }))
    world.script.pages.changes = Array.from({ length: 10 }, (_, n) => page(`b${n}`, ...others.slice(n * 3, n * 3 + 3)))
    expect(await world.sync()).toMatchObject({ state: 'FAILED', written: 9 })
  })

  it('is not seen in records that change, a few that were born again, or the same records read again', async () => {
    const world = await open()
    world.script.pages.changes = [
      page(
        'b',
        ...some(30, (n) =>
          n < 9 ? { born: day(2), at: day(9), name: 'Khác' } : { born: day(1), at: day(12), name: 'Mới' },
        ),
      ),
    ]
    expect(await world.sync()).toMatchObject({ state: 'SUCCEEDED', written: 30 })
    expect(await world.sync('changes', 'FULL')).toMatchObject({ state: 'SUCCEEDED', unchanged: 30 })
  })

  it('halts its stream when the connector says so', async () => {
    const world = await open()
    world.script.before = () => {
      throw new ConnectorFailure('SOURCE_CHANGED', 'the newest change is older than the checkpoint', {
        reason: 'SOURCE_RESET',
      })
    }
    world.script.pages.changes = [page('a'), page('b')]
    expect(await world.sync()).toMatchObject({ state: 'FAILED', failure_code: 'SOURCE_CHANGED' })
    expect(await haltedStream(world)).toMatchObject([{ held_reason: 'SOURCE_RESET', halted: true }])
  })
})
