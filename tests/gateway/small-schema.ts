import { makeExecutableSchema } from '@graphql-tools/schema'
import { defaultFieldResolver, execute, GraphQLError } from 'graphql'
import type { GraphQLResolveInfo, GraphQLSchema } from 'graphql'
import { deniedError, hubError } from '../../src/access/error.ts'
import type { Denial } from '../../src/access/policy/decide.ts'
import type { Execute } from '../../src/graph/operation/operation.ts'

/** A schema with one of each kind of rule, and what stands behind it. */
export const typeDefs = /* GraphQL */ `
  directive @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
  directive @requiresScopes(
    scopes: [[String!]!]!
  ) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM | INPUT_FIELD_DEFINITION | ENUM_VALUE | ARGUMENT_DEFINITION
  directive @personal(kind: String!) on FIELD_DEFINITION | INPUT_FIELD_DEFINITION

  scalar Secret @requiresScopes(scopes: [["audit:read"]])
  type Query {
    hello(name: String, count: Int): String!
    node(id: ID!): Node
    search: [Found!]!
    dossier(code: String!): Dossier
    dossiers(filter: DossierFilter, orderBy: DossierOrder, first: Int, after: String): DossierConnection
    agencies(
      first: Int
      after: String
      order: AgencyOrder
      hidden: String @requiresScopes(scopes: [["audit:read"]])
    ): AgencyConnection!
    secret: Secret
    self: String @authenticated
    broken: String
    unreadable: String
  }
  type Mutation {
    rename(code: String!): Boolean
  }
  type Subscription {
    ticked: Int
  }
  interface Node {
    id: ID!
  }
  union Found = Dossier | Agency
  type Dossier implements Node @requiresScopes(scopes: [["dossier:read"]]) {
    id: ID!
    code: String!
    applicant: Party @requiresScopes(scopes: [["dossier:personal"], ["dossier:masked"]]) @personal(kind: "applicant")
    note: String @requiresScopes(scopes: [["dossier:personal"]]) @personal(kind: "note")
    agency: Agency
  }
  type Party {
    name: String
    friend: Party
  }
  type Agency implements Node {
    id: ID!
    code: String! @requiresScopes(scopes: [["report:read", "document:read"], ["camera:read"]])
    name: String!
    children(first: Int, after: String): AgencyConnection!
  }
  type DossierConnection @requiresScopes(scopes: [["dossier:read"]]) {
    nodes: [Dossier!]!
    totalCount: Int!
  }
  type AgencyConnection {
    nodes: [Agency!]!
  }
  input DossierFilter {
    status: String
    since: Int
    identityNumber: String @requiresScopes(scopes: [["dossier:personal"]]) @personal(kind: "identity")
    all: [DossierFilter!]
  }
  enum DossierOrder {
    CODE_ASC
    APPLICANT_ASC @requiresScopes(scopes: [["dossier:personal"]])
  }
  enum AgencyOrder {
    NAME_ASC
  }
`

const agency = { __typename: 'Agency', id: 'a1', code: 'H53.21', name: 'Sở Xây dựng', children: { nodes: [] } }
const dossier = {
  __typename: 'Dossier',
  id: 'd1',
  code: 'H53.21-26-0001',
  applicant: { name: 'CANARY-NAME' },
  note: 'CANARY-NOTE',
  agency,
}

export const rootValue = {
  hello: ({ name = 'world' }: { name?: string }) => `hello ${name}`,
  node: ({ id }: { id: string }) => (id === 'd1' ? dossier : id === 'a1' ? agency : null),
  search: [dossier, agency],
  dossier: ({ code }: { code: string }) => (code === dossier.code ? dossier : null),
  dossiers: { nodes: [dossier], totalCount: 1 },
  agencies: { nodes: [agency] },
  secret: 'CANARY-SECRET',
  self: 'you',
  broken: () => {
    throw new Error('connection to "CANARY-HOST" refused')
  },
  unreadable: () => {
    throw hubError('BAD_USER_INPUT', 'The cursor is not one of this list.')
  },
  rename: () => true,
}

/** `onMutation`: a rule on the type of mutations. */
export const smallSchema = (onMutation = ''): GraphQLSchema =>
  makeExecutableSchema({ typeDefs: typeDefs.replace('type Mutation {', `type Mutation ${onMutation} {`) })

/** graphql-js itself, with each denied selection answered by its error and nothing fetched. */
export function plainExecute(schema: GraphQLSchema, seen: string[] = []): Execute {
  return async ({ document, operationName, variables, decision }) => {
    const fieldResolver = (source: unknown, args: object, context: unknown, info: GraphQLResolveInfo): unknown => {
      const denial = denialAt(decision.denied, info)
      if (denial !== undefined) throw deniedError(denial.code)
      seen.push(`${info.parentType.name}.${info.fieldName}`)
      return defaultFieldResolver(source, args, context, info)
    }
    const result = await execute({
      schema,
      document,
      operationName,
      variableValues: variables,
      rootValue,
      fieldResolver,
    })
    if (result.errors?.some((error) => !(error instanceof GraphQLError))) throw new Error('unexpected')
    return result
  }
}

function denialAt(denied: readonly Denial[], info: GraphQLResolveInfo): Denial | undefined {
  const path: string[] = []
  for (let at: GraphQLResolveInfo['path'] | undefined = info.path; at !== undefined; at = at.prev) {
    if (typeof at.key === 'string') path.unshift(at.key)
  }
  return denied.find((one) => one.typeName === info.parentType.name && one.path.join('.') === path.join('.'))
}
