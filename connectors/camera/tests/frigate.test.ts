// The cameras and events of a Frigate server.
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { closeAll, streams, morning, reading, served, pagesOf, recordsOf, failureOf } from './camera.ts'

afterEach(closeAll)

describe('a Frigate server', () => {
  interface Item {
    readonly id: string
    readonly start_time: number
    readonly end_time: number | null
  }
  /** A server of these events; `sessions` is how many requests a login is good for. */
  async function frigate(events: () => readonly Item[], sessions = Infinity) {
    const seen = { logins: 0, left: 0 }
    const { host } = await served((path, _, request) => {
      const url = new URL(path, 'http://frigate')
      if (url.pathname === '/api/login') {
        seen.logins += 1
        seen.left = sessions
        return { body: '{}', headers: { 'set-cookie': `frigate_token=s${seen.logins}; Path=/` } }
      }
      seen.left -= 1
      if (seen.left < 0 || request.headers.cookie !== `frigate_token=s${seen.logins}`)
        return { status: 401, body: '{}' }
      const bound = (name: string, otherwise: number): number => Number(url.searchParams.get(name) ?? otherwise)
      const listed = events()
        .filter(({ start_time }) => start_time < bound('before', Infinity) && start_time > bound('after', -Infinity))
        .toSorted((a, b) => b.start_time - a.start_time)
        .slice(0, bound('limit', 100))
      return { body: JSON.stringify(listed.map((event) => ({ camera: 'a', label: 'car', ...event }))) }
    })
    const settings = {
      frigate: { url: `${host}/api/`, username: 'u', password: 'khong-dung-that', cameras: { a: { code: 'A' } } },
    }
    return { context: reading({ hosts: [host], settings }), seen }
  }
  const start = morning.getTime() / 1000

  it('loses and repeats no event where many share one start at the edge of a page', async () => {
    const events = Array.from({ length: 450 }, (_, at) => ({
      id: `e${at}`,
      start_time: start - (at > 80 && at < 300 ? 81.123456 : at),
      end_time: start,
    }))
    const { context } = await frigate(() => events)
    const ids = recordsOf(await pagesOf(context, 'frigate-events')).map(({ id }) => id)
    expect(ids).toHaveLength(450)
    expect(new Set(ids).size).toBe(450)
  })

  it('reads an event again that had not ended, however long it has lasted', async () => {
    const older = Array.from({ length: 5 }, (_, at) => ({
      id: `o${at}`,
      start_time: start - 9000 - at,
      end_time: start - 8000,
    }))
    let end: number | null = null
    const { context } = await frigate(() => [
      { id: 'new', start_time: start, end_time: start + 1 },
      { id: 'long', start_time: start - 8000, end_time: end },
      ...older,
    ])
    const first = await pagesOf(context, 'frigate-events')
    expect(recordsOf(first)).toHaveLength(7)
    end = start + 60
    const second = await pagesOf(context, 'frigate-events', { since: first.at(-1)!.next })
    expect(recordsOf(second)).toMatchObject([{ id: 'new' }, { id: 'long', end_time: end }])
    const third = await pagesOf(context, 'frigate-events', { since: second.at(-1)!.next })
    expect(recordsOf(third)).toMatchObject([{ id: 'new' }])
  })

  it('misses no event that comes after one whose start lies in the future, however far', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 * 86_400 }),
        fc.integer({ min: 0, max: 3000 }),
        async (ahead, ago) => {
          const event = (id: string, at: number) => ({ id, start_time: at, end_time: at + 1 })
          const events = [event('a', start - 60), event('mistimed', start + ahead)]
          const { context } = await frigate(() => events)
          const first = await pagesOf(context, 'frigate-events')
          events.push(event('late', start - ago))
          const second = recordsOf(await pagesOf(context, 'frigate-events', { since: first.at(-1)!.next }))
          expect(second.map(({ id }) => id)).toContain('late')
        },
      ),
      { numRuns: 12 },
    )
  })

  it('reads the events of a window of days', async () => {
    const events = [start - 86_400, start, start + 86_400].map((at) => ({
      id: `${at}`,
      start_time: at,
      end_time: at + 1,
    }))
    const { context } = await frigate(() => events)
    const range = { from: '2026-07-03', to: '2026-07-04' }
    expect(recordsOf(await pagesOf(context, 'frigate-events', range))).toMatchObject([{ id: `${start}` }])
  })

  it('logs in once more when a session has run out, and not again and again', async () => {
    const events = Array.from({ length: 250 }, (_, at) => ({ id: `e${at}`, start_time: start - at, end_time: start }))
    const { context, seen } = await frigate(() => events, 2)
    expect(recordsOf(await pagesOf(context, 'frigate-events'))).toHaveLength(250)
    expect(seen.logins).toBe(2)
    const never = await frigate(() => events, 0)
    expect(await failureOf(pagesOf(never.context, 'frigate-events'))).toMatchObject({ code: 'CONFIG_INVALID' })
    expect(never.seen.logins).toBe(2)
  })

  it.for(['x', '[]', '{"before":"soon"}', '{"at":-1}', '7'])(
    'refuses the cursor %s, which is not its own',
    async (since) => {
      const { context } = await frigate(() => [])
      for (const stream of streams) {
        expect(await failureOf(pagesOf(context, stream, { since }))).toMatchObject({ code: 'CONFIG_INVALID' })
      }
    },
  )
})
