// Tests of records that are built to harm.
import { gunzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { ConnectorFailure, exactJson, type Json, type SourceRecord } from '#connector'
import { openWorld, page, record, type World } from '../harness.ts'

const worlds: World[] = []
async function open(): Promise<World> {
  const world = await openWorld()
  worlds.push(world)
  return world
}
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.drop()
})
const waiting = (world: World) =>
  world.rows<{ key: string; reason: string; path: string; body: Buffer | null }>(
    'select key, reason, path, body from quarantine where left_at is null order by id',
  )
const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
const parsed = (text: string): SourceRecord => exactJson(text) as SourceRecord

describe('a poisoned record', () => {
  it.each([
    ['a thousand levels', `{"id":"x","name":"n","deep":${nested(1000)}}`, 'MALFORMED', ''],
    ['a member __proto__', '{"id":"x","name":"n","in":{"__proto__":{"admin":true}}}', 'MALFORMED', 'in.__proto__'],
    ['NUL', '{"id":"x","name":"a\\u0000b"}', 'BAD_TEXT', 'name'],
    ['a lone surrogate', '{"id":"x","name":"a\\ud800"}', 'BAD_TEXT', 'name'],
    ['its key twice', '{"id":"x","id":"y","name":"n"}', 'WRONG_TYPE', 'id'],
    ['a key of 1e400', '{"id":1e400,"name":"n"}', null, ''],
  ])('with %s waits alone; the rest of its page is taken', async (_what, text, reason, path) => {
    const world = await open()
    world.script.pages.changes = [page('a', record('1'), parsed(text), record('2'))]
    const run = await world.sync()
    const things = Object.keys(await world.things())
    expect(things).toEqual(expect.arrayContaining(['1', '2']))
    if (reason === null) {
      // The exact number is a text, and a text may be a key.
      expect(things).toContain('1e400')
      return
    }
    expect(run).toMatchObject({ state: 'SUCCEEDED_WITH_REJECTS', written: 2, rejected: 1 })
    const [row] = await waiting(world)
    expect(row).toMatchObject({ reason, path })
    const bytes = gunzipSync(world.engine.keyring.open(row!.body!, 'quarantine')).toString()
    expect(JSON.parse(bytes)).toEqual(parsed(text))
  })

  it('on which the connector throws costs that record, with its bytes, and is logged', async () => {
    const world = await open()
    const { normalise } = world.engine.sources.get('s')!.connector
    const good = normalise['changes']!
    Object.assign(normalise, {
      changes: (one: SourceRecord, settings: never) => {
        if (one['bug'] === true) throw new TypeError('Cannot read properties of undefined')
        return good(one, settings)
      },
    })
    const bad = { ...record('bad'), bug: true as Json }
    world.script.pages.changes = [page('a', record('1'), bad, record('2'))]
    expect(await world.sync()).toMatchObject({ state: 'SUCCEEDED_WITH_REJECTS', written: 2, rejected: 1 })
    const [row] = await waiting(world)
    expect(row).toMatchObject({ key: 'bad', reason: 'MALFORMED' })
    expect(JSON.parse(gunzipSync(world.engine.keyring.open(row!.body!, 'quarantine')).toString())).toEqual(bad)
    expect(world.logged).toMatchObject([{ level: 'error', message: 'the connector threw on one record' }])

    world.script.pages.changes = [
      page('b', ...Array.from({ length: 12 }, (_, n) => ({ ...record(String(n)), bug: n > 3 }))),
    ]
    expect(await world.sync()).toMatchObject({ state: 'FAILED', failure_code: 'SOURCE_CHANGED' })
  })
})

describe('a record that is too large even alone', () => {
  it('waits by its path without bytes, and waits no more when a whole read no longer meets it', async () => {
    const world = await open()
    world.script.pages.changes = [{ ...page('a', record('1')), tooLarge: ['page 3 of 1'] }]
    expect(await world.sync()).toMatchObject({ state: 'SUCCEEDED_WITH_REJECTS', read: 2, written: 1, rejected: 1 })
    expect(await waiting(world)).toEqual([{ key: '?too-large:page 3 of 1', reason: 'TOO_LARGE', path: '', body: null }])
    await world.sync('changes', 'FULL')
    expect(await waiting(world)).toHaveLength(1)
    world.script.pages.changes = [page('b', record('1'), record('2'))]
    await world.sync('changes', 'FULL')
    expect(await waiting(world)).toEqual([])
  })

  it('still waits when the whole read that met it is continued by another run', async () => {
    const world = await open()
    world.script.pages.changes = [{ ...page('a', record('1')), tooLarge: ['item 2'] }, page('b', record('3'))]
    world.script.before = (at) => {
      if (at === 1) throw new ConnectorFailure('SOURCE_UNAVAILABLE', 'not now')
    }
    expect(await world.sync()).toMatchObject({ state: 'FAILED' })
    world.script.before = () => undefined
    expect(await world.sync()).toMatchObject({ state: 'SUCCEEDED' })
    expect(await waiting(world)).toMatchObject([{ key: '?too-large:item 2' }])
    expect(await world.sync('changes', 'FULL')).toMatchObject({ rejected: 1 })
    expect(await waiting(world)).toHaveLength(1)
    world.script.pages.changes = [page('a', record('1'))]
    await world.sync('changes', 'FULL')
    expect(await waiting(world)).toHaveLength(0)
  })

  it('keeps a whole list from removing what it may have been', async () => {
    const world = await open()
    world.script.pages.list = [page('a', ...Array.from({ length: 5 }, (_, n) => record(String(n))))]
    await world.sync('list')
    world.script.pages.list = [
      { ...page('b', ...Array.from({ length: 4 }, (_, n) => record(String(n)))), tooLarge: ['item 4'] },
    ]
    expect(await world.sync('list')).toMatchObject({ removed: 0 })
    world.script.pages.list = [page('c', ...Array.from({ length: 4 }, (_, n) => record(String(n))))]
    expect(await world.sync('list')).toMatchObject({ removed: 1 })
  })
})

describe('a record that was taken and is classified later', () => {
  it('leaves the store with a tombstone, and no byte of it stays in raw or quarantine', async () => {
    const world = await open()
    const subject = 'nội-dung-mật'
    world.script.pages.changes = [
      page('a', record('1'), record('x', { subject, version: '1' })),
      page('b', record('2'), record('x', { subject, version: '2' }), record('y', { subject, reject: 'birthday' })),
    ]
    await world.sync()
    const bytes = async (): Promise<string> => {
      const raw = await world.rows<{ body: Buffer }>('select body from raw_page')
      const rows = await world.rows<{ body: Buffer }>('select body from quarantine where body is not null')
      return [
        ...raw.map((one) => gunzipSync(world.engine.keyring.open(one.body, 'raw')).toString()),
        ...rows.map((one) => gunzipSync(world.engine.keyring.open(one.body, 'quarantine')).toString()),
      ].join('\n')
    }
    expect(await bytes()).toContain(subject)
    world.script.pages.changes = [
      page(
        'c',
        record('3'),
        record('x', { subject, reject: 'CLASSIFIED' }),
        record('y', { subject, reject: 'CLASSIFIED' }),
      ),
    ]
    expect(await world.sync()).toMatchObject({ removed: 1, rejected: 2 })
    expect(await bytes()).not.toContain(subject)
    expect(await bytes()).toContain('Tên 1')
    expect(Object.keys(await world.things())).toEqual(['1', '2', '3'])
    expect(await world.rows("select removed_because, hash = '' as empty from record where key = 'x'")).toEqual([
      { removed_because: 'CLASSIFIED', empty: true },
    ])
    expect(await waiting(world)).toMatchObject([
      { key: 'y', reason: 'CLASSIFIED', body: null },
      { key: 'x', reason: 'CLASSIFIED', body: null },
    ])
    const before = await world.rows('select id, xmin::text from raw_page order by id')
    await world.sync('changes', 'FULL')
    expect((await world.rows('select id, xmin::text from raw_page order by id')).slice(0, before.length)).toEqual(
      before,
    )
    await world.sync('changes', 'REPLAY')
    expect(Object.keys(await world.things())).toEqual(['1', '2', '3'])
  })
})
