import { setTimeout as sleep } from 'node:timers/promises'
import { requestRuns } from '../../../src/sync/queue/request.ts'
import { sourceId } from '../engine-setup.ts'
import { expectSuccess, type Fault, type Trial } from './fault.ts'
import { gateBefore } from '../subject/gate.ts'
import { killAtBoundaries } from '../worker/kill-points.ts'
import { onlyOwn, ownOf } from './paging.ts'
import { streamNames } from '../subject/source.ts'
import { startChild } from '../worker/child.ts'
import type { World } from '../world.ts'
import { underLoad } from '../../kit/under-load.ts'

const wanted = streamNames.map((stream) => ({ source: sourceId, stream }))
const only = [{ source: sourceId, stream: 'changes' }]
const whole = [{ source: sourceId, stream: 'list' }]

/** The source has enough that is new for runs of several pages. */
async function muchNew(world: World, rows = 70): Promise<void> {
  const { journals, advance } = ownOf(world)
  advance(30_000)
  for (const name of streamNames) {
    journals[name].insert(rows)
    journals[name].update(20)
  }
  advance(1_000)
  world.learn()
  await Promise.resolve()
}

/** Waits until something holds; a finding when it does not come to hold in time. */
export async function until(trial: Trial, what: string, seconds: number, holds: () => Promise<boolean>): Promise<void> {
  const started = performance.now()
  while (performance.now() - started < underLoad(seconds * 1000)) {
    if (await holds()) return
    await sleep(25)
  }
  trial.expect(false, () => `${what}: not within ${seconds} s`)
}

export const nothingOpen = async (world: World): Promise<boolean> =>
  (await world.rows(`select 1 from run where state in ('WAITING', 'RUNNING') limit 1`)).length === 0

async function nothingLost(world: World, trial: Trial, what: string): Promise<void> {
  const { balance, findings } = await world.weigh()
  trial.expect(
    balance.lost + balance.doubled + balance.invented === 0,
    () => `${what}: ${findings.slice(0, 3).join('; ')}`,
  )
}

export const processFaults: readonly Fault[] = [
  {
    id: 'F33',
    title: 'kill -9 at I/O boundaries',
    without: onlyOwn,
    async inject(world, trial) {
      const { findings, kills } = await killAtBoundaries(world, world.kills)
      for (const finding of findings) trial.expect(false, () => finding)
      trial.expect(kills === world.kills, () => `${kills} of ${world.kills} processes were killed`)
    },
  },
  {
    id: 'F34',
    title: 'a worker sleeps past its lease and wakes',
    without: onlyOwn,
    async inject(world, trial) {
      const source = ownOf(world)
      const { list } = source.journals
      await muchNew(world)
      const first = gateBefore(source, 'list', 1)
      await requestRuns(world.engine, whole, 'CHANGES', null)
      const epochNow = async (): Promise<number> =>
        (await world.rows<{ lease_epoch: number }>(`select lease_epoch from stream where id = 'list'`))[0]
          ?.lease_epoch ?? 0
      const zombie = startChild(world, { name: 'zombie' })
      await zombie.go()
      await first.reached
      zombie.signal('SIGSTOP')
      const epoch = await epochNow()
      // The page that it waits for comes while it sleeps: it holds an old version of what is then changed.
      first.open()
      await sleep(1_300)
      source.advance(1_000)
      list.update(60)
      world.learn()
      // The next owner has read the same page anew and not yet committed it when the other one wakes.
      const second = gateBefore(source, 'list', 2)
      const owner = await world.worker({ name: 'next owner', only: whole })
      await second.reached
      await until(trial, 'a new epoch of the lease', 10, async () => (await epochNow()) > epoch)
      zombie.signal('SIGCONT')
      await sleep(1_000)
      const [held] = await world.rows<{ lease_owner: string }>(`select lease_owner from stream where id = 'list'`)
      trial.expect(
        held?.lease_owner.startsWith('next owner') === true,
        () => `the stream is held by ${held?.lease_owner}`,
      )
      second.open()
      await until(trial, 'the run of the next owner', 20, () => nothingOpen(world))
      await owner.stop()
      zombie.signal('SIGTERM')
      const { code } = await zombie.ended
      trial.expect(code === 0, () => `the zombie ended with ${code}: ${zombie.complained().slice(0, 500)}`)
      const rows = await world.rows<{ key: string; name: string }>(`select key, name from thing where stream = 'list'`)
      const names = new Map(rows.map(({ key, name }) => [key, name]))
      // The first page had been committed before; its rows are the next run's.
      const later = list.present().toSorted((a, b) => (a.id < b.id ? -1 : 1))
      for (const row of later.slice(20)) {
        trial.expect(
          names.get(row.id) === row.name.normalize('NFC'),
          () => `the zombie left ${row.id} in an old version`,
        )
      }
    },
  },
  {
    id: 'F35',
    title: 'two schedulers at once, and "sync now" twice',
    without: onlyOwn,
    async inject(world, trial) {
      await muchNew(world)
      const count = async (): Promise<number> =>
        (await world.rows<{ count: number }>('select count(*) as count from run'))[0]?.count ?? 0
      const before = await count()
      const asked = await Promise.all(
        Array.from({ length: 4 }, () => requestRuns(world.engine, wanted, 'CHANGES', null)),
      )
      for (const [at, { stream }] of wanted.entries()) {
        const answers = asked.map((one) => one.find((answer) => answer.stream === stream))
        const runs = new Set(answers.map((answer) => answer?.run))
        trial.expect(runs.size === 1, () => `${stream} (${at}): ${runs.size} runs for four requests`)
        const joined = answers.filter((answer) => answer?.joined === true).length
        trial.expect(joined === 3, () => `${stream}: ${joined} of four were told that they joined`)
      }
      const workers = await Promise.all(['a', 'b', 'c'].map((name) => world.worker({ name })))
      await until(trial, 'the runs', 20, () => nothingOpen(world))
      trial.expect((await count()) === before + 3, () => `${before} runs became ${before} + requests`)
      // All schedulers find the same streams due at the same moment.
      await muchNew(world)
      const then = await count()
      await world.rows('update stream set due_at = now()')
      await world.rows(`select pg_notify('hub_due', '')`)
      await until(trial, 'the scheduled runs', 20, async () => (await count()) >= then + 3 && nothingOpen(world))
      await sleep(300)
      const made = (await count()) - then
      trial.expect(made === 3, () => `three streams that were due made ${made} runs`)
      await Promise.all(workers.map((worker) => worker.stop()))
    },
  },
  {
    id: 'F36',
    title: 'the event loop is blocked, the process slept six hours',
    without: onlyOwn,
    async inject(world, trial) {
      await muchNew(world)
      const gate = gateBefore(ownOf(world), 'changes', 2)
      await requestRuns(world.engine, only, 'CHANGES', null)
      const child = startChild(world, { leaseMs: 600, name: 'blocked' })
      await child.go()
      await gate.reached
      child.tell('block 1500')
      await sleep(200)
      gate.open()
      await until(trial, 'the run of a blocked process', 20, () => nothingOpen(world))
      child.signal('SIGTERM')
      await child.ended
      expectSuccess(trial, await world.sync(), 'after the block')
      await nothingLost(world, trial, 'after the block')

      await muchNew(world)
      const [before] = await world.rows<{ id: number }>('select coalesce(max(id), 0) as id from run')
      await world.rows(`update stream set due_at = now() - interval '6 hours'`)
      const worker = await world.worker()
      await until(trial, 'the missed schedule', 20, async () => {
        const ended = await world.rows(`select 1 from run where id > $1 and finished_at is not null`, [before?.id])
        return ended.length >= 3 && nothingOpen(world)
      })
      await sleep(300)
      await worker.stop()
      const runs = await world.rows<{ stream_id: string }>('select stream_id from run where id > $1', [before?.id])
      trial.expect(runs.length === 3, () => `a schedule missed for six hours made ${runs.length} runs of three streams`)
      const due = await world.rows('select 1 from stream where due_at <= now()')
      trial.expect(due.length === 0, () => 'a stream is still due after its run')
      await world.rows('update stream set due_at = null')
    },
  },
  {
    id: 'F40',
    title: "the hub's clock jumps a day ahead and back, and steps back",
    without: onlyOwn,
    async inject(world, trial) {
      const source = ownOf(world)
      const day = 86_400_000
      for (const jumps of [
        [day, 0],
        [-day, 0],
        [-300_000, 300_000, 0],
      ]) {
        await muchNew(world)
        let at = 0
        source.quirks.between = (_stream, page) => {
          if (page > 0 && at < jumps.length) world.clock.offsetMs = jumps[at++]!
        }
        const started = performance.now()
        expectSuccess(trial, await world.sync(), `a clock that jumps by ${jumps.join(', ')} ms`)
        trial.expect(performance.now() - started < underLoad(15_000), () => 'a jump of the clock held a run')
        source.quirks.between = null
        world.clock.offsetMs = 0
        await nothingLost(world, trial, `jumps ${jumps.join(', ')}`)
        const [late] = await world.rows<{ days: number }>(
          'select coalesce(max(extract(epoch from due_at - now()) / 86400), 0)::float8 as days from stream',
        )
        trial.expect((late?.days ?? 0) < 366, () => `after a jump a stream is due in ${late?.days} days`)
      }
    },
  },
  {
    id: 'F41',
    title: 'the heap is full in the middle of a page',
    without: onlyOwn,
    async inject(world, trial) {
      const { quirks, journals, advance } = ownOf(world)
      advance(30_000)
      const heavy = new Set(journals.changes.insert(20).map(({ id }) => id))
      advance(1_000)
      world.learn()
      const weight = 'x'.repeat(5 * 1_048_576)
      quirks.written = (row, plain) =>
        heavy.has(row.id) ? `${JSON.stringify(plain).slice(0, -1)},"ref":${row.ref},"weight":"${weight}"}` : null
      await requestRuns(world.engine, only, 'CHANGES', null)
      const limits = {
        bodyBytes: 512 * 1_048_576,
        inflatedBytes: 512 * 1_048_576,
        connectMs: 5_000,
        idleMs: 20_000,
        totalMs: 60_000,
      }
      let deaths = 0
      for (;;) {
        const child = startChild(world, { heapMb: 64, limits, name: `small heap ${deaths}`, pageMs: 60_000 })
        await child.go()
        let died = false
        void child.ended.then(() => (died = true))
        while (!died && !(await nothingOpen(world))) await sleep(50)
        if (!died) {
          child.signal('SIGTERM')
          await child.ended
          break
        }
        deaths += 1
        if (deaths > 8) break
      }
      quirks.written = null
      trial.expect(deaths > 0, () => 'the heap was never full')
      trial.expect(deaths <= 6, () => `the process was ended by its heap ${deaths} times`)
      const [run] = await world.rows<{ state: string }>(
        `select state from run where stream_id = 'changes' order by id desc limit 1`,
      )
      trial.expect(run?.state.startsWith('SUCCEEDED') === true, () => `the run is ${run?.state} after ${deaths} deaths`)
      // The heavy rows get another version: what follows in this world shall not weigh their raw pages.
      advance(30_000)
      for (const id of heavy) journals.changes.write(id, {})
      advance(1_000)
      world.learn()
      expectSuccess(trial, await world.sync({ stream: 'changes' }), 'after the heavy rows')
    },
  },
  {
    id: 'F42',
    title: 'the process is told to stop in the middle of a run',
    without: onlyOwn,
    async inject(world, trial) {
      await muchNew(world)
      const gate = gateBefore(ownOf(world), 'changes', 2)
      await requestRuns(world.engine, wanted, 'CHANGES', null)
      const child = startChild(world, { name: 'old' })
      await child.go()
      await gate.reached
      const [before] = await world.rows<{ pages: number }>(
        `select pages from run where stream_id = 'changes' order by id desc limit 1`,
      )
      const told = performance.now()
      child.signal('SIGTERM')
      const { code } = await child.ended
      const seconds = (performance.now() - told) / 1000
      gate.open()
      trial.expect(
        code === 0 && seconds < underLoad(30),
        () => `the process ended with ${code} after ${seconds.toFixed(1)} s`,
      )
      const [leased] = await world.rows<{ count: number }>(
        'select count(*) as count from stream where lease_until > now()',
      )
      trial.expect(leased?.count === 0, () => 'a lease was not given back')
      const fresh = startChild(world, { name: 'new' })
      await fresh.go()
      await until(trial, 'the run that was handed over', 20, () => nothingOpen(world))
      fresh.signal('SIGTERM')
      await fresh.ended
      const [run] = await world.rows<{ pages: number; state: string }>(
        `select pages, state from run where stream_id = 'changes' order by id desc limit 1`,
      )
      trial.expect(
        run?.state === 'SUCCEEDED' && run.pages > (before?.pages ?? 0),
        () => `the run is ${run?.state} with ${run?.pages} pages`,
      )
      await nothingLost(world, trial, 'after the hand-over')
      trial.skip('a migration that is half applied: each is one transaction')
    },
  },
]
