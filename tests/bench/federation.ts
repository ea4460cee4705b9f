import { ApolloServer, HeaderMap } from '@apollo/server'
import { getStitchedSchemaFromSupergraphSdl } from '@graphql-tools/federation'
import { makeExecutableSchema } from '@graphql-tools/schema'
import { buildASTSchema, execute, type GraphQLSchema, parse, print } from 'graphql'
import { anonymous } from '../../src/access/caller.ts'
import { openPolicy } from '../../src/access/policy/policy.ts'
import { openFederation, type SubgraphExecutor } from '../../src/federation/index.ts'
import { defaultLimits } from '../../src/gateway/graphql/limits.ts'
import { openMetrics } from '../../src/gateway/http/metrics.ts'
import { openOperationServer } from '../../src/gateway/graphql/operation-server.ts'
import { answered, ownSdl, people, resolvers } from './people.ts'
import type { Line } from './report.ts'
import { measure, type Rounds } from './rounds.ts'

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const fields = Array.from({ length: 12 }, (_, index) => `field${index}`).join(' ')
const local = `{ items(first: 50) { id ${fields} owner { id name } } }`
const mixed = `{ items(first: 50) { id field0 field1 owner { name } area parcel { id sheet number } } }`

/** What crosses no border, and what does, against the libraries that do the same. */
export async function federationLines(rounds: Rounds): Promise<readonly Line[]> {
  const { supergraph, parts } = people()
  const executors = new Map<string, SubgraphExecutor>(
    parts.map(({ name, schema }) => [name, ({ query, variables }) => answered(schema, query, variables)]),
  )
  const own = makeExecutableSchema({ typeDefs: ownSdl, resolvers: { Query: resolvers.Query } })
  const published = buildASTSchema(parse(ownSdl))
  const generation = openFederation({
    supergraph,
    subgraphs: executors,
    purposes: null,
    local: {
      name: 'hub',
      schema: published,
      policy: openPolicy({ schema: published, purposes: null }),
      execute: async ({ document, operationName, variables }) =>
        execute({ schema: own, document, operationName: operationName ?? null, variableValues: { ...variables } }),
    },
  })
  const hub = await openOperationServer({
    generation,
    limits: defaultLimits,
    metrics: openMetrics(),
    log: silent,
    newId: () => 'bench',
  })
  const plain = new ApolloServer({
    schema: makeExecutableSchema({ typeDefs: ownSdl, resolvers: { Query: resolvers.Query } }),
    stopOnTerminationSignals: false,
  })
  await plain.start()
  const stitched = getStitchedSchemaFromSupergraphSdl({
    supergraphSdl: supergraph,
    onSubschemaConfig: (config) => {
      const part = parts.find(({ name }) => name.toUpperCase() === config.name.toUpperCase())
      if (part === undefined) throw new Error(`no subgraph ${config.name}`)
      config.executor = ({ document, variables }) => answered(part.schema, print(document), variables ?? {}) as never
    },
  })

  const signal = new AbortController().signal
  const throughHub = async (query: string): Promise<string> =>
    textOf(
      await hub.apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest: requestOf(query),
        context: () => Promise.resolve({ caller: anonymous, signal, requestId: 'bench' }),
      }),
    )
  const throughPlain = async (query: string): Promise<string> =>
    textOf(await plain.executeHTTPGraphQLRequest({ httpGraphQLRequest: requestOf(query), context: async () => ({}) }))
  const throughStitching = (query: string) => {
    const document = parsed(query)
    return executed(stitched, document)
  }

  same(JSON.parse(await throughHub(local)), JSON.parse(await throughPlain(local)))
  same(JSON.parse(await throughHub(mixed)), await throughStitching(mixed))

  const [ours, theirs] = await measure(
    [
      { name: 'hub', once: () => throughHub(local) },
      { name: 'Apollo Server', once: () => throughPlain(local) },
    ],
    rounds,
  )
  const stitchServer = new ApolloServer({ schema: stitched, stopOnTerminationSignals: false })
  await stitchServer.start()
  const [crossed, stitchedOnes] = await measure(
    [
      { name: 'hub', once: () => throughHub(mixed) },
      {
        name: 'stitching',
        once: async () =>
          textOf(
            await stitchServer.executeHTTPGraphQLRequest({
              httpGraphQLRequest: requestOf(mixed),
              context: async () => ({}),
            }),
          ),
      },
    ],
    rounds,
  )
  const bomb = await bombLine(throughHub)
  await Promise.all([hub.stop(), plain.stop(), stitchServer.stop()])
  return [
    {
      what: 'a local operation, CPU to Apollo Server with a plain schema',
      found: ours!.cpuMicroseconds / theirs!.cpuMicroseconds,
      goal: 1.1,
      better: 'lower',
      unit: '×',
      from: `${us(ours!.cpuMicroseconds)} to ${us(theirs!.cpuMicroseconds)}`,
    },
    {
      what: 'a mixed operation, CPU to stitching',
      found: crossed!.cpuMicroseconds / stitchedOnes!.cpuMicroseconds,
      goal: 1 / 3,
      better: 'lower',
      unit: '×',
      from: `${us(crossed!.cpuMicroseconds)} to ${us(stitchedOnes!.cpuMicroseconds)}`,
    },
    bomb,
  ]
}

/** The most that one refusal of a fragment bomb cost. */
async function bombLine(ask: (query: string) => Promise<string>): Promise<Line> {
  let most = 0
  for (let round = 0; round < 20; round += 1) {
    const fragments = Array.from(
      { length: 16 },
      (_, n) => `fragment F${n} on Item { a${round}: field0 ...F${n + 1} owner { id } ...F${n + 1} }`,
    )
    const bomb = `{ items { ...F0 } } ${fragments.join(' ')} fragment F16 on Item { field1 }`
    const before = process.cpuUsage()
    const answer = await ask(bomb)
    const { user, system } = process.cpuUsage(before)
    if (!answer.includes('OPERATION_TOO_COMPLEX')) throw new Error(`the bomb was not refused: ${answer.slice(0, 200)}`)
    if (round > 2) most = Math.max(most, (user + system) / 1000)
  }
  return {
    what: 'a fragment bomb, CPU of its refusal',
    found: most,
    goal: 50,
    better: 'lower',
    unit: 'ms',
    from: 'the most of 17',
  }
}

const us = (microseconds: number): string => `${Math.round(microseconds)} µs`

const headers = new HeaderMap([['content-type', 'application/json']])
const requestOf = (query: string) => ({ method: 'POST', headers, search: '', body: { query } })

const parsedOnes = new Map<string, ReturnType<typeof parse>>()
function parsed(query: string): ReturnType<typeof parse> {
  const document = parsedOnes.get(query) ?? parse(query)
  parsedOnes.set(query, document)
  return document
}
const executed = async (schema: GraphQLSchema, document: ReturnType<typeof parse>): Promise<unknown> =>
  execute({ schema, document })

function textOf(answer: { readonly body: { readonly kind: string; readonly string?: string } }): string {
  return answer.body.string ?? ''
}

function same(one: unknown, other: unknown): void {
  const [a, b] = [one, other].map((value) =>
    JSON.stringify((JSON.parse(JSON.stringify(value)) as { data: unknown }).data),
  )
  if (a !== b || a === undefined || a.length < 1000)
    throw new Error(`the answers differ:\n${a?.slice(0, 300)}\n${b?.slice(0, 300)}`)
}
