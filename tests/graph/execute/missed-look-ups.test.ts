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

const logged = async (query: string, caller: Caller, variables = {}): Promise<object[]> => {
  const { rows } = await graph.database.pool.query<{ last: number }>(
    'select coalesce(max(id), 0) as last from access_entry',
  )
  const answer = await graph.ask(query, caller, variables)
  expect(answer.errors).toBeUndefined()
  const entries = await graph.database.pool.query<object>(
    'select subject, field, purpose from access_entry where id > $1 order by id',
    [rows[0]!.last],
  )
  return entries.rows
}
const purpose = 'dossier-handling'

it('a look-up for personal fields that finds nothing is logged once, the row out of scope like the one that is not there', async () => {
  const byId =
    'query ($id: ID!) { node(id: $id) { ... on Dossier { ...d } } } fragment d on Dossier { code applicant { name } }'
  for (const id of ['Dossier:s:T2', 'Dossier:s:none']) {
    expect(await logged(byId, clerk, { id })).toEqual([{ subject: id, field: 'Query.node', purpose }])
  }
  expect(await logged('{ here: dossier(code: "T2", source: "s") { applicant { phone } } }', clerk)).toEqual([
    { subject: 'Dossier?code=T2&source=s', field: 'Query.dossier', purpose },
  ])
})

it('one that finds its row, asks for nothing personal or lists rows is not logged so', async () => {
  expect(await logged('{ dossier(code: "T1") { applicant { name } } }', clerk)).toEqual([
    { subject: 'Dossier:s:T1', field: 'Dossier.applicant.name', purpose },
  ])
  for (const query of [
    '{ dossier(code: "T2") { code } }',
    '{ dossiers(filter: { source: { eq: "none" } }) { nodes { applicant { name } } } }',
    '{ node(id: "Agency:none") { id } }',
  ]) {
    expect(await logged(query, clerk)).toEqual([])
  }
})

it('what another gateway names by keys for personal fields and does not get is logged too, of each representation its key alone', async () => {
  const { rows } = await graph.database.pool.query<{ last: number }>(
    'select coalesce(max(id), 0) as last from access_entry',
  )
  const ask = (selection: string): Promise<unknown> =>
    graph.askSubgraph(`query ($r: [_Any!]!) { _entities(representations: $r) { ${selection} } }`, clerk, {
      r: [
        { __typename: 'Dossier', id: 'Dossier:s:T1' },
        { __typename: 'Dossier', id: 'Dossier:s:T2', note: '079204001234' },
        { __typename: 'Dossier', code: 'none', source: { id: 's' }, name: '079204001234' },
        { __typename: 'Agency', id: 'Agency:none' },
        { __typename: '__proto__' },
      ],
    })
  await ask('... on Dossier { code }')
  await ask('... on Dossier { applicant { name } }')
  const entries = await graph.database.pool.query<object>(
    'select subject, field from access_entry where id > $1 order by id',
    [rows[0]!.last],
  )
  expect(entries.rows).toEqual([
    { subject: 'Dossier:s:T1', field: 'Dossier.applicant.name' },
    { subject: 'Dossier:s:T2', field: 'Query._entities' },
    { subject: 'Dossier?code=none&source.id=s', field: 'Query._entities' },
  ])
})
