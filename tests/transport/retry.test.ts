// Tests of retries, circuit breakers and pace.
import { describe, expect, it } from 'vitest'
import { pacing } from '../../src/transport/pace.ts'
import { retryAfterSeconds, waitFor } from '../../src/transport/retry.ts'
import { failure, serving, transport } from './servers.ts'
import { underLoad } from '../kit/under-load.ts'

/** Answers these statuses in turn, then 200; counts how often it was asked. */
async function failing(
  ...answers: (number | readonly [number, string])[]
): Promise<{ url: string; asked: () => number }> {
  let asked = 0
  const { url } = await serving((_request, response) => {
    const answer = answers[asked++] ?? 200
    const [status, retryAfter] = typeof answer === 'number' ? [answer, undefined] : answer
    response.writeHead(status, {
      'content-type': 'application/json',
      ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
    })
    response.end('{}')
  })
  return { url, asked: () => asked }
}
function recorder(): { waits: number[]; wait: (milliseconds: number) => Promise<void> } {
  const waits: number[] = []
  return { waits, wait: (milliseconds) => Promise.resolve(void waits.push(milliseconds)) }
}

describe('trying again', () => {
  it('waits a random part of a doubling time', async () => {
    const { url, asked } = await failing(503, 500, 502)
    const { waits, wait } = recorder()
    await transport({ limits: { tries: 4 }, random: () => 0.5, wait }).exchange({ url })
    expect(waits).toEqual([250, 500, 1000])
    expect(asked()).toBe(4)
  })

  it('ends with the last failure after so many tries', async () => {
    const { url, asked } = await failing(503, 503, 503, 503)
    expect(await failure(transport({ limits: { tries: 3 } }), { url })).toMatchObject({ status: 503 })
    expect(asked()).toBe(3)
  })

  it.each([401, 403, 404, 400, 302])('does not follow on %i', async (status) => {
    const { url, asked } = await failing(status)
    await failure(transport({ limits: { tries: 3 } }), { url })
    expect(asked()).toBe(1)
  })

  it('happens to a POST only when it says that it is repeatable', async () => {
    const once = await failing(503)
    await failure(transport({ limits: { tries: 3 } }), { url: once.url, method: 'POST', body: 'a' })
    expect(once.asked()).toBe(1)
    const twice = await failing(503)
    await transport({ limits: { tries: 3 } }).exchange({ url: twice.url, method: 'POST', body: 'a', repeatable: true })
    expect(twice.asked()).toBe(2)
    const never = await failing(503)
    await failure(transport({ limits: { tries: 3 } }), { url: never.url, repeatable: false })
    expect(never.asked()).toBe(1)
  })

  it('obeys Retry-After in seconds and as a date', async () => {
    const { url } = await failing([429, '7'], [503, 'Sun, 01 Mar 2026 00:00:05 GMT'])
    const { waits, wait } = recorder()
    await transport({ limits: { tries: 3 }, wait, now: () => new Date('2026-03-01T00:00:00Z') }).exchange({ url })
    expect(waits).toEqual([7000, 5000])
  })

  it('gives up at once, telling the time, when it is asked to wait longer than the cap', async () => {
    const { url, asked } = await failing([429, '9000000000'])
    const { waits, wait } = recorder()
    const error = await failure(transport({ limits: { tries: 3 }, wait }), { url })
    expect(error).toMatchObject({ code: 'SOURCE_UNAVAILABLE', status: 429, retryAfterSeconds: 9_000_000_000 })
    expect([waits, asked()]).toEqual([[], 1])
  })
})

describe('Retry-After', () => {
  const now = new Date('2026-03-01T00:00:00Z')
  it.each([
    ['7', 7],
    [' 0 ', 0],
    ['99999999999999999999', Number.MAX_SAFE_INTEGER],
    ['-5', undefined],
    ['9e9', undefined],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
    ['Sun, 01 Mar 2026 00:01:00 GMT', 60],
    ['Sunday, 01-Mar-26 00:01:00 GMT', 60],
    ['Sun, 01 Mar 2026 00:00:00 GMT', 0],
    ['Sat, 28 Feb 2026 00:00:00 GMT', undefined],
  ])('%o is %o seconds', (header, seconds) => {
    expect(retryAfterSeconds(header, now)).toBe(seconds)
  })
})

describe('the breaker', () => {
  it('opens after several failures of a host in a row, and lets one exchange probe it later', async () => {
    const { url, asked } = await failing(503, 503, 503)
    const opened = transport({ breaker: { failures: 3, restMs: 1000 } })
    for (let at = 0; at < 3; at++) await failure(opened, { url })
    const resting = await failure(opened, { url })
    expect(resting).toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
    expect(resting.message).toContain('circuit breaker open for 127.0.0.1:')
    expect(resting.message).toContain(' after 3 failures, retrying in 1 s')
    expect(asked()).toBe(3)
    await new Promise((resolve) => setTimeout(resolve, 1050))
    expect((await opened.exchange({ url })).status).toBe(200)
    expect((await opened.exchange({ url })).status).toBe(200)
  })

  it('does not count throttling and refusals', async () => {
    const { url } = await failing(429, 429, 401, 404, 429)
    const opened = transport({ breaker: { failures: 2, restMs: 10_000 } })
    for (let at = 0; at < 5; at++) await failure(opened, { url })
    expect((await opened.exchange({ url })).status).toBe(200)
  })

  it('does not count aborts', async () => {
    let slow = true
    const { url } = await serving((_request, response) => {
      if (!slow) response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
    const opened = transport({ breaker: { failures: 2, restMs: 10_000 } })
    for (let at = 0; at < 3; at++) {
      const controller = new AbortController()
      setTimeout(() => controller.abort(new Error('stopped')), 30)
      await failure(opened, { url }, controller.signal)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    slow = false
    expect((await opened.exchange({ url })).status).toBe(200)
  })

  it('rests one host and not another', async () => {
    const [bad, good] = [await failing(500, 500), await failing()]
    const opened = transport({ breaker: { failures: 2, restMs: 10_000 } })
    for (let at = 0; at < 3; at++) await failure(opened, { url: bad.url })
    expect(bad.asked()).toBe(2)
    expect((await opened.exchange({ url: good.url })).status).toBe(200)
  })

  it('lets others wait while one tries, and an abort ends that wait', async () => {
    let slow = false
    const { url } = await serving((_request, response) => {
      if (slow) return
      response.writeHead(500).end()
    })
    const opened = transport({ breaker: { failures: 1, restMs: 20 }, limits: { idleMs: 2000 } })
    await failure(opened, { url })
    await new Promise((resolve) => setTimeout(resolve, 30))
    slow = true
    const trying = failure(opened, { url })
    const reason = new Error('stopped')
    const controller = new AbortController()
    setTimeout(() => controller.abort(reason), 50)
    const started = performance.now()
    expect(await failure(opened, { url }, controller.signal)).toBe(reason)
    expect(performance.now() - started).toBeLessThan(underLoad(1500))
    expect(await trying).toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
  })
})

describe('pace', () => {
  it('allows so many exchanges at a time', async () => {
    let [running, most] = [0, 0]
    const { url } = await serving((_request, response) => {
      most = Math.max(most, ++running)
      setTimeout(() => {
        running--
        response.setHeader('content-type', 'application/json')
        response.end('{}')
      }, 20)
    })
    const opened = transport({ limits: { concurrency: 2 } })
    await Promise.all(Array.from({ length: 6 }, () => opened.exchange({ url })))
    expect(most).toBe(2)
  })

  it('spreads starts over the second', async () => {
    let clock = 0
    const starts: number[] = []
    const pace = pacing(
      { perSecond: 4, concurrency: 1 },
      () => clock,
      (milliseconds) => Promise.resolve(void (clock += milliseconds)),
    )
    await Promise.all(Array.from({ length: 5 }, () => pace.run(() => Promise.resolve(void starts.push(clock)))))
    expect(starts).toEqual([0, 250, 500, 750, 1000])
  })

  it('gives back the turn of one that was aborted while waiting', async () => {
    const pace = pacing({ concurrency: 1 }, () => 0, waitFor)
    let finish = (): void => {}
    const first = pace.run(() => new Promise<void>((resolve) => (finish = resolve)))
    const controller = new AbortController()
    const second = pace.run(() => Promise.resolve('second'), controller.signal)
    const third = pace.run(() => Promise.resolve('third'))
    controller.abort(new Error('stopped'))
    await expect(second).rejects.toThrow('stopped')
    finish()
    await first
    expect(await third).toBe('third')
  })
})
