// The sandbox's caller.
import { describe, expect, it } from 'vitest'
import { keepToken } from '../../src/web/reader/development-token.ts'
import type { Token } from '../../src/web/reader/development-token.ts'
import { distance, duration, localTime } from '../../src/web/reader/local-time.ts'
import { readEvents } from '../../src/web/sandbox/event-stream.ts'

const REQUEST = { scope: 'dossier:read', agency: 'H53', purposes: [] }
const MINUTE = 60_000

function counting(): { mint: () => Promise<Token>; count: () => number } {
  let count = 0
  return {
    mint: () => Promise.resolve({ token: `t${(count += 1)}`, expiresAt: '2026-11-22T00:15:00Z' }),
    count: () => count,
  }
}

describe('a kept token', () => {
  it('is minted once for calls at the same time, and again before it expires', async () => {
    const { mint, count } = counting()
    let now = 0
    const keeper = keepToken(REQUEST, mint, () => now)
    await Promise.all([keeper.current(), keeper.current()])
    now = 13.9 * MINUTE
    expect((await keeper.current()).token).toBe('t1')
    now = 14 * MINUTE
    expect((await keeper.current()).token).toBe('t2')
    expect(count()).toBe(2)
  })

  it('is minted again after the server refused it', async () => {
    const { mint } = counting()
    const keeper = keepToken(REQUEST, mint, () => 0)
    await keeper.current()
    keeper.drop()
    expect((await keeper.current()).token).toBe('t2')
  })

  it('a failed minting is not kept', async () => {
    let works = false
    const keeper = keepToken(
      REQUEST,
      () => (works ? Promise.resolve({ token: 't', expiresAt: '' }) : Promise.reject(new Error('down'))),
      () => 0,
    )
    await expect(keeper.current()).rejects.toThrow('down')
    works = true
    expect((await keeper.current()).token).toBe('t')
  })
})

describe('a time', () => {
  it('is the province’s whatever the machine’s zone, day first', () => {
    expect(localTime('2026-11-21T17:05:09Z')).toBe('22/11/2026 00:05:09')
    expect(localTime('2026-03-05T23:00:00+07:00')).toBe('05/03/2026 23:00:00')
  })

  it('says how far it is, and how long something took, in both languages', () => {
    const now = Date.parse('2026-11-22T00:00:00Z')
    expect(distance('2026-11-21T23:57:00Z', now, 'vi')).toBe('3 phút trước')
    expect(distance('2026-11-22T02:00:00Z', now, 'en')).toBe('in 2 hours')
    expect(duration(3_725, 'en')).toBe('1 hr 2 min')
    expect(duration(0, 'vi')).toBe('0 giây')
  })
})

describe('a stream of results', () => {
  it('is read across chunks that cut anywhere, up to its end', async () => {
    const text =
      'event: next\ndata: {"data":{"a":"Đất"}}\n\n: ping\n\nevent: next\r\ndata: {"data":{"a":2}}\r\n\r\nevent: complete\n\nevent: next\ndata: {}\n\n'
    const bytes = new TextEncoder().encode(text)
    for (const size of [1, 7, bytes.length]) {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size))
          controller.close()
        },
      })
      const results: unknown[] = []
      for await (const result of readEvents(body)) results.push(result)
      expect(results).toEqual([{ data: { a: 'Đất' } }, { data: { a: 2 } }])
    }
  })
})
