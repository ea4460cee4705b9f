// Tests of what runs write into the feed.
import { afterEach, expect, it, vi } from 'vitest'
import { type FeedChange, feedEnd, FeedGone, readFeed } from '../../../src/db/feed.ts'
import { prune } from '../../../src/sync/queue/prune.ts'
import { correctQuarantined, releaseQuarantined } from '../../../src/sync/quarantine/release.ts'
import { openWorld, page, record, type World, type WorldOptions } from '../harness.ts'

const worlds: World[] = []
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.drop()
})
async function open(options: WorldOptions = {}): Promise<World> {
  const world = await openWorld(options)
  worlds.push(world)
  return world
}

/** No transaction is open any more, of this test or of another one on the same server, that the feed would wait for. */
async function quiet(world: World): Promise<void> {
  const [{ now }] = (await world.rows<{ now: string }>(
    'select pg_snapshot_xmax(pg_current_snapshot())::text as now',
  )) as [{ now: string }]
  await vi.waitUntil(
    async () =>
      (await world.rows(`select 1 where pg_snapshot_xmin(pg_current_snapshot()) >= '${now}'::xid8`)).length === 1,
    { timeout: 20_000, interval: 10 },
  )
}

/** Reads on from where it stood, at each call. */
async function follow(world: World): Promise<() => Promise<string[]>> {
  let next = await feedEnd(world.engine.db)
  return async () => {
    await quiet(world)
    const read = await readFeed(world.engine.db, next, 1000)
    next = read.next
    return read.changes.map((one: FeedChange) => `${one.kind} ${one.stream} ${one.key} ${one.run}`)
  }
}

it('lists every record that a run stores or removes, and nothing that has not changed', async () => {
  const world = await open()
  const news = await follow(world)
  world.script.pages.changes = [
    page('a', record('1'), record('2')),
    page('b', record('3'), record('bad', { reject: 'x' })),
  ]
  const { id: first } = await world.sync()
  expect(await news()).toEqual([`UPSERT changes 1 ${first}`, `UPSERT changes 2 ${first}`, `UPSERT changes 3 ${first}`])
  const { id: second } = await world.sync('changes', 'FULL')
  expect(second).toBeGreaterThan(first)
  expect(await news()).toEqual([])
  world.script.pages.changes = [page('a', record('1', { name: 'mới' }), { id: 'x', gone: '2' })]
  const { id: third } = await world.sync('changes', 'FULL')
  expect((await news()).toSorted()).toEqual([`REMOVE changes 2 ${third}`, `UPSERT changes 1 ${third}`])
})

it('lists what a census removes, a clerk corrects, and a new mapping changes', async () => {
  const world = await open()
  world.script.pages.changes = [page('a', record('1'), record('2'), record('3', { reject: 'x' }))]
  await world.sync()
  const news = await follow(world)
  world.script.pages.changes = [page('a', record('1'), record('3', { reject: 'x' }))]
  const { id: census } = await world.sync('changes', 'CENSUS')
  expect(await news()).toEqual([`REMOVE changes 2 ${census}`])
  const [waiting] = await world.rows<{ id: number }>('select id from quarantine where left_at is null')
  await correctQuarantined(world.engine, waiting!.id, { reject: null }, 'asked')
  await releaseQuarantined(world.engine, [waiting!.id])
  const [release] = await world.rows<{ id: number }>("select id from run where kind = 'RELEASE'")
  expect(await news()).toEqual([`UPSERT changes 3 ${release!.id}`])
  world.script.mapping = 'mới '
  const { id: replay } = await world.sync('changes', 'REPLAY')
  expect(await news()).toContain(`UPSERT changes 1 ${replay}`)
})

it('lists nothing that was rolled back', async () => {
  const world = await open()
  const news = await follow(world)
  world.script.pages.changes = [page('a', record('1'))]
  world.sink.upsert = () => {
    throw new Error('no')
  }
  expect(await world.sync()).toMatchObject({ state: 'FAILED' })
  expect(await news()).toEqual([])
})

it('is kept as long as the engine says, and raw pages by themselves', async () => {
  const world = await open({ retention: { rawMs: 3_600_000, changesMs: 60_000 } })
  const before = await feedEnd(world.engine.db)
  world.script.pages.changes = [page('a', record('1'))]
  await world.sync()
  world.script.pages.changes = [page('a', record('1', { name: 'mới' }))]
  await world.sync('changes', 'FULL')
  const count = async () => [
    (await world.rows('select 1 from raw_page')).length,
    (await world.rows('select 1 from change')).length,
  ]
  const pruned = async () => {
    await quiet(world)
    await prune(world.engine, new AbortController().signal)
  }
  await pruned()
  expect(await count()).toEqual([2, 2])
  await world.rows("update change set at = now() - interval '2 minutes'")
  await world.rows("update raw_page set at = now() - interval '2 minutes'")
  await pruned()
  expect(await count()).toEqual([2, 0])
  await world.rows("update raw_page set at = now() - interval '2 hours'")
  await pruned()
  expect(await count()).toEqual([1, 0])
  await expect(readFeed(world.engine.db, before, 10)).rejects.toThrow(FeedGone)
})
