import { printSchema } from 'graphql'
import { expect, it } from 'vitest'
import { openSmall } from '../open.ts'

const head = (version: string): string => `
  schema
    @link(url: "https://specs.apollo.dev/link/v1.0")
    @link(url: "https://specs.apollo.dev/join/${version}", for: EXECUTION)
    @link(url: "https://specs.apollo.dev/tag/v0.3", as: "mark")
    @link(url: "https://specs.apollo.dev/inaccessible/v0.2", import: [{ name: "@inaccessible", as: "@hidden" }], for: SECURITY)
    @link(url: "https://specs.apollo.dev/cost/v0.1", import: ["@cost", { name: "@listSize", as: "@size" }])
    @link(url: "https://specs.apollo.dev/context/v0.1", import: ["@context"])
  { query: Query }
  directive @context(name: String!) repeatable on INTERFACE | OBJECT | UNION
  directive @cost(weight: Int!) on FIELD_DEFINITION | OBJECT
  directive @size(assumedSize: Int) on FIELD_DEFINITION
  directive @hidden on FIELD_DEFINITION | OBJECT | ARGUMENT_DEFINITION
  directive @mark(name: String!) repeatable on FIELD_DEFINITION | OBJECT
  directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
  directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
  directive @join__graph(name: String!, url: String!) on ENUM_VALUE
  directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
  directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
  directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
  directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
  scalar join__FieldSet
  scalar link__Import
  enum link__Purpose { SECURITY EXECUTION }
  enum join__Graph { LAND @join__graph(name: "land", url: "http://127.0.0.1:1/") TAX @join__graph(name: "tax", url: "http://127.0.0.1:1/") }
`
const later = `
  directive @join__directive(graphs: [join__Graph!], name: String!, args: join__DirectiveArguments) repeatable on SCHEMA | OBJECT | INTERFACE | FIELD_DEFINITION
  scalar join__DirectiveArguments
  scalar join__FieldValue
  input join__ContextArgument { name: String! type: String! context: String! selection: join__FieldValue! }
`
const body = (directive: string): string => `
  type Query @join__type(graph: LAND) @join__type(graph: TAX) {
    plot: Plot @join__field(graph: LAND) ${directive}
    plots: [Plot!]! @join__field(graph: LAND) @size(assumedSize: 10)
  }
  type Plot @join__type(graph: LAND, key: "no") @join__type(graph: TAX, key: "no") @mark(name: "x") @cost(weight: 2) @context(name: "p") {
    no: ID!
    area: Int @join__field(graph: LAND) @cost(weight: 5)
    note: Int @join__field(graph: LAND) @hidden
    due: Int @join__field(graph: TAX)
  }
`
const subgraphs = {
  land: {
    sdl: 'type Query { plot: Plot plots: [Plot!]! } type Plot @key(fields: "no") { no: ID! area: Int note: Int }',
    resolvers: { Query: { plot: () => ({ no: '7', area: 90 }), plots: () => [{ no: '7', area: 90 }] } },
  },
  tax: {
    sdl: 'type Plot @key(fields: "no") { no: ID! due: Int }',
    resolvers: { Plot: { __resolveReference: (key: object) => key, due: () => 12 } },
  },
}

it.each(['v0.3', 'v0.4', 'v0.5'])(
  'takes a supergraph of the join specification %s, with features under other names and features that say nothing to it',
  async (version) => {
    const directive = version === 'v0.3' ? '' : '@join__directive(graphs: [LAND], name: "connect", args: { id: "x" })'
    const supergraph = head(version) + (version === 'v0.3' ? '' : later) + body(directive)
    const { ask, generation } = openSmall(subgraphs, { supergraph })
    expect(printSchema(generation.schema)).not.toMatch(/join__|link__|context__|@|\bnote\b/)
    const data = { plot: { no: '7', area: 90, due: 12 }, plots: [{ due: 12 }] }
    expect(await ask('{ plot { no area due } plots { due } }')).toEqual({ data })
  },
)
