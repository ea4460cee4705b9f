// Measures how many statements a page costs.
import { afterEach, expect, it, vi } from 'vitest'
import { commitPage } from '../../../src/sync/run/commit.ts'
import { requestRuns } from '../../../src/sync/queue/request.ts'
import { openWorld, page, record, type World } from '../harness.ts'

const worlds: World[] = []
afterEach(async () => {
  vi.restoreAllMocks()
  for (const world of worlds.splice(0)) await world.drop()
})

/** Statements that committing one page takes, those of the sink left out. */
async function statements(world: World, act: () => Promise<unknown>): Promise<string[]> {
  const sent: string[] = []
  const client = await world.database.pool.connect()
  const prototype = Object.getPrototypeOf(client) as { query: (...all: unknown[]) => unknown }
  client.release()
  const query = prototype.query
  const spy = vi.spyOn(prototype, 'query').mockImplementation(function (this: unknown, ...all: unknown[]) {
    const [first] = all
    const text = typeof first === 'string' ? first : (first as { text?: string }).text
    if (text !== undefined && !text.includes('thing')) sent.push(text.trim().split('\n')[0]!)
    return query.apply(this, all)
  })
  await act()
  spy.mockRestore()
  return sent
}

it('takes five round trips for a page of unchanged records and six, besides its sink, for one of new ones', async () => {
  const world = await openWorld()
  worlds.push(world)
  await requestRuns(world.engine, [{ source: 's', stream: 'changes' }], 'CHANGES', null)
  const claim = (await world.claim())!
  const source = world.engine.sources.get('s')!
  const records = Array.from({ length: 50 }, (_, n) => record(`k${n}`))
  const first = await statements(world, () => commitPage(world.engine, source, claim, page('a', ...records)))
  expect(first).toHaveLength(6)
  const again = await statements(world, () =>
    commitPage(world.engine, source, { ...claim, pages: 1 }, page('b', ...records)),
  )
  expect(again).toHaveLength(5)
})
