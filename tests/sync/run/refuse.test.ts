// Tests of records that a store refuses.
import { afterEach, expect, it } from 'vitest'
import type { Refusal, Sink } from '../../../src/db/sink.ts'
import { releaseQuarantined } from '../../../src/sync/quarantine/release.ts'
import { openWorld, page, record, type World } from '../harness.ts'

const worlds: World[] = []
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.drop()
})

it('lets a record wait that the store of the entity cannot decide about, until it can', async () => {
  const world = await openWorld()
  worlds.push(world)
  let ambiguous: ReadonlySet<string> = new Set(['2'])
  const asked: string[][] = []
  const sink = world.engine.sinks.Agency as Sink<unknown>
  const refusing: Sink<unknown> = {
    ...sink,
    refuse: (_trx, records) => {
      asked.push(records.map(({ key }) => key))
      const refused = records.filter(({ key }) => ambiguous.has(key))
      return Promise.resolve(
        new Map(
          refused.map(({ key }) => [
            key,
            { reject: 'AMBIGUOUS', at: 'unit', expected: 'one of 21, 22' } satisfies Refusal,
          ]),
        ),
      )
    },
  }
  Object.assign(world.engine, { sinks: { Agency: refusing } })
  world.script.pages.changes = [page('a', record('1'), record('2'), record('3', { reject: 'at' }))]
  expect(await world.sync()).toMatchObject({ state: 'SUCCEEDED_WITH_REJECTS', written: 1, rejected: 2 })
  const waiting = () =>
    world.rows<{ id: number }>(
      "select id, key, reason, path, expected, tries from quarantine where left_at is null and key = '2'",
    )
  expect(await waiting()).toMatchObject([{ reason: 'AMBIGUOUS', path: 'unit', expected: 'one of 21, 22' }])

  const [{ id }] = (await waiting()) as [{ id: number }]
  expect(await releaseQuarantined(world.engine, [id])).toBe(0)
  expect(await waiting()).toMatchObject([{ tries: 2 }])
  ambiguous = new Set()
  expect(await releaseQuarantined(world.engine, [id])).toBe(1)
  expect(await waiting()).toEqual([])
  expect(await world.things()).toEqual({ 1: 'Tên 1', 2: 'Tên 2' })
  asked.splice(0)
  await world.sync('changes', 'FULL')
  expect(asked).toEqual([])
})
