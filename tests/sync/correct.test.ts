import { afterEach, describe, expect, it } from 'vitest'
import { correctQuarantined, releaseQuarantined } from '../../src/sync/release.ts'
import { openWorld, page, record, type World, type WorldOptions } from './harness.ts'

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
