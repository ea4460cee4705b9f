// Tests of a run from claim to end.
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterEach, expect, it } from 'vitest'
import { ConnectorFailure } from '#connector'
import { claimStream } from '../../../src/sync/queue/claim.ts'
import { commitPage } from '../../../src/sync/run/commit.ts'
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
const checkpoint = async (world: World, stream = 'changes'): Promise<string | null> =>
  (await world.rows<{ checkpoint: string | null }>(`select checkpoint from stream where id = '${stream}'`))[0]!
    .checkpoint
const dueIn = async (world: World): Promise<number> =>
  (
    await world.rows<{ seconds: number }>(
      `select extract(epoch from due_at - now())::float8 as seconds from stream where id = 'changes'`,
    )
  )[0]!.seconds
const threePages = () => [page('a', ...some(2)), page('b', ...some(2, 2)), page('c', ...some(2, 4))]
/** Another worker's session, which a test can drop. */
async function otherSession(world: World): Promise<{ owner: { id: string; pid: number }; drop(): Promise<void> }> {
  const client = new pg.Client({ connectionString: world.database.url })
  await client.connect()
  const pid = Number((await client.query('select pg_backend_pid() as pid')).rows[0].pid)
  return { owner: { id: `other/${pid}`, pid }, drop: () => client.end() }
}

it('moves the checkpoint only when the window is complete', async () => {
  const world = await open()
  world.script.pages.changes = threePages()
  world.script.before = async (at) => {
    if (at !== 2) return
    while ((await world.runs())[0]!.pages < 2) await sleep(5)
    expect(await checkpoint(world)).toBeNull()
    expect((await world.runs())[0]!.position).toBe('b')
  }
  expect(await world.sync()).toMatchObject({ state: 'SUCCEEDED', pages: 3 })
  expect(await checkpoint(world)).toBe('c')
  expect(await world.sync()).toMatchObject({ state: 'SUCCEEDED', pages: 0 })
  expect(world.script.asked).toEqual([{ all: true }, { since: 'c' }])
  expect(await checkpoint(world)).toBe('c')
})

it("lets another worker continue from the position at once when the owner's session is gone, after the lease otherwise", async () => {
  const world = await open({ leaseMs: 400 })
  world.script.pages.changes = threePages()
  await requestRuns(world.engine, [{ source: 's', stream: 'changes' }], 'CHANGES', null)
  const first = await otherSession(world)
  const claim = (await claimStream(world.engine, first.owner))!
  await commitPage(world.engine, world.engine.sources.get('s')!, claim, world.script.pages.changes[0]!)
  expect(await world.claim()).toBeNull()
  await first.drop()
  await sleep(50)
  const second = await otherSession(world)
  const next = (await claimStream(world.engine, second.owner))!
  expect(next).toMatchObject({ run: claim.run, position: 'a', pages: 1, epoch: claim.epoch + 1 })
  expect(await world.claim()).toBeNull()
  await sleep(450)
  const third = (await world.claim())!
  expect(third).toMatchObject({ run: claim.run, position: 'a' })
  expect(await world.execute(third)).toBe('SUCCEEDED')
  await second.drop()
  expect(await world.runs()).toMatchObject([{ pages: 3, read: 6, written: 6, position: 'c' }])
  expect(world.script.asked).toEqual([{ since: 'a' }])
})

it('lets a fenced owner write nothing and end nothing', async () => {
  const world = await open({ leaseMs: 300 })
  world.script.pages.changes = threePages()
  await requestRuns(world.engine, [{ source: 's', stream: 'changes' }], 'CHANGES', null)
  const claim = (await world.claim())!
  await sleep(350)
  const other = await otherSession(world)
  const next = (await claimStream(world.engine, other.owner))!
  const source = world.engine.sources.get('s')!
  await expect(commitPage(world.engine, source, claim, page('a', ...some(2)))).rejects.toThrow('lease')
  expect(await world.execute(claim)).toBe('RELEASED')
  expect(await world.things()).toEqual({})
  expect(await world.runs()).toMatchObject([{ state: 'RUNNING', pages: 0 }])
  expect(await world.execute(next)).toBe('SUCCEEDED')
  await other.drop()
})

it('makes one run of two requests and two workers; a request joins a run that goes', async () => {
  const world = await open()
  world.script.pages.changes = threePages()
  let reached: () => void = () => undefined
  const reading = new Promise<void>((resolve) => (reached = resolve))
  let go: () => void = () => undefined
  const gate = new Promise<void>((resolve) => (go = resolve))
  world.script.before = async () => {
    reached()
    await gate
  }
  const wanted = [{ source: 's', stream: 'changes' }]
  const [one, two] = await Promise.all([
    requestRuns(world.engine, wanted, 'CHANGES', null),
    requestRuns(world.engine, wanted, 'CHANGES', null),
  ])
  expect(one![0]!.run).toBe(two![0]!.run)
  expect([one![0]!.joined, two![0]!.joined].toSorted()).toEqual([false, true])
  const workers = await Promise.all([world.worker({ name: 'a' }), world.worker({ name: 'b' })])
  await reading
  expect(await requestRuns(world.engine, wanted, 'FULL', { all: true })).toMatchObject([
    { run: one![0]!.run, joined: true },
  ])
  go()
  await Promise.all(workers.map((worker) => worker.idle()))
  await Promise.all(workers.map((worker) => worker.stop()))
  expect(await world.runs()).toMatchObject([{ state: 'SUCCEEDED', pages: 3 }])
  expect(world.script.asked).toHaveLength(1)
})

it('leaves the checkpoint where it was after a window of the past', async () => {
  const world = await open()
  world.script.pages.changes = threePages()
  await world.sync()
  world.script.pages.changes = [page('w', record('old'))]
  const range = { from: '2025-01-01', to: '2025-02-01' }
  expect(await world.sync('changes', 'BACKFILL', range)).toMatchObject({ state: 'SUCCEEDED', written: 1 })
  expect(world.script.asked.at(-1)).toEqual(range)
  expect(await checkpoint(world)).toBe('c')
})

it('is due at the next time of its schedule after each end, and runs a missed schedule once', async () => {
  const world = await open({ schedule: '*/7 * * * *' })
  world.script.pages.changes = threePages()
  await world.rows("update stream set due_at = now() - interval '6 hours' where id = 'changes'")
  await world.work()
  expect(await world.runs()).toHaveLength(1)
  const next = (nextFire('*/7 * * * *', 'Asia/Ho_Chi_Minh').getTime() - Date.now()) / 1000
  expect(Math.abs((await dueIn(world)) - next)).toBeLessThan(2)
})

it('puts the code and a message without secrets on the run, and waits as long as the source asks', async () => {
  const world = await open({ secrets: ['tối mật 1'], schedule: '* * * * * *' })
  world.script.pages.changes = threePages()
  for (const code of ['CONFIG_INVALID', 'SOURCE_CHANGED', 'SOURCE_UNAVAILABLE'] as const) {
    world.script.before = () => {
      throw new ConnectorFailure(code, `no ${encodeURIComponent('tối mật 1')} tối mật 1`, { retryAfterSeconds: 3600 })
    }
    const run = await world.sync()
    expect(run).toMatchObject({ state: 'FAILED', failure_code: code, failure_message: 'no *** ***' })
    expect(Math.abs((await dueIn(world)) - 3600)).toBeLessThan(5)
    await world.rows("update stream set due_at = null where id = 'changes'")
  }
  for (const [asked, most] of [
    [9e9, 86_400],
    [-5, 2],
    [Number.NaN, 2],
  ] as const) {
    world.script.before = () => {
      throw new ConnectorFailure('SOURCE_UNAVAILABLE', 'slow down', { retryAfterSeconds: asked })
    }
    expect(await world.sync()).toMatchObject({ state: 'FAILED' })
    expect(await dueIn(world)).toBeLessThan(most + 1)
    await world.rows("update stream set due_at = null where id = 'changes'")
  }
  world.script.before = () => {
    throw new Error('the token is tối mật 1')
  }
  expect(await world.sync()).toMatchObject({ failure_code: 'INTERNAL' })
  expect(JSON.stringify(world.logged)).not.toContain('tối mật 1')
  expect(world.logged.some((one) => one.level === 'error')).toBe(true)
})

it('ends with SOURCE_UNAVAILABLE when the next page never comes', async () => {
  const world = await open({ pageMs: 150 })
  world.script.pages.changes = threePages()
  world.script.before = (at) => (at === 1 ? new Promise<void>(() => undefined) : undefined)
  const run = await world.sync()
  expect(run).toMatchObject({ state: 'FAILED', failure_code: 'SOURCE_UNAVAILABLE', pages: 1 })
})

it('continues from its position after the source was unavailable, and from the start after it changed', async () => {
  const world = await open()
  world.script.pages.changes = threePages()
  const failing = (code: 'SOURCE_UNAVAILABLE' | 'SOURCE_CHANGED', position: number) => (at: number) => {
    if (at === position) throw new ConnectorFailure(code, 'not now')
  }
  const due = async () => {
    await world.rows("update stream set due_at = now() where id = 'changes'")
    await world.work()
  }
  world.script.before = failing('SOURCE_UNAVAILABLE', 1)
  await due()
  world.script.before = failing('SOURCE_UNAVAILABLE', 1)
  await due()
  world.script.before = failing('SOURCE_CHANGED', 2)
  await due()
  world.script.before = () => undefined
  await due()
  await due()
  expect(world.script.asked).toEqual([{ all: true }, { since: 'a' }, { since: 'a' }, { all: true }, { since: 'c' }])
  expect(await world.runs()).toMatchObject([
    { state: 'FAILED', position: 'a', pages: 1, range: { all: true } },
    { state: 'FAILED', position: 'a', pages: 0, range: { all: true } },
    { state: 'FAILED', position: 'b', pages: 1, range: { all: true } },
    { state: 'SUCCEEDED', position: 'c', pages: 3, range: { all: true } },
    { state: 'SUCCEEDED', range: { since: 'c' } },
  ])
})

it('gives up a position that is older than a day', async () => {
  const world = await open()
  world.script.pages.changes = threePages()
  world.script.before = (at) => {
    if (at === 1) throw new ConnectorFailure('SOURCE_UNAVAILABLE', 'not now')
  }
  await world.sync()
  await world.rows("update stream set failing_since = now() - interval '2 days'")
  world.script.before = () => undefined
  expect(await world.sync()).toMatchObject({ state: 'SUCCEEDED', pages: 3 })
})

it('ends with SOURCE_CHANGED when the source gives its positions in a circle', async () => {
  const world = await open()
  world.script.pages.changes = [page('a', record('1')), page('a', record('2')), page('b', record('3'))]
  expect(await world.sync()).toMatchObject({ state: 'FAILED', failure_code: 'SOURCE_CHANGED', pages: 1 })
  const circle = ['x', 'y', 'z', 'x', 'y', 'z', 'x', 'y', 'z']
  world.script.pages.changes = circle.map((next, n) => page(next, record(String(n))))
  expect(await world.sync()).toMatchObject({ state: 'FAILED', failure_code: 'SOURCE_CHANGED', pages: 3 })
  world.script.pages.changes = Array.from({ length: 300 }, () => page('still'))
  expect(await world.sync()).toMatchObject({ state: 'FAILED', failure_code: 'SOURCE_CHANGED' })
})

it('takes an overlap that ends at the position from which a run continues', async () => {
  const world = await open()
  world.script.pages.changes = [page('a', record('1')), page('b', record('2'))]
  await requestRuns(world.engine, [{ source: 's', stream: 'changes' }], 'CHANGES', null)
  const claim = (await world.claim())!
  const source = world.engine.sources.get('s')!
  await commitPage(world.engine, source, claim, world.script.pages.changes[0]!)
  await commitPage(world.engine, source, { ...claim, pages: 1 }, world.script.pages.changes[1]!)
  let looked = 0
  const overlap = {
    records: [record('2')],
    get next() {
      return looked++ === 0 ? 'unknown' : 'b'
    },
  }
  world.script.pages.changes.push(overlap)
  expect(await world.execute({ ...claim, position: 'b', pages: 2 })).toBe('SUCCEEDED')
  expect(await world.runs()).toMatchObject([{ pages: 3, unchanged: 1 }])
})

it('says in the log that a source does not sort as it claims, and takes its records all the same', async () => {
  const world = await open()
  world.script.pages.changes = [
    page('a', record('1', { at: '2026-01-02' }), record('2', { at: '2026-01-03' }), record('3')),
    page('b', record('4', { at: '2026-01-01' }), record('5', { at: '2026-01-01' })),
  ]
  expect(await world.sync()).toMatchObject({ state: 'SUCCEEDED', written: 5 })
  expect(world.logged).toMatchObject([{ level: 'warn', fields: { stream: 'changes', broken: 1 } }])
})

it('removes what a whole list no longer names, with evidence, and its waiting rejects', async () => {
  const world = await open()
  world.script.pages.list = [page('a', ...some(4), record('bad', { reject: 'at' }), { name: 'no key' })]
  await world.sync('list')
  world.script.pages.list = [page('a', ...some(2, 2), record('1', { reject: 'at' }))]
  const run = await world.sync('list')
  expect(run).toMatchObject({ state: 'SUCCEEDED_WITH_REJECTS', removed: 1 })
  expect(Object.keys(await world.things())).toEqual(['1', '2', '3'])
  expect(await world.rows('select key, removed_because from record where removed_at is not null')).toEqual([
    { key: '0', removed_because: `absent from the whole list read by run ${run.id}` },
  ])
  expect(await world.rows('select key from quarantine where left_at is null')).toEqual([{ key: '1' }])
  expect(await world.rows('select 1 from run_seen')).toEqual([])
  world.script.pages.list = [page('a', ...some(4), record('bad'))]
  expect(await world.sync('list')).toMatchObject({ written: 2 })
  expect(await world.rows("select record_count from stream where id = 'list'")).toEqual([{ record_count: 5 }])
})

it('deletes nothing on an empty list or one shorter by 90 %, until a person confirms', async () => {
  const world = await open()
  world.script.pages.list = [page('a', ...some(30))]
  await world.sync('list')
  for (const left of [0, 3]) {
    world.script.pages.list = [page('a', ...some(left))]
    const run = await world.sync('list')
    expect(run).toMatchObject({ state: 'FAILED', failure_code: 'SOURCE_CHANGED', removed: 0 })
    expect(run.failure_message).toContain('hub resume s')
    expect(Object.keys(await world.things())).toHaveLength(30)
    expect(await requestRuns(world.engine, [{ source: 's', stream: 'list' }], 'FULL', null)).toMatchObject([
      { run: 0, halted: 'MASS_DELETE' },
    ])
    await world.rows("update stream set due_at = now() where id = 'list'")
    expect(await world.claim()).toBeNull()
    if (left === 0) await world.rows('update stream set held_at = null, held_reason = null, due_at = null')
  }
  await resumeSource(world.engine, 's')
  await world.work({ only: [{ source: 's', stream: 'list' }] })
  expect(Object.keys(await world.things())).toHaveLength(3)
  expect(await world.rows("select held_at, held_reason, record_count from stream where id = 'list'")).toEqual([
    { held_at: null, held_reason: null, record_count: 3 },
  ])
  world.script.pages.list = [page('a', ...some(4))]
  expect(await world.sync('list')).toMatchObject({ state: 'SUCCEEDED' })
  world.script.pages.list = []
  expect(await world.sync('list')).toMatchObject({ state: 'FAILED' })
  expect(await world.rows('select 1 from run_seen')).toEqual([])
})

it('proves a whole list by its pages before and after a restart together', async () => {
  const world = await open()
  world.script.pages.list = threePages()
  await requestRuns(world.engine, [{ source: 's', stream: 'list' }], 'CHANGES', null)
  const claim = (await world.claim())!
  await commitPage(world.engine, world.engine.sources.get('s')!, claim, world.script.pages.list[0]!)
  await world.execute(claim, AbortSignal.abort())
  const again = (await world.claim())!
  expect(again.position).toBe('a')
  expect(await world.execute(again)).toBe('SUCCEEDED')
  expect(await world.runs('list')).toMatchObject([{ read: 6, removed: 0 }])
  expect(Object.keys(await world.things())).toHaveLength(6)
})
