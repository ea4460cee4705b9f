// Tests of the worker: leases, stopping, waking up and pruning.
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterEach, expect, it, vi } from 'vitest'
import { ConnectorFailure } from '#connector'
import { commitPage } from '../../../src/sync/run/commit.ts'
import { pruneRaw } from '../../../src/sync/queue/prune.ts'
import { registerSources } from '../../../src/sync/queue/register.ts'
import { correctQuarantined, releaseQuarantined } from '../../../src/sync/quarantine/release.ts'
import { pauseSource, requestRuns, resumeSource } from '../../../src/sync/queue/request.ts'
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
const changes = [{ source: 's', stream: 'changes' }]
const threePages = () => [page('a', record('1')), page('b', record('2')), page('c', record('3'))]
const until = async (isReached: () => Promise<boolean> | boolean, seconds = 10): Promise<void> => {
  await vi.waitUntil(isReached, { timeout: seconds * 1000, interval: 10 })
}
const waiting = 'select id, key, tries from quarantine where left_at is null order by id'

it('gives the run back when it is stopped, at once even if the source does not answer, and the next worker continues', async () => {
  const world = await open({ pageMs: 60_000 })
  world.script.pages.changes = threePages()
  world.script.before = (at) => (at === 2 ? new Promise<void>(() => undefined) : undefined)
  await requestRuns(world.engine, changes, 'CHANGES', null)
  const first = await world.worker({ name: 'first' })
  await until(async () => (await world.runs())[0]!.pages === 2)
  const second = await world.worker({ name: 'second', pollMs: 60_000 })
  await second.idle()
  await sleep(200) // asleep now, until it is called
  world.script.before = () => undefined
  const stopped = performance.now()
  await first.stop()
  expect(performance.now() - stopped).toBeLessThan(underLoad(2000))
  await until(async () => (await world.runs())[0]!.state === 'SUCCEEDED')
  await second.stop()
  expect(world.script.asked).toEqual([{ all: true }, { since: 'b' }])
  expect(await world.runs()).toMatchObject([{ pages: 3, read: 3 }])
})

it('goes on by itself after the database has dropped all its connections, and does no page twice', async () => {
  const world = await open()
  world.script.pages.changes = threePages()
  const cut = () =>
    world.rows(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and application_name like 'hub worker%'",
    )
  world.script.before = async (at) => {
    if (at !== 1) return
    world.script.before = () => undefined
    await cut()
    await sleep(100)
  }
  await requestRuns(world.engine, changes, 'CHANGES', null)
  await world.work()
  expect(await world.runs()).toMatchObject([{ state: 'SUCCEEDED', pages: 3, read: 3, written: 3 }])
  expect(await world.rows('select page from raw_page order by id')).toEqual([{ page: 0 }, { page: 1 }, { page: 2 }])
})

it('tries a page again after a deadlock or a lost connection, and takes a commit whose answer was lost as done', async () => {
  const world = await open()
  world.script.pages.changes = threePages()
  const failures = ['40P01', '40001', '57P01', 'ECONNRESET']
  world.sink.upsert = () => {
    const code = failures.shift()
    if (code !== undefined) throw Object.assign(new Error('passing'), { code })
  }
  expect(await world.sync()).toMatchObject({ state: 'SUCCEEDED', pages: 3, read: 3, written: 3 })

  world.script.pages.changes = [page('d', record('4')), page('e', record('5'))]
  const transaction = world.engine.db.transaction.bind(world.engine.db)
  let lost = 0
  vi.spyOn(world.engine.db, 'transaction').mockImplementation(() => {
    const builder = transaction()
    const execute = builder.execute.bind(builder)
    return Object.assign(builder, {
      execute: async (act: never) => {
        const answer = await execute(act)
        if (typeof answer === 'object' && 'read' in (answer as object) && lost++ === 0) {
          throw Object.assign(new Error('Connection terminated unexpectedly'))
        }
        return answer
      },
    })
  })
  expect(await world.sync()).toMatchObject({ state: 'SUCCEEDED', pages: 2, read: 2, written: 2, unchanged: 0 })
  expect(lost).toBeGreaterThan(1)
  vi.restoreAllMocks()
})

it('gives a run back, not failed, when the database stays unavailable', async () => {
  const world = await open()
  world.script.pages.changes = threePages()
  world.sink.upsert = () => {
    throw Object.assign(new Error('disk full'), { code: '53100' })
  }
  await requestRuns(world.engine, changes, 'CHANGES', null)
  expect(await world.execute((await world.claim())!)).toBe('RELEASED')
  expect(await world.runs()).toMatchObject([{ state: 'RUNNING', failure_code: null }])
  world.sink.upsert = () => undefined
  expect(await world.execute((await world.claim())!)).toBe('SUCCEEDED')
})

it('does not take a broken connection of a connector for an unavailable database', async () => {
  const world = await open()
  world.script.pages.changes = threePages()
  world.script.before = () => {
    throw Object.assign(new Error('socket'), { code: 'ECONNRESET' })
  }
  expect(await world.sync()).toMatchObject({ state: 'FAILED', failure_code: 'INTERNAL' })
})

it('tries again with pauses while the database cannot be reached', async () => {
  const world = await open()
  const worker = await world.worker({ databaseUrl: 'postgres://nobody@127.0.0.1:1/none', pollMs: 50 })
  await sleep(600)
  await worker.stop()
  const tries = world.logged.filter((one) => one.level === 'warn').length
  expect(tries).toBeGreaterThan(1)
  expect(tries).toBeLessThan(14)
})

it('wakes up by hub_due, and notifies hub_run of each end', async () => {
  const world = await open()
  world.script.pages.changes = threePages()
  const notified: string[] = []
  const client = await world.database.pool.connect()
  client.on('notification', (message) => notified.push(message.payload ?? ''))
  await client.query('listen hub_run')
  const worker = await world.worker({ pollMs: 60_000 })
  await worker.idle()
  await requestRuns(world.engine, changes, 'CHANGES', null)
  await until(() => notified.length === 1, 5)
  expect(notified).toEqual(['s/changes'])
  await worker.stop()
  client.release(true)
})

it('runs no paused source by its schedule, and runs it at once when it is resumed', async () => {
  const world = await open()
  world.script.pages.changes = threePages()
  await pauseSource(world.engine, 's')
  await world.rows("update stream set due_at = now() where id = 'changes'")
  expect(await world.claim()).toBeNull()
  await resumeSource(world.engine, 's')
  await world.work()
  expect(await world.runs()).toMatchObject([{ state: 'SUCCEEDED' }])
})

it('ends the run of a stream that its connector no longer has, and forgets the keys that it had met', async () => {
  const world = await open()
  world.script.pages.list = [page('a', record('1'))]
  await requestRuns(world.engine, [{ source: 's', stream: 'list' }], 'CHANGES', null)
  await requestRuns(world.engine, changes, 'CHANGES', null)
  await world.rows(`insert into run_seen select id, 'k' from run where stream_id = 'list'`)
  const setup = world.engine.sources.get('s')!
  const { list: _, ...streams } = setup.connector.manifest.streams
  const connector = { ...setup.connector, manifest: { ...setup.connector.manifest, streams } }
  await registerSources({ ...world.engine, sources: new Map([['s', { ...setup, connector }]]) })
  expect(await world.runs('list')).toMatchObject([{ state: 'FAILED', failure_code: 'CONFIG_INVALID' }])
  expect(await world.runs()).toMatchObject([{ state: 'WAITING' }])
  expect(await world.rows('select * from run_seen')).toEqual([])
})

it('registers sources again without harm, and ends the run of one that left the configuration', async () => {
  const world = await open()
  world.script.pages.changes = threePages()
  await world.sync()
  const rows =
    'select s.id, s.checkpoint, s.due_at, s.record_count, o.configured from stream s join source o on o.id = s.source_id order by 1'
  const before = await world.rows(rows)
  await Promise.all([registerSources(world.engine), registerSources(world.engine)])
  expect(await world.rows(rows)).toEqual(before)

  await requestRuns(world.engine, changes, 'CHANGES', null)
  const claim = (await world.claim())!
  const none = { ...world.engine, sources: new Map() }
  await registerSources(none)
  await registerSources(none)
  expect(await world.rows('select configured from source')).toEqual([{ configured: false }])
  expect((await world.runs()).at(-1)).toMatchObject({ state: 'FAILED', failure_code: 'CONFIG_INVALID' })
  expect(await world.execute(claim)).toBe('RELEASED')
  await requestRuns(world.engine, changes, 'CHANGES', null)
  expect(await world.claim()).toBeNull()
  await registerSources(world.engine)
  expect(await world.claim()).not.toBeNull()
})

it('is due by the new schedule as soon as that is registered', async () => {
  const world = await open({ schedule: '0 3 1 1 *' })
  await world.sync()
  const source = { ...world.engine.sources.get('s')!, schedule: '*/5 * * * *' }
  await registerSources({ ...world.engine, sources: new Map([['s', source]]) })
  expect(
    await world.rows("select due_at < now() + interval '301 seconds' as soon from stream where id = 'changes'"),
  ).toEqual([{ soon: true }])
})

it('replays from raw without reading the source, writing only what the new mapping changes', async () => {
  const world = await open()
  world.script.pages.changes = [
    page('a', record('1'), record('2'), record('3')),
    page('b', record('2', { name: 'mới' }), record('r', { gone: '3' })),
    page('c', record('later', { reject: 'at' })),
  ]
  await world.sync()
  const asked = world.script.asked.length
  expect(await world.sync('changes', 'REPLAY')).toMatchObject({ written: 0, unchanged: 2, rejected: 1 })
  world.script.mapping = 'Ông '
  expect(await world.sync('changes', 'REPLAY')).toMatchObject({
    written: 2,
    rejected: 1,
    state: 'SUCCEEDED_WITH_REJECTS',
  })
  expect(await world.things()).toEqual({ 1: 'Ông Tên 1', 2: 'Ông mới' })
  expect(await world.rows(waiting)).toMatchObject([{ key: 'later', tries: 3 }])
  expect(world.script.asked).toHaveLength(asked)
  expect(await world.rows('select count(*)::int as pages from raw_page')).toEqual([{ pages: 2 }])
  expect(await world.rows("select checkpoint from stream where id = 'changes'")).toEqual([{ checkpoint: 'c' }])
})

it('does not let a replay put back what a newer page has renewed meanwhile', async () => {
  const world = await open()
  world.script.pages.changes = [page('a', record('1')), page('b', record('1', { name: 'mới' }))]
  await world.sync()
  await requestRuns(world.engine, changes, 'REPLAY', null)
  const claim = (await world.claim())!
  const first = Number((await world.rows<{ id: number }>('select min(id) as id from raw_page'))[0]!.id)
  world.script.mapping = 'Ông '
  const old = { records: [record('1')], next: '1' }
  const tally = await commitPage(world.engine, world.engine.sources.get('s')!, claim, old, {
    rawPage: first,
    indexes: [0],
  })
  expect(tally.written).toBe(0)
  expect(await world.things()).toEqual({ 1: 'mới' })
})

it('leaves what waits in quarantine as it is when a replay meets an older version of it', async () => {
  const world = await open()
  world.script.pages.changes = [page('a', record('1')), page('b', record('1', { name: 'mới', reject: 'at' }))]
  await world.sync()
  expect(await world.sync('changes', 'REPLAY')).toMatchObject({ unchanged: 1, rejected: 1 })
  expect(await world.rows(waiting)).toMatchObject([{ key: '1', tries: 2 }])
})

it('releases and corrects what waits, once, and keeps a correction when the same bytes come again', async () => {
  const world = await open()
  world.script.pages.changes = [page('a', record('1', { reject: 'at' }), record('2', { reject: 'at' }))]
  await world.sync()
  const ids = (await world.rows<{ id: number }>(waiting)).map((row) => Number(row.id))
  expect(await releaseQuarantined(world.engine, ids)).toBe(0)
  expect(await world.rows(waiting)).toMatchObject([{ tries: 2 }, { tries: 2 }])
  await correctQuarantined(world.engine, ids[0]!, { reject: null, name: 'đã sửa' }, 'gõ nhầm ngày')
  expect(await releaseQuarantined(world.engine, [...ids, 999])).toBe(1)
  expect(await releaseQuarantined(world.engine, ids)).toBe(0)
  expect(await world.things()).toEqual({ 1: 'đã sửa' })
  expect(await world.rows('select left_because, patch_reason from quarantine where left_at is not null')).toEqual([
    { left_because: 'CORRECTED', patch_reason: 'gõ nhầm ngày' },
  ])
  expect(await world.sync('changes', 'FULL')).toMatchObject({ unchanged: 1, rejected: 1 })
  expect(await world.rows(waiting)).toMatchObject([{ key: '2' }])
  world.script.pages.changes = [page('b', record('1', { reject: 'elsewhere' }))]
  expect(await world.sync()).toMatchObject({ rejected: 1 })
  expect(await world.rows(waiting)).toMatchObject([{ key: '2' }, { key: '1' }])
})

it('acknowledges after the commit only, and again until it is taken', async () => {
  const world = await open()
  world.settings['acknowledge'] = true
  world.script.pages.changes = [
    page('a', ...Array.from({ length: 600 }, (_, n) => record(`m${n}`)), record('bad', { reject: 'at' })),
  ]
  let stored = -1
  world.script.acknowledge = () => {
    throw new ConnectorFailure('SOURCE_UNAVAILABLE', 'not now')
  }
  await requestRuns(world.engine, changes, 'CHANGES', null)
  await world.work()
  expect(world.script.taken).toEqual([])
  const owed = 'select count(*)::int as keys, max(tries) as tries from acknowledgement'
  expect(await world.rows(owed)).toEqual([{ keys: 600, tries: 1 }])
  world.script.acknowledge = () => {
    if (stored === -1) void world.things().then((things) => (stored = Object.keys(things).length))
  }
  await requestRuns(world.engine, changes, 'CHANGES', null)
  await world.work()
  expect(world.script.taken.flat().toSorted()).toEqual(Array.from({ length: 600 }, (_, n) => `m${n}`).toSorted())
  expect(stored).toBe(600)
  expect(await world.rows(owed)).toEqual([{ keys: 0, tries: null }])
})

it('owes none for what waits because the store refused it, nor once more after a replay', async () => {
  const world = await open()
  world.settings['acknowledge'] = true
  world.script.pages.changes = [page('a', record('1'), record('2'))]
  const sinks = world.engine.sinks as unknown as { Agency: object }
  const sink = sinks.Agency
  Object.assign(world.engine, {
    sinks: new Proxy(
      {},
      {
        get: () => ({ ...sink, refuse: async () => new Map([['2', { reject: 'AMBIGUOUS', at: 'x' }]]) }),
      },
    ),
  })
  await world.sync()
  expect(await world.rows('select key from acknowledgement')).toEqual([{ key: '1' }])
  await world.rows('delete from acknowledgement')
  world.script.mapping = 'neu '
  await world.sync('changes', 'REPLAY')
  expect(await world.rows('select key from acknowledgement')).toEqual([])
})

it('owes no acknowledgement for a page that was rolled back', async () => {
  const world = await open()
  world.settings['acknowledge'] = true
  world.script.pages.changes = [page('a', record('1'))]
  world.sink.upsert = () => {
    throw new Error('no')
  }
  await world.sync()
  expect(await world.rows('select 1 from acknowledgement')).toEqual([])
})

it('removes raw pages older than 90 days to which no present record refers', async () => {
  const world = await open()
  world.script.pages.changes = [
    page('a', record('1')),
    page('b', record('2')),
    page('c', record('2', { name: 'mới' })),
    page('d', record('3')),
    page('e', record('r', { gone: '3' })),
  ]
  await world.sync()
  expect(await pruneRaw(world.engine)).toBe(0)
  await sql`update raw_page set at = now() - interval '91 days' where page <> 2`.execute(world.engine.db)
  expect(await pruneRaw(world.engine)).toBe(2)
  expect(await world.rows('select page from raw_page order by page')).toEqual([{ page: 0 }, { page: 2 }])
  expect(await world.runs()).toHaveLength(1)
  world.script.mapping = 'Ông '
  expect(await world.sync('changes', 'REPLAY')).toMatchObject({ written: 2 })
})
