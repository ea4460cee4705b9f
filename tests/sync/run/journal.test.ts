// Compares random acts of a source with the truth they leave behind.
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { ConnectorFailure } from '#connector'
import type { Page } from '#connector'
import { requestRuns } from '../../../src/sync/queue/request.ts'
import { openWorld, page, record, type Stream, type World } from '../harness.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.drop())
beforeEach(() => {
  world.script.before = () => undefined
})

async function empty(): Promise<void> {
  await world.rows('truncate thing, record, raw_page, quarantine, run_seen, acknowledgement; delete from run')
  await world.rows(
    'update stream set checkpoint = null, run_id = null, due_at = null, lease_until = null, record_count = 0, held_at = null, held_reason = null, failing_since = null',
  )
}

type Act = {
  readonly do: 'put' | 'spoil' | 'take' | 'takeAll'
  readonly group: number
  readonly item: number
  readonly value: number
}
const acts: fc.Arbitrary<Act> = fc.record({
  do: fc.constantFrom('put', 'put', 'put', 'spoil', 'take', 'takeAll'),
  group: fc.integer({ min: 0, max: 2 }),
  item: fc.integer({ min: 0, max: 3 }),
  value: fc.integer({ min: 0, max: 2 }),
})
/** How the reading is cut: the worker is stopped, the source fails, the database refuses, or a page is served again. */
const cuts = fc.array(
  fc.record({ at: fc.integer({ min: 0, max: 6 }), by: fc.constantFrom('stop', 'source', 'store', 'crash') }),
  { maxLength: 4 },
)
const keyOf = (act: Act): string => `${act.group}|${act.item}`
const nameOf = (act: Act): string => `v${act.value}`

const recordOf = (act: Act, at: number) => {
  if (act.do === 'put') return record(keyOf(act), { name: nameOf(act) })
  if (act.do === 'spoil') return record(keyOf(act), { name: nameOf(act), reject: 'at' })
  return record(`r${at}`, { gone: act.do === 'take' ? keyOf(act) : `${act.group}|*` })
}

/** The truth: what the acts leave behind, computed without pages, runs or interruptions. */
function journal(all: readonly Act[]): { store: Record<string, string>; waiting: Record<string, string> } {
  const store = new Map<string, string>()
  const waiting = new Map<string, string>()
  for (const act of all) {
    const key = keyOf(act)
    if (act.do === 'put') {
      store.set(key, nameOf(act))
      waiting.delete(key)
    } else if (act.do === 'spoil') {
      waiting.set(key, nameOf(act))
    } else {
      for (const map of [store, waiting]) {
        for (const known of map.keys()) {
          if (act.do === 'take' ? known === key : known.startsWith(`${act.group}|`)) map.delete(known)
        }
      }
    }
  }
  return { store: Object.fromEntries(store), waiting: Object.fromEntries(waiting) }
}

async function readWithCuts(stream: Stream, cutting: readonly { at: number; by: string }[]): Promise<void> {
  const left = [...cutting]
  for (let round = 0; round < 20; round += 1) {
    await requestRuns(world.engine, [{ source: 's', stream }], 'CHANGES', null)
    const claim = (await world.claim())!
    const cut = left.shift()
    const stop = new AbortController()
    const fails = (by: string): boolean => cut?.by === by
    world.script.before = (at) => {
      if (at !== cut?.at) return
      if (fails('stop') || fails('crash')) stop.abort(new Error('stopped'))
      if (fails('source')) throw new ConnectorFailure('SOURCE_UNAVAILABLE', 'not now')
    }
    let writes = 0
    world.sink.upsert = () => {
      if (fails('store') && writes++ === cut?.at) throw new Error('the store refuses')
    }
    const end = await world.execute(claim, stop.signal)
    // A crash: nobody gave the stream back, and the session is gone.
    if (fails('crash'))
      await world.rows("update stream set lease_until = now() - interval '1 second' where run_id is not null")
    if (end.startsWith('SUCCEEDED')) return
  }
  throw new Error('the run did not end')
}

async function compare(all: readonly Act[]): Promise<void> {
  const truth = journal(all)
  expect(await world.things()).toEqual(truth.store)
  const waiting = await world.rows<{ key: string }>('select key from quarantine where left_at is null order by key')
  expect(waiting.map((one) => one.key)).toEqual(Object.keys(truth.waiting).toSorted())
  const present = await world.rows<{ key: string }>('select key from record where removed_at is null order by key')
  expect(present.map((one) => one.key)).toEqual(Object.keys(truth.store).toSorted())
  const [count] = await world.rows<{ sum: string }>('select sum(record_count)::int as sum from stream')
  expect(count!.sum).toBe(present.length)
}

it('leaves in store and quarantine what the journal says, whatever cuts the reading', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(acts, { maxLength: 6 }), { maxLength: 6 }), cuts, async (script, cutting) => {
      await empty()
      world.script.pages.changes = script.map((list, at) => page(`p${at}`, ...list.map(recordOf)))
      await readWithCuts('changes', cutting)
      await compare(script.flat())
      const before = await world.rows('select key, xmin::text from thing order by key')
      await world.sync('changes', 'REPLAY')
      expect(await world.rows('select key, xmin::text from thing order by key')).toEqual(before)
      await compare(script.flat())
    }),
    { numRuns: 60, seed: 20260305 },
  )
})

it('leaves what the last whole list names, whatever cuts the reading', async () => {
  const lists = fc.array(fc.array(fc.array(acts, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 3,
  })
  await fc.assert(
    fc.asyncProperty(lists, cuts, async (script, cutting) => {
      await empty()
      let last: Act[] = []
      for (const [turn, list] of script.entries()) {
        const puts = list.map((acts_) => acts_.map((act) => ({ ...act, do: 'put' as const })))
        world.script.pages.list = puts.map((some, at): Page => page(`l${turn}.${at}`, ...some.map(recordOf)))
        await readWithCuts('list', cutting)
        last = puts.flat()
      }
      await compare(last)
      expect(await world.rows('select 1 from run_seen')).toEqual([])
    }),
    { numRuns: 25, seed: 20260306 },
  )
})
