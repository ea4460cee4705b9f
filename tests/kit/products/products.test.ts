import { buildSubgraphSchema } from '@apollo/subgraph'
import { composeServices } from '@theguild/federation-composition'
import { parse, stripIgnoredCharacters } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authoredSubgraph } from '../../../src/graph/entities/subgraph.ts'
import { type FreshDatabase, freshDatabase } from '../database.ts'
import { openProducts, type Products } from './products.ts'
import { productsSdl } from './schema.ts'
import { productsMappings } from './mappings.ts'

let database: FreshDatabase
let products: Products
let sdl: string
let text: string

beforeAll(async () => {
  database = await freshDatabase('template1')
  products = await openProducts(database)
  sdl = ((await ask('{ _service { sdl } }')).data!['_service'] as { sdl: string }).sdl
  text = stripIgnoredCharacters(sdl)
})
afterAll(async () => {
  await products.close()
  await database.drop()
})

async function ask(query: string, variables: object = {}, headers: Readonly<Record<string, string>> = {}) {
  const answer = await fetch(products.url, {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  })
  return (await answer.json()) as { data?: Record<string, unknown>; errors?: unknown[] }
}

const entities = (representations: readonly object[], selection: string) =>
  ask(`query ($representations: [_Any!]!) { _entities(representations: $representations) { ${selection} } }`, {
    representations,
  })

const product = (selection: string, id = 'apollo-federation') =>
  ask(`query ($id: ID!) { product(id: $id) { ${selection} } }`, { id })

/** The other two subgraphs of the comparison, as composers see them. */
const users = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key"])
  type User @key(fields: "email") { email: ID! name: String totalProductsCreated: Int yearsOfEmployment: Int! }`
const inventory = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@requires", "@shareable"])
  type Query { inventory(id: ID!): Inventory }
  interface Inventory @key(fields: "id") { id: ID! }
  type Warehouse implements Inventory @key(fields: "id") { id: ID! }
  extend type Product @key(fields: "id") { id: ID! @external dimensions: ProductDimension @external
    delivery(zip: String): Delivery @requires(fields: "dimensions { size weight }") }
  type ProductDimension @shareable { size: String weight: Float }
  type Delivery { estimatedDelivery: String fastestDelivery: String }`

describe('_service', () => {
  it('gives the text itself, in a field that is never null', async () => {
    expect(sdl).toBe(productsSdl)
    const { data } = await ask('{ __type(name: "_Service") { fields { name type { kind ofType { name } name } } } }')
    const sdlField = { name: 'sdl', type: { kind: 'NON_NULL', ofType: { name: 'String' }, name: null } }
    expect(data).toEqual({ __type: { fields: [sdlField] } })
  })

  it('links to one federation specification, with what is imported of it', () => {
    const links = text.match(/@link\(.+?\)/g)!
    expect(links.filter((link) => link.includes('https://specs.apollo.dev/federation/v2.3'))).toHaveLength(1)
    expect(links.join()).toContain('import:["@custom"]')
  })

  it('is taken by a subgraph library, and composes with the other two subgraphs', () => {
    expect(() => buildSubgraphSchema(parse(sdl))).not.toThrow()
    const services = Object.entries({ products: sdl, users, inventory })
    const { errors, supergraphSdl } = composeServices(
      services.map(([name, given]) => ({ name, typeDefs: parse(given), url: 'http://127.0.0.1' })),
    )
    expect(errors?.map(({ message }) => message)).toBeUndefined()
    expect(supergraphSdl).toContain('@custom')
  })
})

describe('@key', () => {
  it('of one field finds a user', async () => {
    expect(text).toMatch(/type User@extends@key\(fields:"email"\)/)
    const { data } = await entities(
      [{ __typename: 'User', email: 'support@apollographql.com' }],
      '... on User { email name }',
    )
    expect(data).toEqual({ _entities: [{ email: 'support@apollographql.com', name: 'Jane Smith' }] })
  })

  it('of several fields finds a deprecated product', async () => {
    expect(text).toContain('type DeprecatedProduct@key(fields:"sku package")')
    const key = { sku: 'apollo-federation-v1', package: '@apollo/federation-v1' }
    const { data } = await entities(
      [{ __typename: 'DeprecatedProduct', ...key }],
      '... on DeprecatedProduct { sku package reason }',
    )
    expect(data).toEqual({ _entities: [{ ...key, reason: 'Migrate to Federation V2' }] })
  })

  it('within an object finds a research', async () => {
    expect(text).toContain(
      'type ProductResearch@key(fields:"study{caseNumber}")'.replace('{caseNumber}', ' { caseNumber }'),
    )
    const { data } = await entities(
      [{ __typename: 'ProductResearch', study: { caseNumber: '1234' } }],
      '... on ProductResearch { study { caseNumber description } outcome }',
    )
    expect(data).toEqual({
      _entities: [{ study: { caseNumber: '1234', description: 'Federation Study' }, outcome: null }],
    })
  })

  it('given several times finds a product by each', async () => {
    for (const fields of ['id', 'sku package', 'sku variation { id }']) {
      expect(text).toMatch(new RegExp(`type Product.*@key\\(fields:"${fields}"\\).*variation`))
    }
    const { data } = await entities(
      [
        { __typename: 'Product', id: 'apollo-federation' },
        { __typename: 'Product', sku: 'federation', package: '@apollo/federation' },
        { __typename: 'Product', sku: 'studio', variation: { id: 'platform' } },
        { __typename: 'Product', sku: 'studio', package: '' },
        { __typename: 'Product', sku: 'studio' },
      ],
      '... on Product { id sku }',
    )
    const [federation, studio] = ['federation', 'studio'].map((sku) => ({ id: `apollo-${sku}`, sku }))
    expect(data).toEqual({ _entities: [federation, federation, studio, studio, null] })
  })
})

describe('fields of other subgraphs', () => {
  it('@requires: are computed with what the representation tells of external fields', async () => {
    expect(text).toContain(
      'averageProductsCreatedPerYear:Int@requires(fields:"totalProductsCreated yearsOfEmployment")',
    )
    const of = async (told: object) => {
      const user = { __typename: 'User', email: 'support@apollographql.com', ...told }
      const { data, errors } = await entities([user], '... on User { averageProductsCreatedPerYear }')
      expect(errors).toBeUndefined()
      return (data!['_entities'] as { averageProductsCreatedPerYear: unknown }[])[0]!.averageProductsCreatedPerYear
    }
    expect(await of({ totalProductsCreated: 60, yearsOfEmployment: 20 })).toBe(3)
    expect(await of({ totalProductsCreated: null, yearsOfEmployment: 20 })).toBeNull()
    expect(await of({ totalProductsCreated: 'many', yearsOfEmployment: 20 })).toBeNull()
    expect(await of({})).toBe(134)
  })

  it('nothing but external fields is taken from a representation', async () => {
    const user = { __typename: 'User', email: 'support@apollographql.com', name: 'Told', totalProductsCreated: 7 }
    const { data } = await entities([user], '... on User { name totalProductsCreated yearsOfEmployment }')
    expect(data).toEqual({ _entities: [{ name: 'Jane Smith', totalProductsCreated: 7, yearsOfEmployment: 10 }] })
  })

  it('@provides: are answered at the path that provides them', async () => {
    expect(text).toContain('createdBy:User@provides(fields:"totalProductsCreated")')
    expect(await product('createdBy { email totalProductsCreated averageProductsCreatedPerYear }')).toEqual({
      data: {
        product: {
          createdBy: {
            email: 'support@apollographql.com',
            totalProductsCreated: 1337,
            averageProductsCreatedPerYear: 134,
          },
        },
      },
    })
  })

  it('@override: are answered here from now on', async () => {
    expect(text).toContain('name:String@override(from:"users")')
    expect(await product('createdBy { name }')).toEqual({ data: { product: { createdBy: { name: 'Jane Smith' } } } })
  })

  it('@external and @extends stand in the text', () => {
    expect(text).toContain('yearsOfEmployment:Int!@external')
    expect(text).toContain('@extends')
  })
})

describe('other directives', () => {
  it('@shareable: the shared type is answered', async () => {
    expect(text).toContain('type ProductDimension@shareable')
    expect(await product('dimensions { size weight }')).toEqual({
      data: { product: { dimensions: { size: 'small', weight: 1 } } },
    })
  })

  it('@inaccessible: hidden in the supergraph, not here', async () => {
    expect(text).toContain('unit:String@inaccessible')
    expect(await product('dimensions { unit }')).toEqual({ data: { product: { dimensions: { unit: 'kg' } } } })
  })

  it('@tag keeps its plain name', async () => {
    expect(text).toContain('notes:String@tag(name:"internal")')
    expect(await product('notes')).toEqual({ data: { product: { notes: null } } })
  })

  it('@composeDirective: a directive of its own is linked, defined and applied', () => {
    expect(text).toContain('@composeDirective(name:"@custom")')
    expect(text).toContain('directive@custom on OBJECT')
    expect(text).toMatch(/type Product@custom/)
  })

  it('@interfaceObject: an interface of another subgraph is found by its key and gets fields', async () => {
    expect(text).toContain('type Inventory@interfaceObject@key(fields:"id")')
    const { data } = await entities(
      [
        { __typename: 'Inventory', id: 'apollo-oss' },
        { __typename: 'Inventory', id: 'none' },
      ],
      '__typename ... on Inventory { deprecatedProducts { sku reason createdBy { email } } }',
    )
    const found = { sku: 'apollo-federation-v1', reason: 'Migrate to Federation V2' }
    expect(data).toEqual({
      _entities: [
        {
          __typename: 'Inventory',
          deprecatedProducts: [{ ...found, createdBy: { email: 'support@apollographql.com' } }],
        },
        null,
      ],
    })
  })

  it('@deprecated: a deprecated root is answered', async () => {
    const { data } = await ask(
      '{ deprecatedProduct(sku: "apollo-federation-v1", package: "@apollo/federation-v1") { reason } }',
    )
    expect(data).toEqual({ deprecatedProduct: { reason: 'Migrate to Federation V2' } })
  })

  it('answers the same with and without the header of federated traces', async () => {
    const traced = await ask('{ __typename }', {}, { 'apollo-federation-include-trace': 'ftv1' })
    expect(traced).toEqual({ data: { __typename: 'Query' } })
  })
})

describe("a subgraph's own text", () => {
  const mappings = (keys: readonly string[]) =>
    [
      { type: 'Query', fields: { t: { kind: 'one', type: 'T', on: () => 'true' } } },
      {
        type: 'T',
        table: 't',
        keys: keys.map((fields) => ({ fields, find: () => 'true' })),
        fields: { id: { kind: 'value', sql: () => '1' }, code: { kind: 'value', sql: () => '1' } },
      },
    ] as const
  const body = (key: string) => `type Query { t: T } type T @${key}(fields: "id code") { id: ID! code: String }`
  const link = (version: string, rest = '') =>
    `extend schema @link(url: "https://specs.apollo.dev/federation/${version}"${rest})`
  const names = (given: string, keys = ['id  code']) => {
    const { schema } = authoredSubgraph(given, mappings(keys))
    return Object.keys(schema.getQueryType()!.getFields())
  }

  it('may link any version of Federation 2, import under other names, or be of Federation 1', () => {
    const imported = ', import: ["@key", "@policy", "@context", "@fromContext", "@cost", "@listSize", "FieldSet"]'
    for (const version of ['v2.0', 'v2.5', 'v2.9']) {
      expect(names(`${link(version, imported)} ${body('key')}`)).toEqual(['t', '_entities', '_service'])
    }
    const renamed = ', import: [{ name: "@key", as: "@named" }]'
    expect(names(`${link('v2.3', renamed)} ${body('named')}`)).toContain('_entities')
    expect(names(`${link('v2.3')} ${body('federation__key')}`)).toContain('_entities')
    expect(names(`${link('v2.3', ', as: "fed"')} ${body('fed__key')}`)).toContain('_entities')
    expect(names(body('key'))).toContain('_entities')
  })

  it('has no _entities where nothing of it can be found by a key', () => {
    expect(names(`${link('v2.3')} ${body('key')}`, [])).toEqual(['t', '_service'])
    const stub = 'type Query { t: T } type T @key(fields: "id", resolvable: false) { id: ID! code: String }'
    expect(names(`${link('v2.3', ', import: ["@key"]')} ${stub}`, [])).toEqual(['t', '_service'])
  })

  it('stops the start with a key that no mapping explains', () => {
    expect(() => authoredSubgraph(body('key'), mappings(['id']))).toThrow('no mapping says how T is found by id code')
    expect(() => authoredSubgraph(body('key'), mappings(['id code', 'nothing']))).toThrow(
      'a key of T names no field of it',
    )
  })

  it('of the comparison has a finder for each of its keys', () => {
    expect(() => authoredSubgraph(productsSdl, productsMappings)).not.toThrow()
    const less = productsMappings.map((mapping) => (mapping.type === 'User' ? { ...mapping, keys: [] } : mapping))
    expect(() => authoredSubgraph(productsSdl, less)).toThrow('no mapping says how User is found by email')
  })
})
