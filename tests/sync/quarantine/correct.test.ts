// Tests of corrections of waiting records.
import { afterEach, describe, expect, it } from 'vitest'
import { quarantinedRecord } from '../../../src/sync/quarantine/quarantine.ts'
import { correctQuarantined, releaseQuarantined } from '../../../src/sync/quarantine/release.ts'
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
const waiting = 'select id, key from quarantine where left_at is null order by id'
const many = Array.from({ length: 5 }, (_, n) => record(`k${n}`))

async function correct(world: World, patch: object): Promise<void> {
  const [row] = await world.rows<{ id: number }>(waiting)
  await correctQuarantined(world.engine, Number(row!.id), patch, 'sửa')
  expect(await releaseQuarantined(world.engine, [Number(row!.id)])).toBe(1)
}

describe('a correction that does not suffice', () => {
  it('leaves the bytes as they came when the mapping is tried again, and is used once it suffices', async () => {
    const world = await open()
    const nameless = { name: 'không mã', reject: 'at' }
    world.script.pages.changes = [page('a', record('1', { reject: 'at' }), nameless)]
    await world.sync()
    const bodies = async () =>
      (await world.rows<{ body: Buffer }>('select body from quarantine order by id')).map(({ body }) =>
        quarantinedRecord(world.engine.keyring, body),
      )
    const before = await bodies()
    const ids = (await world.rows<{ id: number }>(waiting)).map(({ id }) => Number(id))
    for (const id of ids) await correctQuarantined(world.engine, id, { name: 'đã sửa', id: `k${id}` }, 'sửa')
    expect(await world.sync('changes', 'REPLAY')).toMatchObject({ rejected: 2 })
    expect(await bodies()).toEqual(before)
    expect(await world.rows('select tries from quarantine')).toEqual([{ tries: 2 }, { tries: 2 }])
    for (const id of ids) {
      await correctQuarantined(world.engine, id, { name: 'đã sửa', id: `k${id}`, reject: null }, 'sửa')
    }
    expect(await world.sync('changes', 'REPLAY')).toMatchObject({ rejected: 0, written: 2 })
    expect(await world.rows('select left_because from quarantine')).toEqual([
      { left_because: 'CORRECTED' },
      { left_because: 'CORRECTED' },
    ])
    expect(await world.sync('changes', 'FULL')).toMatchObject({ rejected: 0, unchanged: 2 })
  })

  it('is not put on a newer version of the record', async () => {
    const world = await open()
    world.script.pages.changes = [page('a', record('1', { reject: 'at' }))]
    await world.sync()
    const [row] = await world.rows<{ id: number }>(waiting)
    await correctQuarantined(world.engine, Number(row!.id), { name: 'đã sửa', reject: null }, 'sửa')
    await world.sync('changes', 'FULL')
    expect(await world.rows('select patch_reason from quarantine')).toEqual([{ patch_reason: 'sửa' }])
    world.script.pages.changes = [page('b', record('1', { reject: 'at', name: 'mới' }))]
    await world.sync()
    expect(await world.rows('select patch, patch_reason from quarantine')).toEqual([
      { patch: null, patch_reason: null },
    ])
    expect(await releaseQuarantined(world.engine, [Number(row!.id)])).toBe(0)
  })
})

describe('a corrected record', () => {
  it('whose key the clerk gave is not removed by the whole list that bears it as it was', async () => {
    const world = await open()
    const nameless = { name: 'không mã' }
    world.script.pages.list = [page('a', ...many, nameless)]
    await world.sync('list')
    await correct(world, { id: 'k9' })
    expect(Object.keys(await world.things())).toContain('k9')
    await world.sync('list')
    expect(Object.keys(await world.things())).toContain('k9')
    await world.sync('list')
    expect(Object.keys(await world.things())).toContain('k9')
  })
  it('that was removed and comes again as it was waits again', async () => {
    const world = await open()
    world.script.pages.list = [page('a', ...many, record('x', { reject: 'at' }))]
    await world.sync('list')
    await correct(world, { reject: null })
    world.script.pages.list = [page('a', ...many)]
    expect(await world.sync('list')).toMatchObject({ removed: 1 })
    world.script.pages.list = [page('a', ...many, record('x', { reject: 'at' }))]
    await world.sync('list')
    expect(await world.rows(waiting)).toMatchObject([{ key: 'x' }])
  })
  it('whose source gave a newer one and then the former again waits again', async () => {
    const world = await open()
    world.script.pages.changes = [page('a', record('x', { reject: 'at' }))]
    await world.sync()
    await correct(world, { reject: null, name: 'đã sửa' })
    world.script.pages.changes = [page('b', record('x', { name: 'mới' }))]
    await world.sync()
    world.script.pages.changes = [page('c', record('x', { reject: 'at' }))]
    await world.sync()
    expect(await world.rows(waiting)).toMatchObject([{ key: 'x' }])
  })
})
