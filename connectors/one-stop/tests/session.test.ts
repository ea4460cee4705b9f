// The login of one-stop, and what its failures mean.
import { afterEach, describe, expect, it } from 'vitest'
import { ConnectorFailure, TransportFailure } from '#connector'
import type { Json } from '#connector'
import connector from '../index.ts'
import { closeAll, hour, town, pagesOf, keysOf, scripted, row, paged } from './one-stop.ts'
import type { Context } from './one-stop.ts'

afterEach(closeAll)

describe('the login', () => {
  it('is made again once when the source ends the token in the middle of a run', async () => {
    const { context, clock, asked } = await town(120)
    const keys: unknown[] = []
    for await (const page of connector.read(context, 'dossiers', { all: true })) {
      keys.push(...page.records.map(({ id }) => id))
      if (keys.length === 40) clock.source += 301_000
    }
    expect(new Set(keys).size).toBeGreaterThanOrEqual(120)
    expect(asked.filter((what) => what === 'login')).toHaveLength(2)
  })

  it('is made again before the token ends', async () => {
    const { context, asked, move } = await town(120)
    let pages = 0
    for await (const _page of connector.read(context, 'dossiers', { all: true })) {
      pages += 1
      move(100_000)
    }
    expect(pages).toBeGreaterThan(5)
    expect(asked.filter((what) => what === 'login').length).toBeGreaterThanOrEqual(pages / 3)
    // Not one was refused and asked again.
    expect(asked.filter((what) => what === 'data')).toHaveLength(pages)
  })

  it('ends the run with CONFIG_INVALID when a fresh token is refused too, without a third try', async () => {
    let refused = 0
    const context = scripted(() => ({ content: [], last: true }))
    const refusing: Context = {
      ...context,
      transport: {
        ...context.transport,
        exchange: (request, signal) => {
          if (request.url.endsWith('/token')) return context.transport.exchange(request, signal)
          refused += 1
          return Promise.reject(new TransportFailure('CONFIG_INVALID', 'HTTP 401', { status: 401 }))
        },
      },
    }
    await expect(pagesOf(refusing, { all: true })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    expect(refused).toBe(2)
  })

  it('with a wrong secret is CONFIG_INVALID at once, and the message holds no secret', async () => {
    const { context, asked } = await town(30)
    const wrong = { ...context, settings: { ...context.settings, clientSecret: 'canary-secret' } }
    const failure = await connector.check(wrong).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'CONFIG_INVALID', status: 401 })
    expect(String(failure)).toContain('clientSecret')
    expect(String(failure) + String((failure as Error).cause)).not.toContain('canary-secret')
    expect(asked).toEqual(['login'])
  })
})

describe('the token endpoint', () => {
  const logsIn = (status: number, body: Json): Context => {
    const context = scripted(() => ({ content: [], last: true }))
    const text = JSON.stringify(body)
    const exchange: Context['transport']['exchange'] = () =>
      Promise.resolve({
        status,
        headers: {},
        body: Buffer.from(text),
        text: () => text,
        json: () => JSON.parse(text) as unknown,
      })
    return { ...context, transport: { ...context.transport, exchange } }
  }
  it('that answers 400 with a code of OAuth is CONFIG_INVALID, and no other text of it is repeated', async () => {
    await expect(connector.check(logsIn(400, { error: 'invalid_client' }))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('(invalid_client)') as string,
    })
    const failure = await connector.check(logsIn(400, { error: 'Secret abc!' })).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'CONFIG_INVALID' })
    expect(String(failure)).not.toContain('abc')
  })
  it('that gives no bearer token is SOURCE_CHANGED', async () => {
    for (const body of [{}, null, [], { access_token: '' }, { access_token: 'x', token_type: 'mac' }]) {
      await expect(connector.check(logsIn(200, body))).rejects.toMatchObject({ code: 'SOURCE_CHANGED' })
    }
  })
})

describe('failures of a page', () => {
  it.each([
    ['unauthorised', 'CONFIG_INVALID'],
    ['forbidden', 'CONFIG_INVALID'],
    ['html', 'SOURCE_CHANGED'],
    ['unknown-structure', 'SOURCE_CHANGED'],
    ['throttled', 'SOURCE_UNAVAILABLE'],
    ['unavailable', 'SOURCE_UNAVAILABLE'],
  ] as const)('%s is %s, in check and in read', async (behaviour, code) => {
    const { running, context } = await town(30)
    await connector.check(context)
    running.behave(behaviour)
    await expect(connector.check(context)).rejects.toMatchObject({ code })
    await expect(pagesOf(context, { all: true })).rejects.toMatchObject({ code })
    running.behave('normal')
    await connector.check(context)
  })

  it('an error body, a list of other things and endless paging are SOURCE_CHANGED', async () => {
    const shapes: Json[] = [
      { error: 'x' },
      [],
      'text',
      { content: 'x', last: true },
      { content: ['x'], last: true },
      { content: [{ name: 'no id' }], last: true },
      { content: [], last: 'yes' },
      { content: [row('a', 0), row('b', 0)], last: false },
    ]
    for (const shape of shapes) {
      const failure = await pagesOf(
        scripted(() => shape),
        { all: true },
      ).catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(ConnectorFailure)
      expect(failure).toMatchObject({ code: 'SOURCE_CHANGED' })
    }
  })

  it('a short page is not the end; an empty one is, also where `last` is missing', async () => {
    const rows = ['a', 'b', 'c'].map((id, index) => row(id, index * hour))
    const context = scripted((query) => ({
      content: rows.slice(Number(query.get('page')), Number(query.get('page')) + 1),
    }))
    expect(keysOf(await pagesOf(context, { all: true }))).toEqual(['a', 'b', 'c'])
  })

  it('a cursor of another hand is CONFIG_INVALID', async () => {
    const { context } = await town(30)
    for (const since of [
      '',
      'x',
      '{}',
      '[]',
      'null',
      '{"mark":"x"}',
      '{"mark":null,"page":-1}',
      '{"mark":5}',
      '{"mark":null,"top":"x"}',
      '{"mark":null,"window":{"from":1}}',
    ]) {
      await expect(pagesOf(context, { since })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    }
  })

  it('an abort ends the run within a page', async () => {
    // The transport is one that does not look at the signal itself.
    const context = scripted(paged(Array.from({ length: 9 }, (_, index) => row(`r${index}`, index * hour))))
    const abort = new AbortController()
    let pages = 0
    const reading = async (): Promise<void> => {
      for await (const _page of connector.read({ ...context, signal: abort.signal }, 'dossiers', { all: true })) {
        pages += 1
        abort.abort()
      }
    }
    await expect(reading()).rejects.toThrow()
    expect(pages).toBe(1)
  })
})
