import { buildSubgraphSchema } from '@apollo/subgraph'
import { composeServices } from '@theguild/federation-composition'
import { buildASTSchema, type GraphQLSchema, isObjectType, Kind, parse, visit } from 'graphql'
import { Command } from 'commander'
import { describe, expect, it, vi } from 'vitest'
import { readRules } from '../../../src/access/policy/rule.ts'
import { loadSchema } from '../../../src/graph/schema/load.ts'
import { addSchema } from '../../../src/cli/federation/schema.ts'
import { composedSdl } from '../../../src/main/graph.ts'

const sdl = composedSdl()

const compose = (others: Readonly<Record<string, string>> = {}): string => {
  const services = Object.entries({ hub: sdl, ...others }).map(([name, text]) => ({
    name,
    typeDefs: parse(text),
    url: `http://127.0.0.1/${name}`,
  }))
  const { supergraphSdl, errors } = composeServices(services)
  expect(errors?.map(({ message }) => message)).toBeUndefined()
  return supergraphSdl!
}

/** Directives of the supergraph at a field or type, printed. */
function written(supergraph: string, type: string, field?: string): string[] {
  const found: string[] = []
  visit(parse(supergraph, { noLocation: true }), {
    ObjectTypeDefinition(node) {
      if (node.name.value !== type) return
      const at = field === undefined ? node : node.fields?.find(({ name }) => name.value === field)
      for (const one of at?.directives ?? []) {
        const given = (one.arguments ?? []).map(({ name, value }) =>
          'value' in value ? `${name.value}: ${String(value.value)}` : name.value,
        )
        found.push(`@${one.name.value}(${given.join(', ')})`)
      }
    },
  })
  return found
}

describe('the hub as a subgraph', () => {
  it('has the keys that other subgraphs name its types by', () => {
    const keys = new Map<string, string[]>()
    visit(parse(sdl), {
      ObjectTypeDefinition(node) {
        const fields = (node.directives ?? []).flatMap(({ name, arguments: given }) =>
          name.value === 'key' && given?.[0]?.value.kind === Kind.STRING ? [given[0].value.value] : [],
        )
        if (fields.length > 0) keys.set(node.name.value, fields)
      },
    })
    expect(Object.fromEntries(keys)).toMatchObject({
      Dossier: ['source { id } code', 'id'],
      Document: ['id'],
      Observation: ['id'],
      Report: ['id'],
      Agency: ['code', 'id'],
      Procedure: ['code', 'id'],
      Camera: ['code', 'id'],
      Indicator: ['code', 'id'],
      AdministrativeUnit: ['code validFrom', 'id'],
    })
    const nodes = loadSchema().schema.getPossibleTypes(loadSchema().schema.getType('Node') as never)
    expect([...keys.keys()].toSorted()).toEqual(nodes.map(({ name }) => name).toSorted())
  })

  it('is a schema that a subgraph library takes', () => {
    const schema = buildSubgraphSchema(parse(sdl))
    expect(Object.keys(schema.getQueryType()!.getFields())).toContain('_entities')
  })

  it('gives the same text each time, without the machinery that composers bring themselves', () => {
    expect(composedSdl()).toBe(sdl)
    expect(sdl).not.toMatch(/_entities|_service|_Any|directive @(requiresScopes|authenticated|key)/)
  })

  it('is what hub schema --subgraph prints, without a database', async () => {
    const printed = vi.spyOn(console, 'log').mockReturnValue(undefined)
    const program = new Command()
    addSchema(program, () => undefined)
    await program.parseAsync(['schema', '--subgraph'], { from: 'user' })
    expect(printed.mock.calls).toEqual([[sdl]])
    printed.mockRestore()
  })

  it('composes alone, with its rules of access and its personal fields', () => {
    const supergraph = compose()
    expect(written(supergraph, 'Dossier')).toContain('@requiresScopes(scopes)')
    expect(written(supergraph, 'Dossier', 'applicant')).toContain('@personal(kind: PARTY)')
    expect(written(supergraph, 'CameraProfile', 'streamUri')).toContain('@requiresScopes(scopes)')
  })

  it('loses no rule of an output in composition', () => {
    const { schema } = loadSchema()
    const composed = buildASTSchema(parse(compose()), { assumeValidSDL: true })
    const outputs = (of: GraphQLSchema) =>
      [...readRules(of)]
        .filter(([coordinate]) => {
          const type = of.getType(coordinate.split('.')[0]!)
          // To an interface the composer gives the rules of all its implementers together: those are read from the objects.
          return !coordinate.includes('(') && isObjectType(type)
        })
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
    expect(outputs(schema).length).toBeGreaterThan(30)
    expect(outputs(composed)).toEqual(outputs(schema))
  })

  it("composes with a subgraph that adds to the hub's types by each of their keys", () => {
    const supergraph = compose({
      land: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable", "@external", "@requires"])
        type Query { parcel(number: ID!): Parcel }
        type Parcel @key(fields: "number") { number: ID! unit: AdministrativeUnit dossiers: [Dossier!] }
        type PageInfo @shareable { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
        scalar Date
        type AdministrativeUnit @key(fields: "code validFrom") { code: String! validFrom: Date parcels: [Parcel!] }
        type Source { id: String! }
        type Dossier @key(fields: "source { id } code") {
          source: Source code: String! subject: String @external
          parcel: Parcel @requires(fields: "subject")
        }`,
    })
    expect(sdl).toMatch(/type Source \{[^}]*\bid: String! @shareable/)
    expect(sdl).toContain('type PageInfo @shareable')
    expect(written(supergraph, 'AdministrativeUnit', 'parcels')).toContain('@join__field(graph: LAND)')
    expect(written(supergraph, 'Dossier', 'parcel').join()).toContain('requires: subject')
  })

  it("is told when another subgraph takes one of the hub's own fields for its own", () => {
    const { errors } = composeServices([
      { name: 'hub', typeDefs: parse(sdl) },
      {
        name: 'other',
        typeDefs: parse(`extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
          type Query { x: Int } type Agency @key(fields: "id") { id: ID! name: String! }`),
      },
    ])
    expect(errors?.map(({ message }) => message).join()).toContain('"Agency.name"')
  })
})
