import { connect } from 'node:net'
import fc from 'fast-check'
import { parse } from 'graphql'
import type { OperationDefinitionNode } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { measure } from '../../../src/gateway/graphql/complexity.ts'
import { writtenOn } from '../../../src/graph/operation/build.ts'
import { networkOf } from '../../../src/gateway/graphql/endpoint.ts'
import { openMetrics } from '../../../src/gateway/http/metrics.ts'
import { nestsDeeper } from '../../../src/gateway/graphql/nesting.ts'
import { openAccount, openRateLimit } from '../../../src/gateway/http/rate-limit.ts'
import { ask, codes, openSmallGateway } from '../open.ts'
import type { OpenedGateway } from '../open.ts'
import { smallSchema } from '../small-schema.ts'

let opened: OpenedGateway
beforeAll(async () => {
  opened = await openSmallGateway()
  await ask(opened.gateway, '{ hello }')
})
afterAll(() => opened.close())

function doubling(times: number): string {
  const fragments = Array.from(
    { length: times },
    (_, index) => `fragment F${index} on Agency { children { nodes { ...F${index + 1} ...F${index + 1} } } }`,
  )
  return `{ agencies { nodes { ...F0 } } } ${fragments.join(' ')} fragment F${times} on Agency { id }`
}

function widening(times: number): string {
  const fragments = Array.from(
    { length: times },
    (_, index) => `fragment F${index} on Agency { ...F${index + 1} ...F${index + 1} }`,
  )
  return `{ agencies { nodes { ...F0 } } } ${fragments.join(' ')} fragment F${times} on Agency { id }`
}

const repeated = (count: number, part: (index: number) => string): string =>
  `{ ${Array.from({ length: count }, (_, index) => part(index)).join(' ')} }`

const tooMuch: readonly [string, string][] = [
  ['A41 101 aliases of a field', repeated(101, (index) => `a${index}: hello`)],
  ['A41 101 aliases of __typename', repeated(101, (index) => `a${index}: __typename`)],
  ['A41 500 times the same field', repeated(500, () => 'hello')],
  ['A41 50 directives', `{ hello ${'@include(if: true) '.repeat(50)} }`],
  ['A42 a depth of 40', `{ dossier(code: "1") { applicant ${'{ friend '.repeat(38)}{ name }${' }'.repeat(38)} } }`],
  ['A42 fragments that double sixteen times', widening(16)],
  ['A42 fragments that double through lists', doubling(5)],
  [
    'A42 fragments that spread each other',
    '{ agencies { nodes { ...A } } } fragment A on Agency { ...B } fragment B on Agency { ...A }',
  ],
  [
    'A43 pages within pages',
    '{ agencies(first: 1000) { nodes { children(first: 1000) { nodes { children(first: 1000) { nodes { id } } } } } } }',
  ],
  ['A45 20,000 nested brackets', `{ hello(name: ${'['.repeat(20_000)} }`],
  ['A45 3,000 overlapping fields', repeated(3_000, (index) => `hello(count: ${index})`)],
]

describe('an operation that asks too much', () => {
  it.each(tooMuch)('%s is refused before it is executed, without a number', async (_name, query) => {
    opened.fetched.length = 0
    const before = process.cpuUsage()
    const answer = await ask(opened.gateway, query)
    const { user, system } = process.cpuUsage(before)
    // Ten times what it may take: an explosion shows, a busy machine does not.
    expect((user + system) / 1000).toBeLessThan(500)
    expect([answer.status, codes(answer)]).toEqual([400, ['OPERATION_TOO_COMPLEX']])
    expect(answer.json.errors?.[0]?.message).toBe('Thao tác quá phức tạp. · The operation is too complex.')
    expect(opened.fetched).toEqual([])
  })

  it('is counted with the variables that it is sent with', async () => {
    const query =
      'query ($n: Int) { agencies(first: $n) { nodes { children(first: $n) { nodes { children(first: $n) { nodes { id } } } } } } }'
    expect((await ask(opened.gateway, query, { variables: { n: 5 } })).status).toBe(200)
    expect(codes(await ask(opened.gateway, query, { variables: { n: 100 } }))).toEqual(['OPERATION_TOO_COMPLEX'])
    expect((await ask(opened.gateway, query, { variables: { n: 5 } })).status).toBe(200)
  })

  it('A45 in its variables is refused before they are read', async () => {
    const body = `{"query":"{ hello }","variables":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`
    const answer = await fetch(`${opened.gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    expect(answer.status).toBe(400)
    expect(await answer.text()).not.toContain('stack')
  })
})

describe('the measure of an operation', () => {
  const schema = smallSchema()
  const of = (text: string, variables = {}) => {
    const document = parse(text)
    return measure(writtenOn(schema, document, document.definitions[0] as OperationDefinitionNode), variables)
  }

  it('multiplies pages within pages, and takes an absent size for the usual one', () => {
    expect(of('{ agencies(first: 10) { nodes { children(first: 3) { nodes { id } } } } }').objects).toBe(
      10 * (1 + 1 + 3 * 2),
    )
    expect(of('{ agencies { nodes { id } } }').objects).toBe(40)
    expect(of('{ agencies(first: null) { nodes { id } } }').objects).toBe(40)
    expect(of('{ search { ... on Agency { id } } }').objects).toBe(5)
  })

  it('takes the larger of first and last, whatever stands in the other', () => {
    const text =
      'query ($first: Int, $last: Int = 30) { agencies(first: $first, last: $last) { nodes { id } } other: agencies(first: null, last: 100) { nodes { id } } }'
    expect(of(text, { first: null, last: 50 }).objects).toBe(50 * 2 + 200)
    expect(of(text, { first: 7, last: null }).objects).toBe(7 * 2 + 200)
    expect(of(text, {}).objects).toBe(30 * 2 + 200)
    expect(of(text, { last: null }).objects).toBe(20 * 2 + 200)
  })

  it('does not take an unfit value, seen before, for the default of a variable that is left out', () => {
    const text = 'query ($first: Int = 100) { agencies(first: $first) { nodes { id } } }'
    expect(of(text, { first: 'one' }).objects).toBe(20 * 2)
    const document = parse(text)
    const written = writtenOn(schema, document, document.definitions[0] as OperationDefinitionNode)
    expect(measure(written, { first: 'one' }).objects).toBe(20 * 2)
    expect(measure(written, {}).objects).toBe(100 * 2)
  })

  it('is the same whether fragments are spread or written out', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 4 }), (spreads, fields) => {
        const inner = Array.from({ length: fields }, (_, index) => `f${index}: name`).join(' ')
        const spread = of(`{ agencies { nodes { ${'...F '.repeat(spreads)} } } } fragment F on Agency { ${inner} }`)
        expect(spread).toEqual(of(`{ agencies { nodes { ${`${inner} `.repeat(spreads)} } } }`))
      }),
    )
  })
})

it('brackets are counted outside texts and comments alone', () => {
  expect(nestsDeeper('{ a(b: "[[[[[[") # [[[[[[\n c }', 3, 'graphql')).toBe(false)
  expect(nestsDeeper('{ a(b: """ [[[[ \\""" [[[[ """) }', 3, 'graphql')).toBe(false)
  expect(nestsDeeper('{ a(b: """x""", c: [[[1]]]) }', 4, 'graphql')).toBe(true)
  expect(nestsDeeper('{"a":"#","b":[[[[1]]]]}', 4, 'json')).toBe(true)
  fc.assert(
    fc.property(fc.json({ maxDepth: 8 }), (text) => {
      expect(nestsDeeper(text, depthOf(JSON.parse(text)), 'json')).toBe(false)
      const depth = depthOf(JSON.parse(text))
      if (depth > 0) expect(nestsDeeper(text, depth - 1, 'json')).toBe(true)
    }),
  )
})

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

describe('a client that asks too often', () => {
  it('is answered 429 with the time to wait, and others are not', async () => {
    const small = await openSmallGateway(async () => ({ rate: { burst: 2, perSecond: 0.01 } }))
    try {
      const token = await small.issuer.mint()
      for (const expected of [200, 200, 429]) expect((await ask(small.gateway, '{ hello }')).status).toBe(expected)
      const refused = await ask(small.gateway, '{ hello }')
      expect(codes(refused)).toEqual(['RATE_LIMITED'])
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(1)
      expect((await ask(small.gateway, '{ hello }', { token })).status).toBe(200)
    } finally {
      await small.close()
    }
  })

  it('may go on once time has passed', () => {
    let now = 0
    const limit = openRateLimit({ burst: 1, perSecond: 2, now: () => now })
    expect([limit.take('a'), limit.take('a'), limit.take('b')]).toEqual([0, 1, 0])
    now = 500
    expect([limit.take('a'), limit.take('a')]).toEqual([0, 1])
  })
})

describe('a client that asks for too much in all', () => {
  it('is answered 429 although each operation is small enough, and others are not', async () => {
    const small = await openSmallGateway(async () => ({ objectsPerMinute: 300 }))
    try {
      const [token, other] = [await small.issuer.mint(), await small.issuer.mint({ claims: { sub: 'other' } })]
      const query = '{ agencies(first: 100) { nodes { id } } }'
      expect((await ask(small.gateway, query, { token })).status).toBe(200)
      const refused = await ask(small.gateway, query, { token })
      expect([refused.status, codes(refused)]).toEqual([429, ['RATE_LIMITED']])
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(1)
      expect(refused.text).not.toMatch(/\d{3}/)
      expect((await ask(small.gateway, query, { token: other })).status).toBe(200)
    } finally {
      await small.close()
    }
  })

  it('may ask for more than its account holds once, and then waits for it', () => {
    let now = 0
    const account = openAccount({ operations: null, objectsPerMinute: 60 }, () => now)
    account.spend('a', 120)
    expect(() => account.spend('a', 1)).toThrow()
    now = 61_000
    account.spend('a', 1)
    expect(() => account.spend('a', 60)).toThrow()
  })
})

describe('a request that is no operation', () => {
  const post = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${opened.gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    })

  it.each([
    [
      'A44 a hundred operations in one',
      JSON.stringify(Array.from({ length: 100 }, () => ({ query: '{ hello }' }))),
      {},
    ],
    ['A44 a multipart form', '--x', { 'content-type': 'multipart/form-data; boundary=x' }],
    ['A44 a thousand @defer', JSON.stringify({ query: repeated(1_000, () => '... @defer { hello }') }), {}],
    ['A44 @stream', JSON.stringify({ query: '{ agencies { nodes @stream { id } } }' }), {}],
    ['A45 a query of 200 kB', JSON.stringify({ query: `{ hello ${'#'.repeat(200_000)}` }), {}],
  ])('%s is refused with 400', async (_name, body, headers) => {
    opened.fetched.length = 0
    const before = process.cpuUsage()
    const answer = await post(body, headers)
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1000).toBeLessThan(500)
    expect(answer.status).toBe(400)
    expect(opened.fetched).toEqual([])
  })

  it('A45 a query of 5 MB is refused before it is read', async () => {
    const answer = await post(JSON.stringify({ query: `{ hello ${' '.repeat(5_000_000)} }` })).catch(() => null)
    if (answer !== null) expect(answer.status).toBe(413)
  })

  it('A14 64 kB of headers are 431, two Authorization headers and a token of 2 MB are no caller', async () => {
    const large = await rawly(opened.gateway.port, [`x-large: ${'x'.repeat(65_536)}`])
    expect(large).toMatch(/^HTTP\/1\.1 431 /)
    const token = await opened.issuer.mint()
    const twice = await rawly(opened.gateway.port, [`authorization: Bearer ${token}`, `authorization: Bearer ${token}`])
    expect(twice).toMatch(/^HTTP\/1\.1 401 /)
    const endless = await rawly(opened.gateway.port, [`authorization: Bearer ${'a'.repeat(2_000_000)}`])
    expect(endless).toMatch(/^(HTTP\/1\.1 431 [^]*|)$/)
    expect(opened.logged.join()).not.toContain(token)
  })

  it('A14 a token in the address is no caller', async () => {
    const token = await opened.issuer.mint({ scope: 'dossier:read' })
    const search = `?access_token=${token}&token=${token}&authorization=Bearer%20${token}`
    const answer = await fetch(`${opened.gateway.url}/graphql${search}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ self }' }),
    })
    expect(codes({ json: await answer.json() } as never)).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE'])
    expect(opened.logged.join()).not.toContain(token)
  })
})

/** The first bytes of the answer to a GET with these header lines. */
function rawly(port: number, lines: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    socket.on('data', (data) => (text += data.toString()))
    socket.on('error', () => resolve(text))
    socket.on('close', () => resolve(text))
    socket.write(
      `GET /graphql?query={self} HTTP/1.1\r\nhost: x\r\napollo-require-preflight: 1\r\nconnection: close\r\n${lines.join('\r\n')}\r\n\r\n`,
    )
  })
}

it('counts callers without a token by network: an IPv6 subscriber has one account, however many addresses', () => {
  expect(networkOf('203.0.113.7')).toBe('203.0.113.7')
  expect(networkOf('::ffff:203.0.113.7')).toBe('203.0.113.7')
  expect(networkOf('2001:db8:0:7::1')).toBe('2001:db8:0:7::/64')
  expect(networkOf('2001:DB8:0:7:a:b:c:d')).toBe('2001:db8:0:7::/64')
  expect(networkOf('2001:db8:0:8::1')).not.toBe(networkOf('2001:db8:0:7::1'))
  expect(networkOf('2001:db8::1')).toBe('2001:db8:0:0::/64')
  expect(networkOf('fe80::1%eth0')).toBe('fe80:0:0:0::/64')
  expect(networkOf('::1')).toBe('0:0:0:0::/64')
})

it('counts the codes that other agencies make up as one: no label of a metric is theirs', async () => {
  const metrics = openMetrics()
  metrics.error('NOT_FOUND')
  metrics.error('X079204001234')
  metrics.error('__proto__')
  const text = await metrics.registry.metrics()
  expect(text).toMatch(/hub_graphql_errors_total\{code="NOT_FOUND"\} 1/)
  expect(text).toMatch(/hub_graphql_errors_total\{code="OTHER"\} 2/)
  expect(text).not.toMatch(/X0792/)
})
