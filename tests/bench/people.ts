import { buildSubgraphSchema } from '@apollo/subgraph'
import { composeServices, compositionHasErrors } from '@theguild/federation-composition'
import { execute, type GraphQLSchema, parse } from 'graphql'

const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])\n'

const names = Array.from({ length: 12 }, (_, index) => `field${index}`)
const ownFields = names.map((name) => `${name}: String`).join(' ')

/** The hub's own part: a list of fifty with twelve fields each and an object beside each. */
export const ownSdl = `
  type Query { items(first: Int): [Item!]! }
  type Item { id: ID! ${ownFields} owner: Owner }
  type Owner { id: ID! name: String }`
const ownKeyed = link + ownSdl.replaceAll('type Item {', 'type Item @key(fields: "id") {')
const otherSdl = `${link}
  type Item @key(fields: "id") { id: ID! area: Float parcel: Parcel }
  type Parcel @key(fields: "id") { id: ID! sheet: Int number: Int }
  type Query { parcels: [Parcel!] }`

const items = Array.from({ length: 50 }, (_, index) => ({
  __typename: 'Item',
  id: `i${index}`,
  ...Object.fromEntries(names.map((name) => [name, `${name} of ${index}`])),
  owner: { __typename: 'Owner', id: `o${index % 7}`, name: `Owner ${index % 7}` },
}))
const byId = new Map(items.map((item) => [item.id, item]))

export const resolvers = {
  Query: { items: (_: unknown, { first = 50 }: { first?: number }) => items.slice(0, first) },
  Item: { __resolveReference: ({ id }: { id: string }) => byId.get(id) },
}
const otherResolvers = {
  Query: { parcels: () => [] },
  Item: {
    area: ({ id }: { id: string }) => id.length * 1.5,
    parcel: ({ id }: { id: string }) => ({ id: `p${id}`, sheet: 1, number: 2 }),
  },
  Parcel: { __resolveReference: ({ id }: { id: string }) => ({ id, sheet: 1, number: 2 }) },
}

export interface Part {
  readonly name: string
  readonly schema: GraphQLSchema
}

/** Two subgraphs in this process and the supergraph of both. */
export function people(): { readonly supergraph: string; readonly parts: readonly Part[] } {
  const sdls = { hub: ownKeyed, other: otherSdl }
  const composed = composeServices(
    Object.entries(sdls).map(([name, sdl]) => ({ name, url: `http://${name}.test/`, typeDefs: parse(sdl) })),
  )
  if (compositionHasErrors(composed)) throw new Error(composed.errors.map(({ message }) => message).join('\n'))
  const schemaOf = (sdl: string, own: object): GraphQLSchema =>
    buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: own as never }])
  return {
    supergraph: composed.supergraphSdl,
    parts: [
      { name: 'hub', schema: schemaOf(ownKeyed, resolvers) },
      { name: 'other', schema: schemaOf(otherSdl, otherResolvers) },
    ],
  }
}

const answers = new Map<string, string>()

/**
 * A subgraph's answer as its text would come over a wire, read anew each time. It was executed once: another agency's server
 * spends its CPU elsewhere, what is compared is the gateway's.
 */
export async function answered(
  schema: GraphQLSchema,
  query: string,
  variableValues: Readonly<Record<string, unknown>>,
): Promise<any> {
  const asked = `${query}\n${JSON.stringify(variableValues)}`
  let text = answers.get(asked)
  if (text === undefined) {
    text = JSON.stringify(await execute({ schema, document: parse(query), variableValues: { ...variableValues } }))
    answers.set(asked, text)
  }
  return JSON.parse(text)
}
