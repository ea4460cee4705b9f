import fc from 'fast-check'
import { parse } from 'graphql'
import type { OperationDefinitionNode } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { measure } from '../../src/gateway/complexity.ts'
import { nestsDeeper } from '../../src/gateway/nesting.ts'
import { openRateLimit } from '../../src/gateway/rate-limit.ts'
import { ask, codes, openSmallGateway } from './open.ts'
import type { OpenedGateway } from './open.ts'
import { smallSchema } from './small-schema.ts'

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
    const before = performance.now()
    const answer = await ask(opened.gateway, query)
    expect(performance.now() - before).toBeLessThan(400)
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
    return measure(schema, document, document.definitions[0] as OperationDefinitionNode, variables)
  }

  it('multiplies pages within pages, and takes an absent size for the usual one', () => {
    expect(of('{ agencies(first: 10) { nodes { children(first: 3) { nodes { id } } } } }').objects).toBe(
      10 * (1 + 1 + 3 * 2),
    )
    expect(of('{ agencies { nodes { id } } }').objects).toBe(40)
    expect(of('{ search { ... on Agency { id } } }').objects).toBe(5)
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
