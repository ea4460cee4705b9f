// Tests of drift under each policy.
import { afterEach, describe, expect, it } from 'vitest'
import type { Json, SourceRecord } from '#connector'
import type { DriftPolicy } from '../../../src/sync/engine.ts'
import { releaseQuarantined } from '../../../src/sync/quarantine/release.ts'
import { resumeSource } from '../../../src/sync/queue/request.ts'
import { openWorld, page, type World } from '../harness.ts'

const worlds: World[] = []
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.drop()
})

const shaped = (id: string, more: Record<string, Json> = {}, without: readonly string[] = []): SourceRecord =>
  Object.fromEntries(
    Object.entries({ id, name: `Tên ${id}`, at: 'a', fees: [{ amount: '1' }], ...more } as Record<string, Json>).filter(
      ([name]) => !without.includes(name),
    ),
  )
const many = (from: number, count: number, more?: Record<string, Json>, without?: readonly string[]): SourceRecord[] =>
  Array.from({ length: count }, (_, n) => shaped(String(from + n), more, without))

/** A stream whose first run has learnt twelve records. */
async function learnt(policy: DriftPolicy): Promise<World> {
  const world = await openWorld()
  worlds.push(world)
  Object.assign(world.engine.sources.get('s')!, { drift: { '*': policy } })
  world.script.pages.changes = [page('a', ...many(0, 12))]
  await world.sync()
  return world
}
const drifts = (world: World) =>
  world.rows(
    'select kind, path, found, expected, records, confirmed_at is not null as confirmed from drift order by kind, path, found',
  )
const give = (world: World, position: string, ...records: SourceRecord[]): void => {
  world.script.pages.changes.push(page(position, ...records))
}

describe('a policy of accept', () => {
  it('shows a new, a missing, a renamed and a retyped member with how many records bear it, and takes them', async () => {
    const world = await learnt('accept')
    expect(await drifts(world)).toEqual([])
    give(
      world,
      'b',
      ...many(20, 3, { extra: 1 }),
      ...many(30, 2, {}, ['at']),
      ...many(40, 4, { fees: [{ amount: 1 }] }),
    )
    give(
      world,
      'c',
      ...many(50, 5, { moment: 'a' }, ['at']),
      ...many(60, 1, { extra: 2 }),
      ...many(70, 1, { name: null }),
    )
    expect(await world.sync()).toMatchObject({ state: 'SUCCEEDED', written: 16 })
    expect(await drifts(world)).toEqual([
      { kind: 'MISSING', path: 'at', found: 'absent', expected: 'text', records: 2, confirmed: false },
      { kind: 'MISSING', path: 'name', found: 'null', expected: 'text', records: 1, confirmed: false },
      { kind: 'NEW', path: 'extra', found: 'number', expected: null, records: 4, confirmed: false },
      { kind: 'RENAMED', path: 'at', found: 'moment', expected: 'at', records: 5, confirmed: false },
      { kind: 'TYPE', path: 'fees[].amount', found: 'number', expected: 'text', records: 4, confirmed: false },
    ])
  })

  it('lists each difference once, writes nothing for records of a known structure, and is quiet once somebody has confirmed', async () => {
    const world = await learnt('accept')
    give(world, 'b', ...many(20, 3, { extra: 1 }))
    await world.sync()
    const state = () =>
      world.rows(
        'select xmin::text, ctid::text from stream_structure union all select xmin::text, ctid::text from drift',
      )
    const before = await state()
    give(world, 'c', ...many(30, 3, { extra: 1 }), ...many(40, 3))
    await world.sync()
    await world.sync('changes', 'FULL')
    expect(await state()).toEqual(before)
    await resumeSource(world.engine, 's')
    await world.sync('changes', 'FULL')
    expect(await drifts(world)).toMatchObject([{ path: 'extra', records: 3, confirmed: true }])
  })

  it('keeps no value of a record', async () => {
    const world = await learnt('accept')
    give(world, 'b', shaped('x', { secret: 'điều-riêng-tư', fees: [{ amount: 5 }] }))
    await world.sync()
    const kept = await world.rows('select * from drift')
    expect(kept).toHaveLength(2)
    const structures = await world.rows('select structure::text from stream_structure')
    expect(JSON.stringify([kept, structures])).not.toContain('điều-riêng-tư')
  })
})

describe('a policy of quarantine', () => {
  it('lets records of another structure wait until they are released, and then knows their structure', async () => {
    const world = await learnt('quarantine')
    give(world, 'b', ...many(20, 2, { extra: 1 }), ...many(30, 2))
    expect(await world.sync()).toMatchObject({ state: 'SUCCEEDED_WITH_REJECTS', written: 2, rejected: 2 })
    const waiting = await world.rows<{ id: number }>(
      'select id, key, reason, path, found, expected from quarantine where left_at is null order by id',
    )
    expect(waiting).toMatchObject([
      { key: '20', reason: 'DRIFT', path: 'extra', found: 'number', expected: 'no such member' },
      { key: '21', reason: 'DRIFT' },
    ])
    expect(await releaseQuarantined(world.engine, [waiting[0]!.id])).toBe(1)
    expect(await drifts(world)).toMatchObject([{ path: 'extra', confirmed: true }])
    give(world, 'c', ...many(40, 2, { extra: 3 }))
    expect(await world.sync()).toMatchObject({ state: 'SUCCEEDED', written: 2, rejected: 0 })
    expect(Object.keys(await world.things())).not.toContain('21')
    expect(await world.sync('changes', 'REPLAY')).toMatchObject({ state: 'SUCCEEDED' })
    expect(Object.keys(await world.things())).toContain('21')
  })

  it('does not end the run when every record has another structure, and takes them all once the source is resumed', async () => {
    const world = await learnt('quarantine')
    give(world, 'b', ...many(20, 15, { extra: 1 }))
    expect(await world.sync()).toMatchObject({ state: 'SUCCEEDED_WITH_REJECTS', rejected: 15 })
    expect(await world.sync('changes', 'REPLAY')).toMatchObject({ written: 0, rejected: 15 })
    await resumeSource(world.engine, 's')
    expect(await world.sync('changes', 'REPLAY')).toMatchObject({ written: 15, rejected: 0 })
    expect(await world.rows('select 1 from quarantine where left_at is null')).toEqual([])
  })
})

describe('a policy of stop', () => {
  it('halts the stream with nothing of the page written, until a person resumes it, and then continues', async () => {
    const world = await learnt('stop')
    give(world, 'b', ...many(20, 3), ...many(30, 1, { moment: 'a' }, ['at']))
    const run = await world.sync()
    expect(run).toMatchObject({ state: 'FAILED', failure_code: 'SOURCE_CHANGED', written: 0 })
    expect(run.failure_message).toContain('RENAMED at: found moment, expected at (1 records)')
    const halted = "select held_reason, held_at is not null as halted, checkpoint from stream where id = 'changes'"
    expect(await world.rows(halted)).toEqual([{ held_reason: 'DRIFT', halted: true, checkpoint: 'a' }])
    expect(await drifts(world)).toMatchObject([{ kind: 'RENAMED', records: 1, confirmed: false }])
    await expect(world.sync()).rejects.toThrow('nothing was due')
    await resumeSource(world.engine, 's')
    expect(await world.rows(halted)).toEqual([{ held_reason: null, halted: false, checkpoint: 'a' }])
    await world.work()
    expect((await world.runs()).at(-1)).toMatchObject({ state: 'SUCCEEDED', written: 4 })
    expect(await drifts(world)).toMatchObject([{ confirmed: true }])
  })

  it('halts it as well when the connector rejects what was renamed, and not for one bad record', async () => {
    const world = await learnt('stop')
    give(world, 'b', ...many(20, 11), shaped('bad', { reject: 'birthday', at: 5 }))
    expect(await world.sync()).toMatchObject({ state: 'SUCCEEDED_WITH_REJECTS', written: 11, rejected: 1 })
    give(world, 'c', ...many(40, 6), ...many(50, 4, { reject: 'birthday' }))
    expect(await world.sync()).toMatchObject({ state: 'FAILED', failure_code: 'SOURCE_CHANGED' })
    expect(await drifts(world)).toMatchObject([{ kind: 'NEW', path: 'reject', records: 4 }])
  })

  it('learns the whole first run, also when another run continues it', async () => {
    const world = await openWorld()
    worlds.push(world)
    Object.assign(world.engine.sources.get('s')!, { drift: 'stop' })
    world.script.pages.changes = [page('a', ...many(0, 12)), page('b', ...many(20, 12, { later: 1 }))]
    world.script.before = (number) => {
      if (number === 1) throw new Error('a bug')
    }
    expect(await world.sync()).toMatchObject({ state: 'FAILED' })
    world.script.before = () => undefined
    expect(await world.sync()).toMatchObject({ state: 'SUCCEEDED' })
    expect(await drifts(world)).toEqual([])
  })
})
