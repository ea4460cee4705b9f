// Tests of the census.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { ConnectorFailure } from '#connector'
import { commitPage } from '../../../src/sync/run/commit.ts'
import { registerSources } from '../../../src/sync/queue/register.ts'
import { correctQuarantined, releaseQuarantined } from '../../../src/sync/quarantine/release.ts'
import { requestRuns, resumeSource } from '../../../src/sync/queue/request.ts'
import { nextFire } from '../../../src/sync/queue/schedule.ts'
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
const some = (count: number, from = 0): ReturnType<typeof record>[] =>
  Array.from({ length: count }, (_, n) => record(String(n + from)))
const census = (world: World) => world.sync('changes', 'CENSUS')
const changesOf = async (world: World, columns: string): Promise<Record<string, unknown>> =>
  (await world.rows<Record<string, unknown>>(`select ${columns} from stream where id = 'changes'`))[0]!
const keys = async (world: World): Promise<string[]> => Object.keys(await world.things())

describe('a census', () => {
  it('fetches what is missing or differs, and removes what has vanished with itself as the evidence', async () => {
    const world = await open()
    world.script.pages.changes = [page('a', ...some(6))]
    await world.sync()
    world.script.pages.changes = [
      page('a', ...some(3), record('late')),
      page('b', record('4', { name: 'Tên mới' }), record('bad', { reject: 'at' })),
    ]
    const run = await census(world)
    expect(run).toMatchObject({
      kind: 'CENSUS',
      state: 'SUCCEEDED_WITH_REJECTS',
      expected: 6,
      found: 6,
      missing: 1,
      written: 2,
      left_over: 2,
      removed: 2,
    })
    expect(await world.things()).toMatchObject({ '4': 'Tên mới', late: 'Tên late' })
    expect(await keys(world)).toEqual(['0', '1', '2', '4', 'late'])
    expect(
      await world.rows('select key, removed_because from record where removed_at is not null order by key'),
    ).toEqual(
      ['3', '5'].map((key) => ({
        key,
        removed_because: `absent from the whole list read by the census of run ${run.id}`,
      })),
    )
    expect(await changesOf(world, 'record_count')).toEqual({ record_count: 5 })
    expect(await world.rows('select 1 from run_seen')).toEqual([])
    expect(await census(world)).toMatchObject({ written: 0, missing: 0, left_over: 0, removed: 0, expected: 5 })
  })

  it('disturbs neither the checkpoint nor the schedule nor what says when the stream last succeeded', async () => {
    const world = await open({ schedule: '0 3 1 1 *' })
    world.script.pages.changes = [page('a', ...some(3))]
    await world.sync()
    await world.rows("update stream set due_at = now() + interval '13 seconds' where id = 'changes'")
    const what = 'checkpoint, due_at, last_success_at, failing_since, held_reason'
    const before = await changesOf(world, what)
    world.script.pages.changes = [page('x', ...some(3)), page('y', record('n'))]
    expect(await census(world)).toMatchObject({ state: 'SUCCEEDED', missing: 1 })
    expect(await changesOf(world, what)).toEqual(before)
    await world.rows("update stream set due_at = now() - interval '1 second' where id = 'changes'")
    await requestRuns(world.engine, [{ source: 's', stream: 'changes' }], 'CENSUS', { all: true })
    world.script.asked.splice(0)
    await world.work()
    expect((await world.runs()).map((run) => run.kind)).toEqual(['CHANGES', 'CENSUS', 'CENSUS', 'CHANGES'])
    expect(world.script.asked).toEqual([{ all: true }, { since: 'a' }])
  })

  it('removes nothing that slipped from one page to another while it read', async () => {
    const world = await open()
    const list = some(9)
    const paged = () => [0, 3, 6].map((from) => page(String(from), ...list.slice(from, from + 3)))
    world.script.pages.changes = paged()
    await world.sync()
    list.pop()
    world.script.pages.changes = paged()
    world.script.before = (at) => {
      if (at !== 1) return
      world.script.before = () => undefined
      list.shift() // record 0 goes, and record 3 is now on the page that has been read
      world.script.pages.changes = paged()
    }
    expect(await census(world)).toMatchObject({ state: 'SUCCEEDED', left_over: 1, removed: 1 })
    expect(await keys(world)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7'])
    expect(await census(world)).toMatchObject({ state: 'SUCCEEDED', left_over: 1, removed: 1 })
    expect(await keys(world)).toEqual(['1', '2', '3', '4', '5', '6', '7'])
  })

  it('removes nothing when the source fails in its second look, and is due again within the hour', async () => {
    const world = await open({ census: '30 2 1 1 *' })
    world.script.pages.changes = [page('a', ...some(3)), page('b', ...some(3, 3))]
    await world.sync()
    world.script.pages.changes = [page('a', ...some(3)), page('b', ...some(2, 3))]
    let looks = 0
    world.script.before = (at) => {
      if (at === 1 && ++looks === 2) throw new ConnectorFailure('SOURCE_UNAVAILABLE', 'not now')
    }
    expect(await census(world)).toMatchObject({ state: 'FAILED', removed: 0 })
    expect(await keys(world)).toHaveLength(6)
    const due = 'extract(epoch from census_due_at - now())::float8 as seconds, failing_since'
    const { seconds, failing_since } = await changesOf(world, due)
    expect(Math.abs((seconds as number) - 3600)).toBeLessThan(10)
    expect(failing_since).toBeNull()
  })

  it('continues from its position after its worker was killed, and knows what was named before', async () => {
    const world = await open()
    world.script.pages.changes = [page('a', ...some(2)), page('b', ...some(2, 2)), page('c', ...some(1, 4))]
    await world.sync()
    await requestRuns(world.engine, [{ source: 's', stream: 'changes' }], 'CENSUS', { all: true })
    const claim = (await world.claim())!
    await commitPage(world.engine, world.engine.sources.get('s')!, claim, world.script.pages.changes[0]!)
    await world.rows('update stream set lease_until = now()')
    world.script.asked.splice(0)
    expect(await world.execute((await world.claim())!)).toBe('SUCCEEDED')
    expect(world.script.asked).toEqual([{ since: 'a' }])
    expect((await world.runs()).at(-1)).toMatchObject({ kind: 'CENSUS', pages: 3, found: 5, left_over: 0, removed: 0 })
  })

  it('goes on in its second look after its worker was killed', async () => {
    const world = await open()
    world.script.pages.changes = [page('a', ...some(2)), page('b', ...some(2, 2))]
    await world.sync()
    world.script.pages.changes = [page('a', ...some(2)), page('b', ...some(1, 2))]
    const stop = new AbortController()
    let looks = 0
    world.script.before = (at) => {
      if (at === 1 && ++looks === 2) stop.abort()
    }
    await requestRuns(world.engine, [{ source: 's', stream: 'changes' }], 'CENSUS', { all: true })
    expect(await world.execute((await world.claim())!, stop.signal)).toBe('RELEASED')
    world.script.asked.splice(0)
    const again = (await world.claim())!
    expect(again).toMatchObject({ pass: 2 })
    expect(await world.execute(again)).toBe('SUCCEEDED')
    expect(world.script.asked).toHaveLength(1)
    expect(await keys(world)).toEqual(['0', '1', '2'])
  })

  it('leaves a record alone that another run wrote meanwhile, and one whose reject waits', async () => {
    const world = await open()
    world.script.pages.changes = [page('a', ...some(3), record('w', { reject: 'at' }))]
    await world.sync()
    const [waiting] = await world.rows<{ id: number }>('select id from quarantine')
    world.script.pages.changes = [page('a', ...some(2)), page('b', record('2', { reject: 'at' }))]
    world.script.before = async (at) => {
      if (at !== 1) return
      world.script.before = () => undefined
      await correctQuarantined(world.engine, waiting!.id, { reject: null }, 'the clerk has asked')
      expect(await releaseQuarantined(world.engine, [waiting!.id])).toBe(1)
    }
    await census(world)
    expect((await world.runs()).find((run) => run.kind === 'CENSUS')).toMatchObject({
      state: 'SUCCEEDED_WITH_REJECTS',
      left_over: 0,
      removed: 0,
    })
    expect(await keys(world)).toEqual(['0', '1', '2', 'w'])
  })

  it('removes nothing where it met a record whose key could not be read', async () => {
    const world = await open()
    world.script.pages.changes = [page('a', ...some(12))]
    await world.sync()
    world.script.pages.changes = [page('a', ...some(11), { name: 'no key' })]
    expect(await census(world)).toMatchObject({ state: 'SUCCEEDED_WITH_REJECTS', left_over: 1, removed: 0 })
    expect(await keys(world)).toHaveLength(12)
  })

  it('removes nothing and halts nothing where a part of the source could not be read', async () => {
    const world = await open()
    world.script.pages.list = [page('a', ...some(5))]
    await world.sync('list')
    world.script.pages.list = [{ ...page('b'), gaps: true }]
    expect(await world.sync('list')).toMatchObject({ state: 'SUCCEEDED', removed: 0, found: 0, left_over: null })
    expect(Object.keys(await world.things())).toHaveLength(5)
    world.script.pages.list = [page('c', ...some(4, 1))]
    expect(await world.sync('list')).toMatchObject({ removed: 1, found: 4, left_over: 1 })
  })

  it('removes nothing where the source lets go of old records by itself', async () => {
    const world = await open()
    const { manifest } = world.engine.sources.get('s')!.connector
    const streams = { ...manifest.streams, changes: { ...manifest.streams['changes']!, forgets: true as const } }
    const source = world.engine.sources.get('s')!
    ;(world.engine.sources as Map<string, typeof source>).set('s', {
      ...source,
      connector: { ...source.connector, manifest: { ...manifest, streams } },
    })
    world.script.pages.changes = [page('a', ...some(3))]
    await world.sync()
    world.script.pages.changes = [page('a', record('new'))]
    expect(await census(world)).toMatchObject({ state: 'SUCCEEDED', missing: 1, left_over: null, removed: 0 })
    expect(await keys(world)).toHaveLength(4)
  })

  it.each([0, 3])('deletes nothing on a listing of %i where 30 are stored, until a person confirms', async (left) => {
    const world = await open({ census: '30 2 1 1 *' })
    world.script.pages.changes = [page('a', ...some(30))]
    await world.sync()
    world.script.pages.changes = [page('a', ...some(left))]
    const run = await census(world)
    expect(run).toMatchObject({ state: 'FAILED', failure_code: 'SOURCE_CHANGED', removed: 0, left_over: 30 - left })
    expect(run.failure_message).toContain('hub resume s')
    expect(await keys(world)).toHaveLength(30)
    expect(await changesOf(world, 'held_reason, failing_since is not null as failing')).toEqual({
      held_reason: 'MASS_DELETE',
      failing: true,
    })
    expect(
      await requestRuns(world.engine, [{ source: 's', stream: 'changes' }], 'CENSUS', { all: true }),
    ).toMatchObject([{ run: 0, halted: 'MASS_DELETE' }])
    await resumeSource(world.engine, 's')
    await world.work({ only: [{ source: 's', stream: 'changes' }] })
    expect((await world.runs()).map((one) => [one.kind, one.state])).toEqual([
      ['CHANGES', 'SUCCEEDED'],
      ['CENSUS', 'FAILED'],
      ['CHANGES', 'SUCCEEDED'],
      ['CENSUS', 'SUCCEEDED'],
    ])
    expect(await keys(world)).toHaveLength(left)
    expect(await changesOf(world, 'held_at, held_reason, failing_since')).toEqual({
      held_at: null,
      held_reason: null,
      failing_since: null,
    })
    world.script.pages.changes = []
    if (left > 0) expect(await census(world)).toMatchObject({ state: 'FAILED' })
  })

  it('makes a record that comes back a new version of the same one', async () => {
    const world = await open()
    world.script.pages.changes = [page('a', ...some(4))]
    await world.sync()
    const history =
      "select version, first_seen_at, changed_at, removed_at, revived_at, run_id from record where key = '1'"
    const [first] = await world.rows<Record<string, unknown>>(history)
    world.script.pages.changes = [page('a', record('0'), record('2'), record('3'))]
    await census(world)
    const [gone] = await world.rows<Record<string, unknown>>(history)
    expect(gone).toMatchObject({ version: 2, removed_at: expect.any(String) })
    world.script.pages.changes = [page('a', ...some(4))]
    const run = await census(world)
    expect(run).toMatchObject({ missing: 1, written: 1 })
    const [back] = await world.rows<Record<string, unknown>>(history)
    expect(back).toMatchObject({
      version: 3,
      first_seen_at: first!['first_seen_at'],
      removed_at: null,
      revived_at: back!['changed_at'],
      run_id: run.id,
    })
    expect(await world.rows("select kind from change where key = '1' order by seq")).toEqual([
      { kind: 'UPSERT' },
      { kind: 'REMOVE' },
      { kind: 'UPSERT' },
    ])
  })
})

describe('the schedule of a census', () => {
  const due = async (world: World, stream = 'changes'): Promise<number | null> =>
    (
      await world.rows<{ seconds: number | null }>(
        `select extract(epoch from census_due_at - now())::float8 as seconds from stream where id = '${stream}'`,
      )
    )[0]!.seconds
  const expected = (cron: string): number => (nextFire(cron, 'Asia/Ho_Chi_Minh').getTime() - Date.now()) / 1000

  it('is scheduled for each stream that can be counted, and follows the configuration', async () => {
    const world = await open({ census: '30 2 * * *' })
    expect(Math.abs((await due(world))! - expected('30 2 * * *'))).toBeLessThan(3)
    expect(await due(world, 'list')).toBeNull()
    const source = world.engine.sources.get('s')!
    await world.rows("update stream set census_due_at = now() - interval '3 days' where id = 'changes'")
    await registerSources(world.engine)
    expect(await due(world)).toBeLessThan(0)
    ;(world.engine.sources as Map<string, typeof source>).set('s', { ...source, census: '0 5 * * *' })
    await registerSources(world.engine)
    expect(Math.abs((await due(world))! - expected('0 5 * * *'))).toBeLessThan(3)
  })

  it('runs a missed one once, after the ordinary run, and only for a stream that has succeeded and is not halted', async () => {
    const world = await open({ census: '30 2 1 1 *' })
    world.script.pages.changes = [page('a', ...some(3))]
    const missed = () => world.rows("update stream set census_due_at = now() - interval '3 days' where id = 'changes'")
    await missed()
    await world.work()
    expect(await world.runs()).toEqual([])
    await world.sync()
    await world.rows("update stream set due_at = now() where id = 'changes'")
    await world.work()
    await sleep(50)
    expect((await world.runs()).map((run) => run.kind)).toEqual(['CHANGES', 'CHANGES', 'CENSUS'])
    expect(Math.abs((await due(world))! - expected('30 2 1 1 *'))).toBeLessThan(3)
    await missed()
    await world.rows('update source set paused_at = now()')
    await world.work()
    expect(await world.runs()).toHaveLength(3)
  })
})
