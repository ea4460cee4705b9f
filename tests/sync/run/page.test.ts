// Tests of committing a page.
import { gunzipSync } from 'node:zlib'
import { afterEach, expect, it } from 'vitest'
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
const waiting =
  'select key, reason, path, found, tries, body, left_because from quarantine where left_at is null order by id'
interface Waiting {
  key: string | null
  reason: string
  path: string
  found: string | null
  tries: number
  body: Buffer | null
}
const opened = (world: World, body: Buffer): unknown =>
  JSON.parse(gunzipSync(world.engine.keyring.open(body, 'quarantine')).toString())

it('commits raw, rows, quarantine and position together, or none of them when a sink throws', async () => {
  const world = await open()
  world.script.pages.changes = [
    page('a', record('1')),
    page('b', record('2'), record('bad', { reject: 'birthday' }), record('1', { gone: '1' })),
  ]
  world.sink.upsert = (keys) => {
    if (keys.includes('2')) throw new Error('duplicate key (name)=(Nguyễn Văn Thử)')
  }
  const run = await world.sync()
  expect(run).toMatchObject({ state: 'FAILED', failure_code: 'INTERNAL', position: 'a', pages: 1, read: 1 })
  expect(run.failure_message).not.toContain('Thử')
  expect(await world.things()).toEqual({ 1: 'Tên 1' })
  expect(await world.rows(waiting)).toEqual([])
  expect(await world.rows('select page from raw_page')).toEqual([{ page: 0 }])
  expect(await world.rows("select checkpoint from stream where id = 'changes'")).toEqual([{ checkpoint: null }])

  world.sink.upsert = () => undefined
  expect(await world.sync()).toMatchObject({ state: 'SUCCEEDED_WITH_REJECTS', position: 'b', pages: 2 })
  expect(await world.things()).toEqual({ 2: 'Tên 2' })
  expect(await world.rows(waiting)).toMatchObject([{ key: 'bad' }])
  expect(await world.rows("select checkpoint from stream where id = 'changes'")).toEqual([{ checkpoint: 'b' }])
})

it('writes nothing for a record that has not changed', async () => {
  const world = await open()
  world.script.pages.changes = [page('a', record('1'), record('2'), record('bad', { reject: 'birthday' }))]
  await world.sync()
  const positions = `select 'raw' as of, id::text as key, xmin::text, ctid::text from raw_page
    union all select 'record', key, xmin::text, ctid::text from record
    union all select 'thing', key, xmin::text, ctid::text from thing order by 1, 2`
  const before = await world.rows(positions)
  world.script.pages.changes = [page('c', record('2'), record('1'), record('bad', { reject: 'birthday' }))]
  expect(await world.sync()).toMatchObject({ written: 0, unchanged: 2, rejected: 1 })
  expect(await world.rows(positions)).toEqual(before)

  world.script.pages.changes = [page('d', record('2', { name: 'Khác' }), record('1'))]
  expect(await world.sync()).toMatchObject({ written: 1, unchanged: 1 })
  const after = await world.rows<{ of: string; key: string }>(positions)
  expect(after.filter((one) => !before.some((old) => JSON.stringify(old) === JSON.stringify(one)))).toMatchObject([
    { of: 'raw' },
    { of: 'record', key: '2' },
    { of: 'thing', key: '2' },
  ])
})

it('lets a rejected record wait with reason, path and sealed bytes, counts its tries, and settles it when it comes good', async () => {
  const world = await open()
  const bad = record('7', { reject: 'applicant.birthday', name: 'Người Thử' })
  world.script.pages.changes = [page('a', bad)]
  await world.sync()
  await world.sync('changes', 'FULL')
  const [row] = await world.rows<Waiting>(waiting)
  expect(row).toMatchObject({ key: '7', reason: 'BAD_DATE', path: 'applicant.birthday', found: '31/02/2026', tries: 2 })
  expect(opened(world, row!.body!)).toEqual(bad)
  expect(row!.body!.includes('Người Thử')).toBe(false)
  world.script.pages.changes = [page('b', record('7'))]
  await world.sync()
  expect(await world.rows(waiting)).toEqual([])
  expect(await world.rows('select left_because from quarantine')).toEqual([{ left_because: 'TAKEN' }])
})

it('keeps no bytes of a classified record, not in the raw page and not when its key is missing or comes twice', async () => {
  const world = await open()
  const secret = { reject: 'CLASSIFIED', subject: 'điều-tối-mật' }
  world.script.pages.changes = [
    page('a', record('1'), record('x', secret), record('x', { ...secret, again: '1' }), { ...secret, name: 'no key' }),
  ]
  await world.sync()
  expect(await world.rows(waiting)).toMatchObject([
    { key: 'x', reason: 'CLASSIFIED', body: null },
    { key: null, reason: 'CLASSIFIED', body: null },
  ])
  const raw = await world.rows<{ body: Buffer }>('select body from raw_page')
  const text = raw.map((one) => gunzipSync(world.engine.keyring.open(one.body, 'raw')).toString()).join()
  expect(text).toContain('Tên 1')
  expect(text).not.toContain('điều-tối-mật')
})

it('applies removals with wildcards in order with the upserts of one page', async () => {
  const world = await open()
  world.script.pages.changes = [page('a', record('A|1|x'), record('A|2|x'), record('A|1.|x'), record('B|1|x'))]
  await world.sync()
  world.script.pages.changes = [
    page(
      'b',
      record('A|9|x'),
      record('bad', { reject: 'birthday' }),
      record('r1', { gone: 'A|*|x' }),
      record('A|2|x', { name: 'mới' }),
      record('r2', { gone: 'bad' }),
      record('B|2|x'),
      record('r3', { gone: 'B|2|*' }),
    ),
  ]
  expect(await world.sync()).toMatchObject({ removed: 2, written: 1, rejected: 0 })
  expect(await world.things()).toEqual({ 'A|2|x': 'mới', 'B|1|x': 'Tên B|1|x' })
  expect(await world.rows('select key, removed_because from record where removed_at is not null order by key')).toEqual(
    [
      { key: 'A|1.|x', removed_because: 'the source says so' },
      { key: 'A|1|x', removed_because: 'the source says so' },
    ],
  )
  expect(await world.rows("select record_count from stream where id = 'changes'")).toEqual([{ record_count: 2 }])
})

it('lets a removal take a waiting record out of the quarantine too', async () => {
  const world = await open()
  world.script.pages.changes = [page('a', record('X|1', { reject: 'at' }), record('Y', { reject: 'at' }))]
  await world.sync()
  world.script.pages.changes = [page('b', record('r', { gone: 'X|*' }))]
  await world.sync()
  expect(await world.rows(waiting)).toMatchObject([{ key: 'Y' }])
})

it('takes the last of several records with one key in a page, also when that one is rejected', async () => {
  const world = await open()
  world.script.pages.changes = [
    page('a', record('1', { name: 'một' }), record('1', { name: 'hai' }), record('2'), record('2', { reject: 'at' })),
  ]
  expect(await world.sync()).toMatchObject({ read: 4, written: 2, unchanged: 1, rejected: 1 })
  expect(await world.things()).toEqual({ 1: 'hai', 2: 'Tên 2' })
  expect(await world.rows(waiting)).toMatchObject([{ key: '2' }])
})

it('takes keys and paths with any characters, and lets those that the database cannot store wait', async () => {
  const world = await open()
  const odd = ['*', 'a*b', '|', '"quoted, {braces}\\', "o'clock", 'Ω\n\t', '%_', 'ẤN', '__proto__', '💧']
  world.script.pages.changes = [page('a', ...odd.map((id) => record(id)))]
  expect(await world.sync()).toMatchObject({ written: odd.length, rejected: 0 })
  world.script.pages.changes = [page('b', ...odd.map((id) => record(id)))]
  expect(await world.sync()).toMatchObject({ written: 0, unchanged: odd.length })
  expect(Object.keys(await world.things()).toSorted()).toEqual(odd.toSorted())
  expect(await world.rows("select record_count from stream where id = 'changes'")).toEqual([
    { record_count: odd.length },
  ])
  world.script.pages.changes = [
    page(
      'c',
      record('nul\u0000'),
      record('\ud800'),
      record('k'.repeat(5000)),
      record('deep', { name: 'a\u0000b' }),
      record('back', { name: 'C:\\u0000' }),
      record('path', { reject: 'x.\u0000\ud800' }),
      record('away', { gone: 'nul\u0000' }),
      { id: 12 },
      ...Array.from({ length: 8 }, (_, n) => record(`good ${n}`)),
    ),
  ]
  expect(await world.sync()).toMatchObject({ state: 'SUCCEEDED_WITH_REJECTS', written: 9, rejected: 7 })
  expect((await world.rows<Waiting>(waiting)).map(({ key, reason, path }) => [key, reason, path])).toEqual([
    [null, 'BAD_TEXT', 'id'],
    [null, 'BAD_TEXT', 'id'],
    [null, 'TOO_LARGE', 'id'],
    ['deep', 'BAD_TEXT', 'name'],
    ['path', 'BAD_DATE', 'x.\ufffd\ufffd'],
    ['away', 'BAD_TEXT', 'id'],
    [null, 'WRONG_TYPE', 'id'],
  ])
})

it('ends a run with SOURCE_CHANGED when more is rejected than the threshold allows, and leaves the checkpoint', async () => {
  const world = await open()
  const some = (count: number, more: Record<string, string> = {}) =>
    Array.from({ length: count }, (_, n) => record(`${JSON.stringify(more)}${n}`, more))
  world.script.pages.changes = [page('a', ...some(5), ...some(5, { reject: 'at' }))]
  expect(await world.sync()).toMatchObject({ state: 'SUCCEEDED_WITH_REJECTS' })
  world.script.pages.changes = [page('b', ...some(5)), page('c', ...some(6, { reject: 'at' }))]
  const run = await world.sync()
  expect(run).toMatchObject({ state: 'FAILED', failure_code: 'SOURCE_CHANGED' })
  expect(run.failure_message).toContain('6 of 11')
  expect(await world.rows("select checkpoint from stream where id = 'changes'")).toEqual([{ checkpoint: 'a' }])
})

it('finds what is stored under an older key unchanged', async () => {
  const world = await open()
  const { openKeyring } = await import('../../../src/db/encryption/keyring.ts')
  world.script.pages.changes = [page('a', record('1'), record('2', { reject: 'at' }))]
  await world.sync()
  const rotated = openKeyring([new Uint8Array(32).fill(8), new Uint8Array(32).fill(7)])
  Object.assign(world.engine, { keyring: rotated })
  world.script.pages.changes = [page('b', record('1'), record('2'))]
  expect(await world.sync()).toMatchObject({ written: 1, unchanged: 1 })
  expect(await world.rows(waiting)).toEqual([])
})
