// Tests of interrupted runs.
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ConnectorFailure } from '#connector'
import { commitPage } from '../../../src/sync/run/commit.ts'
import { requestRuns } from '../../../src/sync/queue/request.ts'
import { openWorld, page, record, type World, type WorldOptions } from '../harness.ts'
import { underLoad } from '../../kit/under-load.ts'

const worlds: World[] = []
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.drop()
})
async function open(options: WorldOptions = {}): Promise<World> {
  const world = await openWorld(options)
  worlds.push(world)
  return world
}
const stream = [{ source: 's', stream: 'changes' }]
const threePages = () => [page('a', record('1')), page('b', record('2')), page('c', record('3'))]
const window = { from: '2025-01-01', to: '2025-02-01' }
const lapse = (world: World) => world.rows('update stream set lease_until = now()')
/** A claimed run that has its first page, and whose worker is gone. */
async function cutOff(world: World): Promise<void> {
  await requestRuns(world.engine, stream, 'CHANGES', null)
  const claim = (await world.claim())!
  await commitPage(world.engine, world.engine.sources.get('s')!, claim, world.script.pages.changes[0]!)
  await lapse(world)
}

describe('a run that was cut off', () => {
  it('ends as failed when nobody continued it for a day, and the stream is read again from its checkpoint at once', async () => {
    const world = await open()
    world.script.pages.changes = threePages()
    await cutOff(world)
    await world.rows("update run set advanced_at = now() - interval '25 hours'")
    await world.work()
    expect(await world.runs()).toMatchObject([
      { state: 'FAILED', failure_code: 'SOURCE_UNAVAILABLE', position: null },
      { state: 'SUCCEEDED', pages: 3 },
    ])
    expect((await world.runs())[0]!.failure_message).toMatch(/24 giờ.*24 hours/)
    expect(world.script.asked).toEqual([{ all: true }])
  })

  it('is continued after 23 hours', async () => {
    const world = await open()
    world.script.pages.changes = threePages()
    await cutOff(world)
    await world.rows("update run set advanced_at = now() - interval '23 hours', started_at = now() - interval '3 days'")
    await world.work()
    expect(await world.runs()).toMatchObject([{ state: 'SUCCEEDED', pages: 3 }])
  })

  it('is given up when its process ended several times at one page, but not after a new page or when it was given back', async () => {
    const world = await open()
    world.script.pages.changes = threePages()
    await cutOff(world)
    for (let times = 0; times < 18; times += 1) {
      await world.claim()
      await lapse(world)
    }
    for (let times = 0; times < 3; times += 1) await world.execute((await world.claim())!, AbortSignal.abort())
    const claim = (await world.claim())!
    expect(claim.spent).toBeUndefined()
    await commitPage(world.engine, world.engine.sources.get('s')!, claim, world.script.pages.changes[1]!)
    for (let times = 0; times < 20; times += 1) {
      await lapse(world)
      expect((await world.claim())!.spent).toBeUndefined()
    }
    await lapse(world)
    const last = (await world.claim())!
    expect(await world.execute(last)).toBe('FAILED')
    expect(await world.runs()).toMatchObject([{ state: 'FAILED', failure_code: 'INTERNAL', position: null }])
    expect(
      await world.rows("select run_id, lease_until, due_at > now() as due from stream where id = 'changes'"),
    ).toEqual([{ run_id: null, lease_until: null, due: true }])
  })
})

describe('an unavailable database', () => {
  it('is not asked again without a pause, and the run continues from its position once the database is back', async () => {
    const world = await open()
    world.script.pages.changes = threePages()
    let tries = 0
    let unavailable = true
    world.sink.upsert = (keys) => {
      if (!keys.includes('2') || !unavailable) return
      tries += 1
      throw Object.assign(new Error('disk full'), { code: '53100' })
    }
    await requestRuns(world.engine, stream, 'CHANGES', null)
    const worker = await world.worker()
    await vi.waitUntil(() => tries >= 8, { timeout: 60_000 })
    const before = world.script.asked.length
    unavailable = false
    const cleared = performance.now()
    await worker.idle()
    expect(performance.now() - cleared).toBeLessThan(underLoad(10_000))
    await worker.stop()
    expect(world.script.asked.length - before).toBeLessThanOrEqual(1)
    expect(await world.runs()).toMatchObject([{ state: 'SUCCEEDED', pages: 3, read: 3, written: 3 }])
  })
})

describe('a window of the past', () => {
  it('continues from its position after its worker was killed, beside the schedule', async () => {
    const world = await open()
    world.script.pages.changes = threePages()
    await world.sync()
    await requestRuns(world.engine, stream, 'BACKFILL', window)
    const claim = (await world.claim())!
    await commitPage(world.engine, world.engine.sources.get('s')!, claim, world.script.pages.changes[0]!)
    await world.rows("update stream set lease_until = now(), due_at = now() where id = 'changes'")
    world.script.asked.splice(0)
    await world.work()
    expect(world.script.asked).toEqual([{ since: 'a' }, { since: 'c' }])
    expect(await world.runs()).toMatchObject([
      { kind: 'CHANGES' },
      { kind: 'BACKFILL', state: 'SUCCEEDED', pages: 3 },
      { kind: 'CHANGES', state: 'SUCCEEDED' },
    ])
    expect(await world.rows("select checkpoint from stream where id = 'changes'")).toEqual([{ checkpoint: 'c' }])
  })

  it('continues from its position when it is asked for again after its source was unavailable, another window starts at its beginning', async () => {
    const world = await open()
    world.script.pages.changes = threePages()
    world.script.before = (at) => {
      if (at === 1) throw new ConnectorFailure('SOURCE_UNAVAILABLE', 'not now')
    }
    expect(await world.sync('changes', 'BACKFILL', window)).toMatchObject({ state: 'FAILED', position: 'a' })
    world.script.before = () => undefined
    world.script.asked.splice(0)
    await world.sync('changes', 'BACKFILL', { ...window, to: '2025-03-01' })
    await world.sync('changes', 'BACKFILL', window)
    await world.sync('changes', 'BACKFILL', window)
    expect(world.script.asked).toEqual([{ ...window, to: '2025-03-01' }, { since: 'a' }, window])
  })

  it('is not taken for done by a run that goes and reads something else', async () => {
    const world = await open()
    world.script.pages.changes = threePages()
    await world.sync()
    await requestRuns(world.engine, stream, 'CHANGES', null)
    const asking = async (
      kind: 'BACKFILL' | 'CENSUS' | 'FULL' | 'CHANGES',
      range: typeof window | { all: true } | null,
    ) => (await requestRuns(world.engine, stream, kind, range))[0]
    expect(await asking('BACKFILL', window)).toMatchObject({ joined: true, answers: false })
    expect(await asking('CENSUS', { all: true })).toMatchObject({ joined: true, answers: false })
    expect(await asking('FULL', { all: true })).toMatchObject({ joined: true, answers: false })
    expect(await asking('CHANGES', null)).toMatchObject({ joined: true, answers: true })
    await world.execute((await world.claim())!)
    expect(await asking('BACKFILL', window)).toMatchObject({ joined: false, answers: true })
    expect(await asking('BACKFILL', window)).toMatchObject({ joined: true, answers: true })
    expect(await asking('BACKFILL', { ...window, to: '2025-03-01' })).toMatchObject({ joined: true, answers: false })
  })
})
