// Reading a one-stop-shop whole, reading its changes, and a registry that was set back.
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import connector from '../index.ts'
import {
  closeAll,
  founded,
  minute,
  hour,
  day,
  town,
  pagesOf,
  recordsOf,
  keysOf,
  normalised,
  taken,
  truthByKey,
  scripted,
  row,
  paged,
  checkpointAt,
} from './one-stop.ts'
import type { Context } from './one-stop.ts'

afterEach(closeAll)

describe('reading a whole one-stop-shop', () => {
  it('gives every dossier of the town as its truth says, and rejects the dirt alone', async () => {
    for (const later of [0, 3 * day]) {
      const { running, context } = await town(300, founded + later)
      const pages = await pagesOf(context, { all: true })
      const records = taken(new Map(), pages)
      expect(records).toEqual(truthByKey(running.truth('dossiers')))
      expect(records.size).toBeGreaterThan(250)
      const rejected = recordsOf(pages)
        .map((record) => normalised(record))
        .filter((outcome) => 'reject' in outcome)
      expect(rejected).toHaveLength(running.dirt('dossiers'))
      expect(rejected.length).toBeGreaterThan(0)
      for (const outcome of rejected) {
        expect(outcome).toEqual({ reject: 'UNKNOWN_VALUE', at: 'dossierStatus.name', found: 'Chờ liên thông thuế' })
      }
      expect(new Set(keysOf(pages)).size).toBe(recordsOf(pages).length)
    }
  })

  it('goes on from the position after any page with exactly the pages after it', async () => {
    const { context } = await town(90)
    const pages = await pagesOf(context, { all: true })
    expect(pages.length).toBeGreaterThan(4)
    for (const [index, page] of pages.slice(0, -1).entries()) {
      expect(await pagesOf(context, { since: page.next })).toEqual(pages.slice(index + 1))
    }
  })

  it('meets what moved to the top meanwhile by a second look there', async () => {
    const rows = [row('a', minute), row('b', 2 * minute), row('c', hour), row('d', 2 * hour), row('e', 3 * hour)]
    const reading = connector.read(
      scripted((query) => paged(rows)(query)),
      'dossiers',
      { all: true },
    )
    const keys: unknown[] = []
    for await (const page of reading) {
      keys.push(...page.records.map(({ id }) => id))
      // `e` changes once the first page is read: it leaves the end of the list before the run comes there.
      if (rows.at(-1)?.['id'] === 'e') rows.unshift({ ...rows.pop()!, ...row('e', 0) })
    }
    expect(new Set(keys)).toEqual(new Set(['a', 'b', 'c', 'd', 'e']))
  })

  it('keeps of the untyped form only what it uses', async () => {
    const { context } = await town(60)
    const text = JSON.stringify(recordsOf(await pagesOf(context, { all: true })))
    for (const member of ['userId', 'eformId', 'gender', 'dossierTaskStatus', 'processingTime', 'procedureLevel']) {
      expect(text).not.toContain(`"${member}"`)
    }
    const answer = {
      content: [{ id: 'x', applicant: { data: { fullname: { secret: 1 }, identityDate: 'x', note: 'y' } } }],
      last: true,
    }
    expect(
      recordsOf(
        await pagesOf(
          scripted(() => answer),
          { all: true },
        ),
      ),
    ).toEqual([{ id: 'x', applicant: { data: { fullname: {} } } }])
  })
})

describe('reading what has changed', () => {
  it('keeps a hub equal to the source over any sequence of runs', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1000, max: 5 * hour }), { minLength: 1, maxLength: 6 }),
        async (steps) => {
          const { running, context, move } = await town(200)
          let pages = await pagesOf(context, { all: true })
          const records = taken(new Map(), pages)
          for (const step of steps) {
            move(step)
            pages = await pagesOf(context, { since: pages.at(-1)!.next })
            taken(records, pages)
          }
          expect(records).toEqual(truthByKey(running.truth('dossiers')))
        },
      ),
      { numRuns: 8 },
    )
  })

  it('reads no further than the mark and its overlap', async () => {
    const { context, asked } = await town(400)
    const pages = await pagesOf(context, { all: true })
    asked.length = 0
    const news = await pagesOf(context, { since: pages.at(-1)!.next })
    expect(news).toHaveLength(1)
    expect(asked).toEqual(['login', 'data'])
  })

  it('finds a change that appears late behind the newest one', async () => {
    const rows = [
      row('a', 0),
      row('b', 9 * minute),
      row('c', hour),
      row('d', 2 * hour),
      row('e', 3 * hour),
      row('f', 4 * hour),
    ]
    const context = scripted((query) => paged(rows)(query))
    const checkpoint = (await pagesOf(context, { all: true })).at(-1)!.next
    rows.splice(1, 0, row('x', minute), row('y', 2 * minute), row('late', 8 * minute))
    expect(keysOf(await pagesOf(context, { since: checkpoint }))).toContain('late')
  })

  it('meets a dossier without a time of change only in a whole read, and does not end there', async () => {
    const rows = [row('a', 0), row('n', null), row('b', minute), row('c', hour), row('d', 2 * hour), row('m', null)]
    const context = scripted(paged(rows))
    expect(keysOf(await pagesOf(context, { all: true }))).toEqual(['a', 'n', 'b', 'c', 'd', 'm'])
    expect(keysOf(await pagesOf(context, { since: checkpointAt(0) }))).toEqual(['a', 'n', 'b', 'c'])
  })

  it('never carries its mark ahead of the clock', async () => {
    const rows = [row('future', -day), row('a', minute)]
    const [page] = (await pagesOf(scripted(paged(rows)), { since: checkpointAt(hour) })).slice(-1)
    expect(Date.parse((JSON.parse(page!.next) as { mark: string }).mark)).toBe(founded - minute)
    const [all] = (await pagesOf(scripted(paged([rows[0]!])), { since: checkpointAt(hour) })).slice(-1)
    expect(Date.parse((JSON.parse(all!.next) as { mark: string }).mark)).toBeLessThanOrEqual(founded + minute)
  })

  it('keeps its mark when the source has nothing dated', async () => {
    for (const rows of [[], [row('a', null)]]) {
      const pages = await pagesOf(scripted(paged(rows)), { since: checkpointAt(hour) })
      expect(JSON.parse(pages.at(-1)!.next)).toEqual({ mark: '2026-06-30T23:00:00.000+07:00' })
    }
  })

  it('reads to the end where the source breaks the order that it claims', async () => {
    const rows = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    const shuffled = [row('a', 2 * hour), row('b', 0), ...rows.slice(2).map((id, index) => row(id, (index + 3) * hour))]
    const read = await pagesOf(scripted(paged(shuffled)), { since: checkpointAt(0) })
    expect(keysOf(read)).toEqual(rows)
    // A disorder within the overlap is none.
    const nearly = [row('a', minute), row('b', 0), ...shuffled.slice(2)]
    expect(keysOf(await pagesOf(scripted(paged(nearly)), { since: checkpointAt(0) }))).toEqual(['a', 'b', 'c', 'd'])
  })

  it('does not take rows that were pushed down for a broken order', async () => {
    const rows = [row('a', 0), ...Array.from({ length: 9 }, (_, index) => row(`r${index}`, (index + 1) * hour))]
    let inserted = 0
    const pages = await pagesOf(
      scripted((query) => {
        const answer = paged(rows)(query)
        while (inserted < 2) rows.unshift(row(`new${inserted++}`, -1))
        return answer
      }),
      { since: checkpointAt(3 * hour) },
    )
    expect(keysOf(pages)).toEqual(['a', 'r0', 'a', 'r0', 'r1', 'r2', 'r3', 'r4'])
  })

  it('reads a window of acceptance dates and leaves no mark behind it', async () => {
    const { running, context } = await town(300)
    const pages = await pagesOf(context, { from: '2025-03-01', to: '2025-06-01' })
    const wanted = [...truthByKey(running.truth('dossiers'))].flatMap(([key, record]) => {
      const { receivedAt, status } = record as { receivedAt: string; status: string }
      const accepted =
        !['REGISTERED', 'REFUSED'].includes(status) && receivedAt >= '2025-03-01' && receivedAt < '2025-06-01'
      return accepted ? [key] : []
    })
    const records = taken(new Map(), pages)
    expect(wanted.length).toBeGreaterThan(5)
    for (const key of wanted) expect(records.has(key)).toBe(true)
    expect(records.size).toBeLessThan(60)
    expect(JSON.parse(pages.at(-1)!.next)).toEqual({ mark: null })
    for (const [index, page] of pages.slice(0, -1).entries()) {
      expect(await pagesOf(context, { since: page.next })).toEqual(pages.slice(index + 1))
    }
  })
})

describe('a registry that was set back', () => {
  const rows = (ages: readonly number[]) => ages.map((age, index) => row(`d${index}-${age}`, age))
  const registry = (ages: readonly number[]): Context => {
    const context = scripted(paged(rows(ages)))
    return { ...context, settings: { ...context.settings, pageSize: 10 } }
  }
  const after = async (ages: readonly number[]): Promise<string> =>
    (await pagesOf(registry(ages), { all: true })).at(-1)!.next

  it('stops the read before anything of it is given, also when it has nothing any more', async () => {
    const since = await after([hour, 2 * hour, 3 * hour, 30 * day])
    for (const left of [[30 * day, 31 * day], []]) {
      const read = pagesOf(registry(left), { since })
      await expect(read).rejects.toMatchObject({ code: 'SOURCE_CHANGED', reason: 'SOURCE_RESET' })
    }
  })

  it('is not seen where one or two of the newest were deleted, nor in a whole read', async () => {
    const since = await after([hour, 2 * hour, 3 * hour, 30 * day])
    expect(recordsOf(await pagesOf(registry([3 * hour, 30 * day]), { since }))).not.toEqual([])
    expect(recordsOf(await pagesOf(registry([30 * day]), { all: true }))).toHaveLength(1)
  })

  it('is not seen in the town as it lives on, whatever is mistyped in it', async () => {
    const { context, move } = await town(120)
    let { next } = (await pagesOf(context, { all: true })).at(-1)!
    for (let n = 0; n < 12; n += 1) {
      move(7 * hour)
      next = (await pagesOf(context, { since: next })).at(-1)!.next
    }
    expect(JSON.parse(next)).toMatchObject({ floor: expect.any(String) as string })
  })
})
