// Reading a provincial SDMX service, emulated and scripted.
import { afterEach, describe, expect, it } from 'vitest'
import emulate from '../emulator/index.ts'
import { period } from '../period.ts'
import { smallTown } from '../../../tests/kit/world/small-town.ts'
import {
  closeAll,
  general,
  closing,
  flow,
  service,
  contextOf,
  pagesOf,
  recordsOf,
  apply,
  now,
  structure,
  message,
} from './reporting-sdmx.ts'

afterEach(closeAll)

describe('a provincial service', () => {
  it('is read whole into exactly what it holds, and its dirt alone is rejected', async () => {
    const emulator = await emulate({ town: smallTown, size: 9000, now })
    closing.push(() => emulator.close())
    const pages = await pagesOf(contextOf(emulator, now), { all: true })
    expect(Math.max(...pages.map(({ records }) => records.length))).toBeLessThanOrEqual(500)
    const keys = recordsOf(pages).map(({ key }) => key)
    expect(new Set(keys).size).toBe(keys.length)
    const store = new Map<string, object>()
    expect(apply(store, recordsOf(pages))).toBe(emulator.dirt('observations'))
    expect(emulator.dirt('observations')).toBeGreaterThanOrEqual(3)
    expect(store).toEqual(new Map(emulator.truth('observations').map(({ key, record }) => [key, record])))
    expect(store.size).toBeGreaterThan(9000)
  })

  it('is followed by changes: revised, new and withdrawn observations arrive after the checkpoint', async () => {
    let clock = now()
    const emulator = await emulate({ town: smallTown, size: 2000, now: () => clock })
    closing.push(() => emulator.close())
    const context = contextOf(emulator, () => clock)
    const first = await pagesOf(context, { all: true })
    const store = new Map<string, object>()
    apply(store, recordsOf(first))
    clock = new Date('2026-09-12T20:30:00+07:00')
    const later = await pagesOf(context, { since: first.at(-1)!.next })
    expect(recordsOf(later).some((record) => record['remove'] === true)).toBe(true)
    expect(recordsOf(later).length).toBeLessThan(1500)
    apply(store, recordsOf(later))
    expect(store).toEqual(new Map(emulator.truth('observations').map(({ key, record }) => [key, record])))
  })

  it('is read on from any page to exactly the remaining pages', async () => {
    const emulator = await emulate({ town: smallTown, size: 1500, now })
    closing.push(() => emulator.close())
    const context = contextOf(emulator, now)
    const whole = await pagesOf(context, { all: true })
    expect(whole.length).toBeGreaterThan(4)
    for (const [index, page] of whole.slice(0, -1).entries()) {
      expect(await pagesOf(context, { since: page.next })).toEqual(whole.slice(index + 1))
    }
  })

  it('gives a window of dates by the beginnings of its periods', async () => {
    const emulator = await emulate({ town: smallTown, size: 2000, now })
    closing.push(() => emulator.close())
    const pages = await pagesOf(contextOf(emulator, now), { from: '2025-12-15', to: '2026-02-01' })
    const periods = new Set(recordsOf(pages).map((record) => String(record['key']).split('|').at(-1)))
    expect(periods).toEqual(new Set(['2026', '2026-M01'].filter((code) => code === '2026-M01')))
  })
})

describe('reading', () => {
  it("asks for the media type with its version, and for changes since the source's own clock less ten minutes", async () => {
    const body = JSON.stringify({
      ...message({ observations: { '0:0:0': [1] } }),
      meta: { prepared: '2026-09-01T00:10:00Z' },
    })
    const date = 'Tue, 01 Sep 2026 00:12:00 GMT'
    const { asked, running } = await service(({ query }) =>
      query.get('offset') === '0' ? { body, date } : { status: 204, date },
    )
    const context = contextOf(running, now)
    const pages = await pagesOf(context, { all: true })
    expect(asked[0]).toMatchObject({ path: '/data/dataflow/TAYNINH/EXR/*/*' })
    expect(asked[0]!.accept).toContain('application/vnd.sdmx.data+json;version=2.0.0')
    expect(asked[0]!.query.get('updatedAfter')).toBeNull()
    await pagesOf(context, { since: pages.at(-1)!.next })
    expect(asked.at(-1)!.query.get('updatedAfter')).toBe('2026-09-01T00:00:00.000Z')
  })

  it('asks for no change later than its own clock when an answer has a time of tomorrow', async () => {
    const { asked, running } = await service(() => ({ status: 204, date: 'Fri, 11 Sep 2026 08:00:00 GMT' }))
    const pages = await pagesOf(contextOf(running, now), { all: true })
    await pagesOf(contextOf(running, now), { since: pages.at(-1)!.next })
    expect(Date.parse(asked.at(-1)!.query.get('updatedAfter')!)).toBeLessThanOrEqual(now().getTime())
  })

  it('reads a dataflow whole that joined the settings after the checkpoint', async () => {
    const { asked, running } = await service(() => ({ status: 204, date: 'Tue, 01 Sep 2026 00:12:00 GMT' }))
    const pages = await pagesOf(contextOf(running, now), { all: true })
    const dataflows = [flow, { ...flow, id: 'NEW' }]
    await pagesOf(contextOf(running, now, { ...running.settings, dataflows }), { since: pages.at(-1)!.next })
    expect(asked.slice(-2).map(({ query }) => query.get('updatedAfter'))).toEqual(['2026-09-01T00:02:00.000Z', null])
  })

  it('ends at a service that knows no paging, and stops where paging is ignored but the limit obeyed', async () => {
    const one = JSON.stringify(message({ observations: { '0:0:0': [1], '0:0:1': [2] } }))
    const small = await service(() => ({ body: one }))
    expect(recordsOf(await pagesOf(contextOf(small.running, now), { all: true }))).toHaveLength(2)
    const values = Array.from({ length: 500 }, (_, at) => ({ id: `${1000 + at}` }))
    const times = structuredClone(structure)
    times.dimensions.observation[0]!.values = values
    const observations = Object.fromEntries(values.map((_, at) => [`0:0:${at}`, [at]]))
    const full = JSON.stringify({ data: { dataSets: [{ observations }], structures: [times] } })
    const cut = await service(() => ({ body: full }))
    await expect(pagesOf(contextOf(cut.running, now), { all: true })).rejects.toMatchObject({ code: 'SOURCE_CHANGED' })
  })

  it.each([
    [404, 'CONFIG_INVALID'],
    [406, 'CONFIG_INVALID'],
    [422, 'SOURCE_CHANGED'],
    [501, 'SOURCE_CHANGED'],
  ])('answers status %i with %s', async (status, code) => {
    const { running } = await service(() => ({ status }))
    await expect(general.check(contextOf(running, now))).rejects.toMatchObject({ code })
  })

  it.each(['', '{}', '{"since":{"a":"x"}}', '{"since":{},"at":{"done":{},"flow":{"name":1}}}'])(
    'refuses the cursor %j, which it did not make',
    async (since) => {
      const { running } = await service(() => ({ status: 204 }))
      await expect(pagesOf(contextOf(running, now), { since })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    },
  )

  it.each([
    ['2026', '2026', '2026-01-01', '2026-12-31'],
    ['2026-S2', '2026-S2', '2026-07-01', '2026-12-31'],
    ['2026-Q4', '2026-Q4', '2026-10-01', '2026-12-31'],
    ['2024-02', '2024-M02', '2024-02-01', '2024-02-29'],
    ['2026-03-05', '2026-03-05', '2026-03-05', '2026-03-05'],
  ])('reads the period %s as %s', (text, code, from, to) => {
    expect(period(text)).toEqual({ code, from, to })
  })

  it.each(['2026-13', '2026-M00', '2026-02-30', '2026-Q5', '26', '2026-01-01/P1M', ''])(
    'knows no period %j',
    (text) => {
      expect(period(text)).toBeNull()
    },
  )
})
