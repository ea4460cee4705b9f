import { expectEnds, expectSuccess, type Fault } from './fault.ts'
import { harmsOf, presentKeys } from './harm.ts'
import type { FaultSource } from '../subject/source.ts'
import type { Subject } from '../subject/subject.ts'
import type { World } from '../world.ts'

export const onlyOwn = (subject: Subject): string | null =>
  subject.kind === 'fault source' ? null : 'an emulator pages as its source does'

export const ownOf = (world: World): FaultSource => world.running.own!

const unavailable = ['SOURCE_UNAVAILABLE']

/** What only a source that pages in its own way can do wrong. */
export const pagingFaults: readonly Fault[] = [
  {
    id: 'F15',
    title: 'every page is served twice under different tokens',
    without: onlyOwn,
    async inject(world, trial) {
      const { quirks, journals } = ownOf(world)
      await world.advance()
      journals.changes.insert(120)
      world.learn()
      quirks.twice = true
      const runs = await world.sync({ stream: 'changes' })
      expectSuccess(trial, runs, 'pages twice')
      trial.expect((runs[0]?.read ?? 0) > 200, () => `no page came twice: read ${runs[0]?.read}`)
    },
  },
  {
    id: 'F16',
    title: 'rows in no order although an order is claimed',
    without: onlyOwn,
    async inject(world, trial) {
      const { quirks, journals, advance } = ownOf(world)
      for (let minute = 0; minute < 12; minute += 1) {
        advance(60_000)
        journals.changes.insert(8)
        journals.changes.update(3)
      }
      world.learn()
      quirks.unsorted = true
      const runs = await world.sync({ stream: 'changes' })
      expectSuccess(trial, runs, 'unsorted')
      const { balance, findings } = await world.weigh()
      trial.expect(balance.lost === 0, () => `unsorted: ${findings.slice(0, 3).join('; ')}`)
      const [run] = await world.rows<{ disorder?: number }>('select * from run order by id desc limit 1')
      trial.expect((run?.disorder ?? 0) > 0, () => 'the disorder is not told on the run')
    },
  },
  {
    id: 'F17',
    title: 'the server changes the size of pages, or the last page is full',
    without: onlyOwn,
    async inject(world, trial) {
      const { quirks, journals } = ownOf(world)
      for (const name of ['changes', 'feed', 'list'] as const) journals[name].insert(40)
      world.learn()
      let asked = 0
      quirks.between = () => void (quirks.halfPages = (asked += 1) % 2 === 0)
      expectSuccess(trial, await world.sync(), 'half pages')
      const { balance, findings } = await world.weigh()
      trial.expect(balance.lost === 0, () => `half pages: ${findings.slice(0, 3).join('; ')}`)
      quirks.between = null
      quirks.halfPages = false
      // Exactly full pages: the next one is empty, or there is none.
      const { present, insert } = journals.list
      insert(20 - (present().length % 20))
      world.learn()
      expectSuccess(trial, await world.sync(), 'a full last page')
    },
  },
  {
    id: 'F18',
    title: 'rows come and go while the pages are read',
    without: onlyOwn,
    async inject(world, trial) {
      const { quirks, journals, advance } = ownOf(world)
      for (const balancedMoves of [false, true]) {
        for (const name of ['changes', 'feed', 'list'] as const) journals[name].insert(60)
        world.learn()
        const before = await presentKeys(world)
        let moves = 0
        quirks.between = (stream, page) => {
          if (page === 0 || (moves += 1) > 6) return
          advance(1_000)
          journals[stream].remove(1)
          journals[stream].insert(balancedMoves ? 1 : 2)
          journals[stream].update(2)
          world.learn()
        }
        expectEnds(trial, await world.sync(), unavailable, 'rows moved')
        quirks.between = null
        for (const harm of await harmsOf(world, before)) trial.expect(false, () => `rows moved: ${harm}`)
        advance(1_000)
      }
      expectSuccess(trial, await world.sync(), 'the next cycle')
      const { balance, findings } = await world.weigh()
      trial.expect(balance.lost === 0, () => `after one cycle: ${findings.slice(0, 3).join('; ')}`)
    },
  },
  {
    id: 'F19',
    title: 'the token of the next page repeats, goes in a circle, expires',
    without: onlyOwn,
    async inject(world, trial) {
      const source = ownOf(world)
      const { quirks, journals } = source
      for (const circle of ['same', 'alternating'] as const) {
        journals.changes.insert(80)
        world.learn()
        quirks.circle = circle
        const served = source.served
        const [run] = await world.sync({ stream: 'changes' })
        const failed = run?.state === 'FAILED' && run.failure_code === 'SOURCE_CHANGED'
        trial.expect(failed, () => `${circle}: ${run?.state} ${run?.failure_code}`)
        const pages = source.served - served
        trial.expect(pages <= 8, () => `${circle}: ${pages} pages until the circle was seen`)
      }
      quirks.circle = 'none'
      journals.changes.insert(80)
      world.learn()
      quirks.expire = 1
      const served = source.served
      expectSuccess(trial, await world.sync({ stream: 'changes' }), 'an expired token')
      const [whole] = await world.rows<{ pages: number }>(
        `select ceil(count(*) / 20.0)::int as pages from record where stream_id = 'changes'`,
      )
      const pages = source.served - served
      trial.expect(pages < (whole?.pages ?? 0) + 12, () => `an expired token: ${pages} pages were read`)
    },
  },
  {
    id: 'F20',
    title: 'very many rows bear the same time, across pages',
    without: onlyOwn,
    async inject(world, trial) {
      const { journals, now, quirks } = ownOf(world)
      const at = now()
      journals.changes.insert(world.thorough ? 10_000 : 300, { at })
      world.learn()
      // The run is cut in the middle of the ties and goes on among them.
      let pages = 0
      quirks.between = (stream) => {
        if (stream === 'changes' && (pages += 1) === 7) throw new Error('cut')
      }
      expectEnds(trial, await world.sync({ stream: 'changes' }), unavailable, 'ties')
      quirks.between = null
      journals.changes.insert(30, { at })
      world.learn()
      expectSuccess(trial, await world.sync({ stream: 'changes' }), 'ties')
      const { balance, findings } = await world.weigh()
      trial.expect(balance.lost === 0, () => `ties: ${balance.lost} lost, ${findings.slice(0, 3).join('; ')}`)
    },
  },
  {
    id: 'F21',
    title: 'a row is committed late, with an older time',
    without: onlyOwn,
    async inject(world, trial) {
      const { journals, now, advance } = ownOf(world)
      expectSuccess(trial, await world.sync(), 'before')
      advance(20_000)
      const late = journals.changes.insert(5, { at: now() - 40_000 })
      journals.changes.insert(5)
      world.learn()
      expectSuccess(trial, await world.sync(), 'within the lateness')
      const stored = await presentKeys(world)
      for (const { id } of late)
        trial.expect(stored.get('changes')?.has(id) === true, () => `${id}, late by 40 s, was not found`)
      advance(20_000)
      journals.changes.insert(5, { at: now() - 3_600_000 })
      journals.changes.update(2, { at: now() - 3_600_000 })
      world.learn()
      expectSuccess(trial, await world.sync(), 'beyond the lateness')
      expectSuccess(trial, await world.census(), 'the census')
      const { balance, findings } = await world.weigh()
      trial.expect(balance.lost === 0, () => `beyond the lateness: ${findings.slice(0, 3).join('; ')}`)
    },
  },
  {
    id: 'F22',
    title: 'the time of change goes back, is missing, lies in the future, is in whole seconds',
    without: onlyOwn,
    async inject(world, trial) {
      const { journals, now, advance, quirks } = ownOf(world)
      journals.changes.insert(3, { at: now() + 86_400_000 })
      world.learn()
      expectSuccess(trial, await world.sync(), 'a time in the future')
      const [mark] = await world.rows<{ checkpoint: string }>(`select checkpoint from stream where id = 'changes'`)
      const ahead = (JSON.parse(mark?.checkpoint ?? '{}') as { mark?: number }).mark ?? 0
      trial.expect(ahead <= now() + 5_000, () => `the checkpoint is ${(ahead - now()) / 1000} s ahead of now`)
      advance(5_000)
      journals.changes.insert(5)
      world.learn()
      expectSuccess(trial, await world.sync(), 'after the future')
      quirks.wholeSeconds = true
      for (let more = 0; more < 3; more += 1) {
        advance(300)
        journals.changes.insert(4)
        journals.changes.update(4)
        world.learn()
        expectSuccess(trial, await world.sync(), 'whole seconds')
      }
      const { balance, findings } = await world.weigh()
      trial.expect(balance.lost === 0, () => `whole seconds: ${findings.slice(0, 3).join('; ')}`)
      quirks.wholeSeconds = false
      journals.changes.insert(3, { at: null })
      journals.changes.update(3, { at: now() - 7_200_000 })
      world.learn()
    },
  },
  {
    id: 'F23',
    title: "the source's clock is an hour wrong, or its times have no zone",
    without: onlyOwn,
    async inject(world, trial) {
      const { journals, advance, quirks } = ownOf(world)
      for (const skewMs of [3_600_000, -3_600_000]) {
        // As a hub that meets the source for the first time.
        await world.rows(`update stream set checkpoint = null where id = 'changes'`)
        quirks.skewMs = skewMs
        for (let more = 0; more < 3; more += 1) {
          advance(30_000)
          journals.changes.insert(4)
          journals.changes.update(4)
          world.learn()
          expectSuccess(trial, await world.sync(), `a skew of ${skewMs / 1000} s`)
        }
        const { balance, findings } = await world.weigh()
        trial.expect(balance.lost === 0, () => `a skew of ${skewMs / 1000} s: ${findings.slice(0, 3).join('; ')}`)
      }
      quirks.skewMs = 0
      quirks.zoneless = true
      await world.rows(`update stream set checkpoint = null where id = 'changes'`)
      for (let more = 0; more < 2; more += 1) {
        advance(30_000)
        journals.changes.insert(4)
        world.learn()
        expectSuccess(trial, await world.sync(), 'times without a zone')
      }
      const [mark] = await world.rows<{ checkpoint: string }>(`select checkpoint from stream where id = 'changes'`)
      const at = (JSON.parse(mark?.checkpoint ?? '{}') as { mark?: number }).mark ?? 0
      const off = Math.abs(at - ownOf(world).now())
      trial.expect(off < 60_000, () => `without a zone the checkpoint is ${off / 1000} s off`)
    },
  },
]
