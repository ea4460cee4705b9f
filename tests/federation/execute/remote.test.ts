import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { anonymous } from '../../../src/access/caller.ts'
import { openRemote } from '../../../src/federation/index.ts'
import type { Remote, RemoteOptions, SubgraphRequest } from '../../../src/federation/index.ts'
import { graphqlHandler } from '../../kit/graphql-server.ts'
import { faultsOf, openSmall, schemaOf } from '../open.ts'
import { underLoad } from '../../kit/under-load.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

type Answer = (request: IncomingMessage, body: string, response: ServerResponse) => void

async function serve(answer: Answer | ((request: IncomingMessage, response: ServerResponse) => unknown), raw = false) {
  const server: Server = createServer((request, response) => {
    if (raw) {
      void (answer as (request: IncomingMessage, response: ServerResponse) => unknown)(request, response)
      return
    }
    let body = ''
    request
      .on('data', (part: Buffer) => (body += part.toString()))
      .on('end', () => (answer as Answer)(request, body, response))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`, server }
}

function remote(url: string, more: Partial<RemoteOptions> = {}): Remote {
  const one = openRemote({
    name: 'land',
    url,
    allowHosts: [new URL(url).host],
    transport: { wait: () => Promise.resolve() },
    ...more,
  })
  closing.push(() => one.close())
  return one
}

const request = (more: Partial<SubgraphRequest> = {}): SubgraphRequest => ({
  query: '{ a }',
  variables: {},
  operationName: null,
  kind: 'query',
  context: { caller: anonymous, signal: new AbortController().signal, requestId: 'r' },
  ...more,
})
const json = (response: ServerResponse, value: unknown, status = 200): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}
const codesOf = async (answer: ReturnType<Remote>): Promise<unknown[]> =>
  ((await answer).errors ?? []).map(({ extensions }) => extensions['code'])

describe('a remote subgraph', () => {
  it('sends what was asked, the configured headers, the hub’s token for the caller and the trace, and not the client’s own', async () => {
    let seen: { headers: IncomingMessage['headers']; body: unknown } | null = null
    const { url } = await serve((incoming, body, response) => {
      seen = { headers: incoming.headers, body: JSON.parse(body) }
      json(response, { data: { a: 1 } })
    })
    const ask = remote(url, {
      headers: { 'x-key': 'k' },
      callerToken: (caller) => Promise.resolve(`for ${caller.subject}`),
    })
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const context = { ...request().context, caller: { ...anonymous, subject: 'an' }, traceparent }
    expect(await ask(request({ variables: { x: [1] }, context }))).toEqual({ data: { a: 1 } })
    expect(seen!.headers).toMatchObject({ 'x-key': 'k', authorization: 'Bearer for an', traceparent })
    expect(seen!.body).toEqual({ query: '{ a }', variables: { x: [1] } })
    expect(ask.state()).toMatchObject({ answering: true, requests: 1, failures: 0, lastFailure: null })
  })

  it('ends a path before the first name that was not asked for', async () => {
    const { url } = await serve((_request, _body, response) =>
      json(response, { data: { a: null }, errors: [{ path: ['a', 0, '079204001234'] }, { path: ['an_other', 'a'] }] }),
    )
    const { errors } = await remote(url)(request())
    expect(errors?.map(({ path }) => path)).toEqual([['a', 0], []])
  })

  it('lets the path and the code of its errors pass, and no text', async () => {
    const { url } = await serve((_request, _body, response) =>
      json(response, {
        data: { a: null },
        errors: [{ message: 'SELECT secret', path: ['a', 0], extensions: { code: 'LOCKED', sql: 'secret' } }],
      }),
    )
    const answer = await remote(url)(request())
    expect(JSON.stringify(answer)).not.toContain('secret')
    expect(answer.errors?.map(({ path, extensions }) => ({ path, extensions }))).toEqual([
      { path: ['a', 0], extensions: { code: 'LOCKED' } },
    ])
  })

  it.each([
    [
      'a page of HTML',
      (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>login</html>'),
    ],
    ['an error page', (response: ServerResponse) => response.writeHead(503).end('busy')],
    ['JSON that is no answer', (response: ServerResponse) => json(response, { hello: 1 })],
    ['a list', (response: ServerResponse) => json(response, [])],
    ['data that is no object', (response: ServerResponse) => json(response, { data: 'x' })],
    [
      'half of an answer',
      (response: ServerResponse) =>
        response
          .writeHead(200, { 'content-length': '90', 'content-type': 'application/json' })
          .end('{"data":{"a"', () => response.destroy()),
    ],
    ['a redirect', (response: ServerResponse) => response.writeHead(302, { location: 'http://127.0.0.1:9/x' }).end()],
  ])('is not available when it answers with %s', async (_name, answer) => {
    const { url } = await serve((_request, _body, response) => void answer(response))
    const ask = remote(url)
    expect(await codesOf(ask(request()))).toEqual(['SUBGRAPH_UNAVAILABLE'])
    expect(ask.state()).toMatchObject({ answering: false, failures: 1 })
    expect(ask.state().lastFailure).not.toContain('login')
  })

  it('is given up at its deadline', async () => {
    const { url } = await serve(() => {})
    const began = performance.now()
    expect(await codesOf(remote(url, { timeoutMs: 150 })(request()))).toEqual(['SUBGRAPH_UNAVAILABLE'])
    expect(performance.now() - began).toBeLessThan(underLoad(3_000))
  })

  it('is left alone after failing again and again, and tried again after a rest', async () => {
    let hits = 0
    let well = false
    const { url } = await serve((_request, _body, response) => {
      hits += 1
      if (well) json(response, { data: { a: 1 } })
      else response.writeHead(500).end('no')
    })
    const ask = remote(url, { breaker: { failures: 3, restMs: 200 } })
    for (let index = 0; index < 6; index += 1) await ask(request({ kind: 'mutation' }))
    const before = hits
    expect(await codesOf(ask(request()))).toEqual(['SUBGRAPH_UNAVAILABLE'])
    expect(hits).toBe(before)
    well = true
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(await ask(request())).toEqual({ data: { a: 1 } })
  })

  it('answers equal queries of one moment once, each caller and each mutation by itself', async () => {
    let hits = 0
    const { url } = await serve((_request, _body, response) => {
      hits += 1
      setTimeout(() => json(response, { data: { a: { n: hits } } }), 60)
    })
    const ask = remote(url, { callerToken: ({ subject }) => Promise.resolve(subject) })
    const as = (subject: string | null) =>
      request({ context: { ...request().context, caller: { ...anonymous, subject } } })
    const [one, two] = await Promise.all([ask(as('a')), ask(as('a'))])
    expect(hits).toBe(1)
    expect(one).toEqual(two)
    expect(one?.data?.['a']).not.toBe(two?.data?.['a'])
    await Promise.all([ask(as('a')), ask(as('b')), ask(as(null))])
    expect(hits).toBe(4)
    await Promise.all([ask(request({ kind: 'mutation' })), ask(request({ kind: 'mutation' }))])
    expect(hits).toBe(6)
  })

  it('is no longer asked when all who wait have left, and goes on while one remains', async () => {
    let aborted = 0
    let hits = 0
    const { url } = await serve((incoming, _body, response) => {
      hits += 1
      response.on('close', () => (response.writableFinished ? 0 : (aborted += 1)))
      if (incoming.headers['x-slow'] === undefined)
        setTimeout(() => response.destroyed || json(response, { data: { a: 1 } }), 200)
    })
    const ask = remote(url)
    const [first, second] = [new AbortController(), new AbortController()]
    const by = (signal: AbortSignal) => ask(request({ context: { ...request().context, signal } }))
    const waiting = [by(first.signal), by(second.signal)]
    setTimeout(() => first.abort(new Error('left')), 50)
    await expect(waiting[0]).rejects.toThrow('left')
    expect(await waiting[1]).toEqual({ data: { a: 1 } })
    const alone = new AbortController()
    const left = by(alone.signal)
    setTimeout(() => alone.abort(new Error('left')), 50)
    await expect(left).rejects.toThrow('left')
    await expect.poll(() => aborted).toBe(1)
    expect(hits).toBe(2)
  })

  it('is refused at an address of this machine that is not allowed', async () => {
    const { url } = await serve((_request, _body, response) => json(response, { data: { a: 1 } }))
    const ask = remote(url, { allowHosts: [] })
    expect(await codesOf(ask(request()))).toEqual(['SUBGRAPH_UNAVAILABLE'])
    expect(ask.state().lastFailure).toContain('expected a public address')
  })
})

describe('an operation over real servers', () => {
  const things = Array.from({ length: 700 }, (_, index) => ({ id: String(index % 650) }))
  const a = {
    sdl: 'type Query { things: [Thing!]! } type Thing @key(fields: "id") { id: ID! }',
    resolvers: { Query: { things: () => things } },
  }
  const b = {
    sdl: 'type Thing @key(fields: "id") { id: ID! size: Int need: Int! }',
    resolvers: { Thing: { __resolveReference: ({ id }: { id: string }) => ({ id, size: Number(id), need: 1 }) } },
  }

  it('asks for many objects in parts, each once, with few requests at a time', async () => {
    let [going, most, asked] = [0, 0, 0]
    const answer = await graphqlHandler(schemaOf(b))
    const { url } = await serve((incoming: IncomingMessage, response: ServerResponse) => {
      going += 1
      asked += 1
      most = Math.max(most, going)
      response.on('close', () => (going -= 1))
      setTimeout(() => void answer(incoming, response), 20)
    }, true)
    const { ask, asked: requests } = openSmall({ a, b }, { instead: { b: remote(url, { inFlight: 3 }) }, chunk: 50 })
    const result = await ask('{ things { id size } }')
    expect(result.errors).toBeUndefined()
    expect(
      (result.data!['things'] as { id: string; size: number }[]).every(({ id, size }) => Number(id) === size),
    ).toBe(true)
    expect(asked).toBe(13)
    expect(most).toBeLessThanOrEqual(3)
    const sent = requests
      .filter(({ subgraph }) => subgraph === 'b')
      .map(({ request: one }) => (one.variables['representations'] as unknown[]).length)
    expect(sent.reduce((sum, one) => sum + one, 0)).toBe(650)
  })

  it('is answered in part while one of them is down, with the path of each field that is missing', async () => {
    const { url, server } = await serve(() => {})
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    const few = { ...a, resolvers: { Query: { things: () => things.slice(0, 2) } } }
    const { ask } = openSmall({ a: few, b }, { instead: { b: remote(url) } })
    const result = await ask('{ things { id s: size } }')
    expect(result.data).toEqual({
      things: [
        { id: '0', s: null },
        { id: '1', s: null },
      ],
    })
    expect(faultsOf(result)).toEqual(['SUBGRAPH_UNAVAILABLE things.0.s', 'SUBGRAPH_UNAVAILABLE things.1.s'])
    expect((await ask('{ things { need } }')).data).toBeNull()
  })
})
