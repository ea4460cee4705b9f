// Runs the audits of GraphQL over HTTP.
import { auditServer } from 'graphql-http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openGraph } from '../../kit/world/graph.ts'
import type { OpenGraph } from '../../kit/world/graph.ts'
import { openSmallGateway } from '../open.ts'
import type { OpenedGateway } from '../open.ts'

let graph: OpenGraph
let opened: OpenedGateway
beforeAll(async () => {
  graph = await openGraph()
  opened = await openSmallGateway(async () => ({ generation: graph.generation }))
})
afterAll(async () => {
  await opened.close()
  await graph.close()
})

/** What Apollo Server's protection against requests of other sites refuses of the specification by itself. */
const most = 3

it('GraphQL over HTTP: no audit fails, and at most three warn', async () => {
  const results = await auditServer({ url: `${opened.gateway.url}/graphql` })
  const of = (status: string) =>
    results.flatMap((one) =>
      one.status === status ? [`${one.id} ${one.name}: ${'reason' in one ? one.reason : ''}`] : [],
    )
  const warned = of('warn')
  if (warned.length > 0) console.info(warned.join('\n'))
  expect(results).toHaveLength(61)
  expect(of('error')).toEqual([])
  expect(warned.length).toBeLessThanOrEqual(most)
})
