// Reading the document axis: windows, look-back, logins and failures.
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { addDays } from '#connector'
import connector from '../index.ts'
import { windowsOf } from '../cursor.ts'
import {
  closeAll,
  founded,
  contextOf,
  emulated,
  pagesOf,
  recordsOf,
  keysOf,
  unit,
  axis,
  item,
  outcome,
} from './e-office.ts'
import type { Stream } from './e-office.ts'

afterEach(closeAll)

describe('the document axis', () => {
  it('reads the emulated axis as its senders mean it', async () => {
    const later = new Date(founded.getTime() + 2 * 3_600_000)
    const running = await emulated(400, () => later)
    const context = contextOf(running.settings, () => later)
    await connector.check(context)
    for (const stream of Object.keys(connector.manifest.streams) as Stream[]) {
      const records = recordsOf(await pagesOf(context, stream))
      const made: [string, unknown][] = []
      for (const record of records) {
        const result = connector.normalise[stream](record, context.settings)
        if ('record' in result) made.push([record[connector.manifest.streams[stream].key] as string, result.record])
      }
      const truth = running.truth(stream).map(({ key, record }) => [key, record])
      expect(Object.fromEntries(made)).toEqual(Object.fromEntries(truth))
      expect(made).toHaveLength(truth.length)
      expect(records.length - made.length).toBe(running.dirt(stream))
    }
    expect(running.dirt('documents')).toBeGreaterThanOrEqual(5)
    expect(running.dirt('statuses')).toBe(1)
  })

  it('goes on from any page with exactly the pages after it, and from the last one with nothing', async () => {
    const running = await emulated(900)
    const context = contextOf(running.settings)
    const pages = await pagesOf(context, 'documents')
    expect(pages.length).toBeGreaterThan(20)
    for (const index of [0, 7, pages.length - 2]) {
      expect(await pagesOf(context, 'documents', { since: pages[index]!.next })).toEqual(pages.slice(index + 1))
    }
    expect(recordsOf(await pagesOf(context, 'documents', { since: pages.at(-1)!.next }))).toEqual([])
  })

  it('goes on inside a window whose messages need several pages', async () => {
    const { settings } = await axis(Array.from({ length: 450 }, (_, index) => item(`d${index}`)))
    const context = contextOf(settings)
    const pages = await pagesOf(context, 'documents')
    expect(pages.map(({ records }) => records.length)).toEqual([200, 200, 50])
    expect(await pagesOf(context, 'documents', { since: pages[0]!.next })).toEqual(pages.slice(1))
    expect(new Set(keysOf(pages)).size).toBe(450)
  })

  it('finds what arose since the checkpoint as the town lives on', async () => {
    let now = founded
    const running = await emulated(60, () => now)
    const context = contextOf(running.settings, () => now)
    const first = await pagesOf(context, 'documents')
    now = new Date(founded.getTime() + 10 * 60_000)
    const news = await pagesOf(context, 'documents', { since: first.at(-1)!.next })
    const keys = new Set([...keysOf(first), ...keysOf(news)])
    expect(recordsOf(news).length).toBeGreaterThanOrEqual(10)
    expect(running.truth('documents').filter(({ key }) => !keys.has(key))).toEqual([])
  })

  it('fetches a message again only when the axis says that it changed, and one that appears late in any case', async () => {
    const served = await axis([item('a'), item('b')])
    const context = contextOf(served.settings)
    const checkpoint = (await pagesOf(context, 'documents')).at(-1)!.next
    served.items = [
      item('a'),
      { ...item('b'), updatedTime: '2026/06/11 09:00:00' },
      item('late', undefined, '2026/05/02 07:00:00'),
    ]
    const before = served.requests.length
    const pages = await pagesOf(context, 'documents', { since: checkpoint })
    expect(keysOf(pages).toSorted()).toEqual(['vt|b', 'vt|late'])
    expect(served.requests.slice(before).filter((path) => path.startsWith('/v1/getEdoc'))).toHaveLength(2)
  })

  it('reads a long list of agencies in pages, a repeated one once', async () => {
    const served = await axis([])
    served.agencies = Array.from({ length: 1_101 }, (_, index) => ({
      orgcode: `H53.${index % 1_100}`,
      orgName: 'Cơ quan',
      parentCode: 'H53',
    }))
    const context = contextOf(served.settings)
    const pages = await pagesOf(context, 'agencies')
    expect(pages.map(({ records }) => records.length)).toEqual([500, 500, 100])
    expect(await pagesOf(context, 'agencies', { since: pages[0]!.next })).toEqual(pages.slice(1))
    expect(await pagesOf(context, 'agencies', { since: pages[2]!.next })).toEqual(pages)
  })

  it('asks for windows of at most a month with slashed dates, and yields a message of two windows once', async () => {
    const served = await axis([item('edge', undefined, '2026/06/01 00:00:00')])
    const pages = await pagesOf(contextOf(served.settings), 'documents', { from: '2026-05-20', to: '2026-06-15' })
    expect(served.requests.filter((path) => path.includes('fromDate'))).toEqual([
      '/v1/syncReceivedEdocList?messageType=edoc&fromDate=2026/05/20&toDate=2026/06/01',
      '/v1/syncReceivedEdocList?messageType=edoc&fromDate=2026/06/01&toDate=2026/06/15',
    ])
    expect(keysOf(pages)).toEqual(['vt|edge'])
  })

  it('starts at the end of the last whole read when the pause was longer than the look-back', async () => {
    const served = await axis([item('in-the-gap', undefined, '2026/07/05 08:00:00')])
    const checkpoint = (
      await pagesOf(contextOf(served.settings), 'documents', { from: '2026-06-01', to: '2026-07-01' })
    ).at(-1)!.next
    const later = contextOf({ ...served.settings, lookbackDays: 5 }, () => new Date('2026-08-01T08:00:00+07:00'))
    expect(keysOf(await pagesOf(later, 'documents', { since: checkpoint }))).toEqual(['vt|in-the-gap'])
  })

  it('logs in once more when the token is refused, then gives up', async () => {
    const served = await axis([item('a')])
    const logins = (): number => served.requests.filter((path) => path.includes('login')).length
    served.refuse = 1
    expect(
      keysOf(await pagesOf(contextOf(served.settings), 'documents', { from: '2026-06-01', to: '2026-07-01' })),
    ).toEqual(['vt|a'])
    expect(logins()).toBe(2)
    served.refuse = 1_000
    await expect(pagesOf(contextOf(served.settings), 'documents')).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    expect(logins()).toBe(4)
    const before = logins()
    served.refuse = 1
    served.items = [item('a'), item('refused', 'refuse')]
    await expect(pagesOf(contextOf(served.settings), 'documents')).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    expect(logins()).toBe(before + 2)
  })

  it.each([
    ['unauthorised', 'CONFIG_INVALID', undefined],
    ['forbidden', 'CONFIG_INVALID', undefined],
    ['throttled', 'SOURCE_UNAVAILABLE', 7],
    ['unavailable', 'SOURCE_UNAVAILABLE', undefined],
    ['html', 'SOURCE_CHANGED', undefined],
    ['unknown-structure', 'SOURCE_CHANGED', undefined],
  ] as const)('names who acts when the axis is %s', async (behaviour, code, retryAfterSeconds) => {
    const running = await emulated(10)
    running.behave(behaviour)
    const context = contextOf(running.settings)
    await expect(connector.check(context)).rejects.toMatchObject({ code, retryAfterSeconds })
    for (const stream of ['agencies', 'documents', 'statuses'] as const) {
      await expect(pagesOf(context, stream)).rejects.toMatchObject({ code })
    }
  })

  it('reads the wrong secret key of a unit as a wrong setting, without naming it', async () => {
    const running = await emulated(10)
    const units = (running.settings['units'] as object[]).map((account) => ({ ...account, secretKey: 'not-the-key' }))
    const failure = await connector.check(contextOf({ ...running.settings, units })).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'CONFIG_INVALID' })
    expect(String(failure)).not.toContain('not-the-key')
  })

  it.each([
    [15, 'CONFIG_INVALID'],
    [20, 'SOURCE_UNAVAILABLE'],
    [99, 'SOURCE_CHANGED'],
  ])('ends the run on the error code %i', async (errorCode, code) => {
    const { settings } = await axis([item('a', { success: false, data: { errorCode } })])
    await expect(pagesOf(contextOf(settings), 'documents')).rejects.toMatchObject({ code })
  })

  it.each([10, 21, 22])('rejects the one message that the axis answers with the error code %i', async (errorCode) => {
    const { settings } = await axis([item('bad', { success: false, data: { errorCode } }), item('good')])
    const records = recordsOf(await pagesOf(contextOf(settings), 'documents'))
    expect(records.map(outcome)).toMatchObject([{ reject: 'MALFORMED' }, { record: { kind: 'NEW' } }])
  })

  it('tells the axis what was taken only where it may, each message as the unit that got it', async () => {
    const other = { ...unit, username: 'other' }
    const served = await axis([], [unit, other])
    await connector.acknowledge!(contextOf(served.settings), 'documents', ['vt|a', 'other|b'])
    expect(served.acknowledged).toEqual([])
    await connector.acknowledge!(contextOf({ ...served.settings, acknowledge: true }), 'documents', [
      'vt|a',
      'other|b',
      'gone|c',
    ])
    expect(served.acknowledged).toEqual([
      { by: 'Bearer t-vt', docId: 'a', status: 'done' },
      { by: 'Bearer t-other', docId: 'b', status: 'done' },
    ])
  })

  it('names a cursor that is not its own', async () => {
    const { settings } = await axis([])
    for (const since of ['{}', 'x', '{"known":"short"}', '{"on":"2026-01-01","known":"abc"}']) {
      await expect(pagesOf(contextOf(settings), 'documents', { since })).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
      })
    }
  })
})

describe('the windows of a read', () => {
  it('cover every day, share their edges and are no longer than a month', () => {
    const day = fc.integer({ min: 0, max: 4_000 }).map((days) => addDays('2018-01-01', days))
    fc.assert(
      fc.property(day, fc.integer({ min: 0, max: 1_500 }), (from, days) => {
        const to = addDays(from, days)
        const windows = windowsOf(from, to)
        expect([windows[0]!.from, windows.at(-1)!.to]).toEqual([from, to])
        for (const [index, window] of windows.entries()) {
          expect(window.to <= addDays(window.from, 31)).toBe(true)
          if (index > 0) expect(window.from).toBe(windows[index - 1]!.to)
        }
      }),
    )
  })
})
