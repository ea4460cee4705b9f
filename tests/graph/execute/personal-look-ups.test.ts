import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Caller } from '../../../src/access/caller.ts'
import { openGraph, type OpenGraph } from '../../kit/world/graph.ts'
import { sampleTown } from '../../kit/world/sample-town.ts'

let graph: OpenGraph
let clerk: Caller
beforeAll(async () => {
  graph = await openGraph()
  await sampleTown(graph)
  clerk = await graph.caller('H53.21.3', ['dossier:read', 'dossier:personal'], 'dossier-handling')
})
afterAll(() => graph.close())

interface Entry {
  readonly subject: string
  readonly field: string
}

const logged = async (query: string, caller: Caller, variables = {}): Promise<readonly Entry[]> => {
  const { rows } = await graph.database.pool.query<{ last: number }>(
    'select coalesce(max(id), 0) as last from access_entry',
  )
  const answer = await graph.ask(query, caller, variables)
  expect(answer.errors).toBeUndefined()
  const entries = await graph.database.pool.query<Entry>(
    'select subject, field from access_entry where id > $1 order by id',
    [rows[0]!.last],
  )
  return entries.rows
}

it('a look-up by an identity number is logged although nothing personal is selected, and without the number', async () => {
  const variables = { filter: { identityNumber: { in: ['079204001234', '079204005678'] } } }
  const ask = (query: string): Promise<readonly Entry[]> => logged(query, clerk, variables)
  const listed = await ask('query ($filter: DossierFilter) { dossiers(filter: $filter) { totalCount } }')
  expect(listed.map((one) => one.field)).toEqual(['DossierFilter.identityNumber', 'DossierFilter.identityNumber'])
  expect(new Set(listed.map((one) => one.subject)).size).toBe(2)
  for (const { subject } of listed) expect(subject).toMatch(/^Dossier\?identityNumber=#-?\d+$/)
  expect(JSON.stringify(listed)).not.toMatch(/07920400/)
  const counted = await ask(
    'query ($filter: DossierFilter) { dossierStatistics(groupBy: [STATUS], filter: $filter) { count } }',
  )
  expect(counted).toEqual(listed)
})

it('a text that is looked up among names and numbers is logged once a word; where it is not, nothing is', async () => {
  const queries = [
    '{ search(text: "Nguyen 079204001234") { totalCount nodes { __typename } } }',
    '{ dossiers(filter: { text: "Nguyen 079204001234" }) { totalCount } }',
  ]
  const reader = await graph.caller('H53.21.3', ['dossier:read', 'dossier:masked'], 'dossier-handling')
  const withoutPurpose = { ...clerk, purpose: null }
  for (const query of queries) {
    const entries = await logged(query, clerk)
    expect(entries.map((one) => one.field)).toEqual(['Dossier.text', 'Dossier.text'])
    expect(JSON.stringify(entries)).not.toMatch(/nguyen|07920400/i)
    expect(await logged(query, reader)).toEqual([])
    expect(await logged(query, withoutPurpose)).toEqual([])
  }
})

it('a filter takes a thousand values at once and no more, so that registers are not walked by lists of numbers', async () => {
  const query = 'query ($in: [String!]) { dossiers(filter: { identityNumber: { in: $in } }) { totalCount } }'
  const numbers = Array.from({ length: 1_001 }, (_, index) => String(79_204_000_000 + index))
  const { errors } = await graph.ask(query, clerk, { in: numbers })
  expect(errors?.map((error) => error.extensions['code'])).toEqual(['BAD_USER_INPUT'])
  expect(await logged(query, clerk, { in: numbers.slice(1) })).toHaveLength(1_000)
})
