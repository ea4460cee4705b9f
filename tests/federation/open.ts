import { buildSubgraphSchema } from '@apollo/subgraph'
import { composeServices, compositionHasErrors } from '@theguild/federation-composition'
import { execute, parse, validate } from 'graphql'
import type { ExecutionResult, GraphQLSchema } from 'graphql'
import type { Caller } from '../../src/access/caller.ts'
import { anonymous } from '../../src/access/caller.ts'
import type { FederationOptions, SubgraphExecutor, SubgraphRequest } from '../../src/federation/index.ts'
import { openFederation } from '../../src/federation/index.ts'
import type { Generation } from '../../src/graph/operation/generation.ts'
import { answerOf } from '../kit/operation.ts'

type Resolvers = Readonly<Record<string, unknown>>

export interface SmallSubgraph {
  readonly sdl: string
  readonly resolvers?: Resolvers
  /** Left out: the text is that of Federation 2. */
  readonly federation?: 1 | 2
}

const imports = [
  '@key',
  '@requires',
  '@provides',
  '@external',
  '@shareable',
  '@inaccessible',
  '@override',
  '@interfaceObject',
  '@authenticated',
  '@requiresScopes',
  '@policy',
  '@tag',
  '@composeDirective',
]
const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ${JSON.stringify(imports)})\n`

export const textOf = ({ sdl, federation = 2 }: SmallSubgraph): string => (federation === 2 ? link + sdl : sdl)

/** The supergraph of small subgraphs, by this house's composer. */
export function compose(subgraphs: Readonly<Record<string, SmallSubgraph>>): string {
  const services = Object.entries(subgraphs).map(([name, one]) => ({
    name,
    url: `http://127.0.0.1:1/${name}`,
    typeDefs: parse(textOf(one)),
  }))
  const result = composeServices(services)
  if (compositionHasErrors(result)) throw new Error(result.errors.map(({ message }) => message).join('\n'))
  return result.supergraphSdl
}

export function schemaOf(one: SmallSubgraph): GraphQLSchema {
  return buildSubgraphSchema([{ typeDefs: parse(textOf(one)), resolvers: (one.resolvers ?? {}) as never }])
}

/** A subgraph that answers in this process; it refuses what a server would refuse. */
export function inProcess(schema: GraphQLSchema): SubgraphExecutor {
  return async ({ query, variables, context }) => {
    const document = parse(query)
    const faults = validate(schema, document)
    if (faults.length > 0) throw new Error(`a subgraph refuses ${query}: ${faults[0]?.message}`)
    const result = await execute({ schema, document, variableValues: { ...variables }, contextValue: context })
    return JSON.parse(JSON.stringify(result)) as ExecutionResult
  }
}

export interface Opened {
  readonly generation: Generation
  /** What was asked of subgraphs: in order, with their names. */
  readonly asked: { readonly subgraph: string; readonly request: SubgraphRequest }[]
  ask(query: string, more?: Asking): Promise<ExecutionResult>
}

export interface Asking {
  readonly variables?: Readonly<Record<string, unknown>>
  readonly scopes?: readonly string[]
  readonly operationName?: string
  readonly signal?: AbortSignal
}

export interface OpenOptions extends Partial<Omit<FederationOptions, 'subgraphs'>> {
  /** In the place of a subgraph's own executor. */
  readonly instead?: Readonly<Record<string, SubgraphExecutor>>
}

/** Federates small subgraphs in this process. */
export function openSmall(subgraphs: Readonly<Record<string, SmallSubgraph>>, options: OpenOptions = {}): Opened {
  const asked: Opened['asked'] = []
  const { instead = {}, ...more } = options
  const executors = Object.entries(subgraphs).map(([name, one]): [string, SubgraphExecutor] => {
    const execute = instead[name] ?? inProcess(schemaOf(one))
    return [
      name,
      (request) => {
        asked.push({ subgraph: name, request })
        return execute(request)
      },
    ]
  })
  const generation = openFederation({
    supergraph: more.supergraph ?? compose(subgraphs),
    purposes: null,
    percentage: () => 50,
    ...more,
    subgraphs: new Map(executors),
  })
  return { generation, asked, ask: (query, asking) => askOf(generation, query, asking) }
}

export function callerWith(scopes: readonly string[] | undefined): Caller {
  if (scopes === undefined) return anonymous
  return { ...anonymous, subject: 'someone', scopes: new Set(scopes) as Caller['scopes'] }
}

/** Asks a generation as a server would, after validation; the answer as it would go over the wire. */
export async function askOf(generation: Generation, query: string, asking: Asking = {}): Promise<ExecutionResult> {
  const { scopes, ...more } = asking
  const result = await answerOf(generation, query, { ...more, caller: callerWith(scopes) })
  return JSON.parse(JSON.stringify(result)) as ExecutionResult
}

/** Path and code of each error, in the order of their paths. */
export const faultsOf = (result: ExecutionResult): string[] =>
  (result.errors ?? [])
    .map(({ path, extensions }) => `${String(extensions?.['code'])} ${(path ?? []).join('.')}`)
    .toSorted()
