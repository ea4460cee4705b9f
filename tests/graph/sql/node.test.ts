import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../../../src/access/caller.ts'
import { openGraph, type OpenGraph } from '../../kit/world/graph.ts'
import { cameraOf, dossierOf, keyed, mention, newDocument, observationOf, reportOf } from '../../kit/world/records.ts'
import { sampleTown } from '../../kit/world/sample-town.ts'

let graph: OpenGraph
let all: Caller

const local = (text: string) => `${text}+07:00`

beforeAll(async () => {
  graph = await openGraph()
  all = await sampleTown(graph)
})
afterAll(() => graph.close())

describe('a global id', () => {
  it('leads back to its row for every type, whatever its key is made of', async () => {
    const odd = 'k|1:2 %_\'"\\ đ/'
    await graph.source('odd', 'H53', {
      documents: 'Document',
      reports: 'Report',
      cameras: 'Camera',
      observations: 'Observation',
      events: 'CameraEvent',
    })
    const procedure = { code: odd, name: 'P', field: null }
    await graph.put('Dossier', 'odd', [dossierOf(odd, { procedure })])
    await graph.put('Document', 'odd', [newDocument('H53', odd, [])], { stream: 'documents', key: () => odd })
    await graph.put('Report', 'odd', [reportOf(odd, 'H53', '2026')], { stream: 'reports' })
    await graph.put('Camera', 'odd', [cameraOf(odd, { agency: mention('H53') })], { stream: 'cameras' })
    await graph.put(
      'CameraEvent',
      'odd',
      [{ cameraCode: odd, kind: 'motion', label: null, from: local('2026-03-01T08:00:00'), to: null }],
      { stream: 'events', key: () => odd },
    )
    await graph.put('Observation', 'odd', [keyed(observationOf(odd), odd)], { stream: 'observations' })
    await graph.database.pool.query(
      `insert into run (source_id, stream_id, kind, range, state) values ('odd', 'list', 'FULL', '{}', 'SUCCEEDED')`,
    )
    await graph.database.pool.query(
      `insert into quarantine (source_id, stream_id, mark, reason, path, run_id, seen_at) values ('odd', 'list', 'm', 'MISSING', '', 1, now())`,
    )
    await graph.database.pool.query(`insert into administrative_unit (code, name, kind) values ('1', 'U', 'WARD')`)
    await graph.database.pool.query(
      `insert into access_entry (id, at, caller, field, key_id, mac) values (1, now(), 'x', 'y', 1, 'm')`,
    )
    const { data, errors } = await graph.ask(
      `query ($odd: StringFilter) { dossiers(filter: { source: { eq: "odd" } }) { nodes { id procedure { id } } } documents { nodes { id } } reports(filter: { code: $odd }) { nodes { id } }
         cameras { nodes { id events { nodes { id } } } } observations(filter: { indicator: $odd }) { nodes { id indicator { id } } } runs { nodes { id } } quarantine { nodes { id reason } }
         accessLog { nodes { id } } agencies { nodes { id } } administrativeUnits { nodes { id } } }`,
      all,
      { odd: { eq: odd } },
    )
    expect(errors).toBeUndefined()
    const ids = [
      ...new Set(
        JSON.stringify(data)
          .match(/"id":"(?:[^"\\]|\\.)*"/g)!
          .map((text) => (JSON.parse(`{${text}}`) as { id: string }).id),
      ),
    ]
    expect(new Set(ids.map((id) => id.split(':')[0])).size).toBe(13)
    for (const id of ids)
      expect((await graph.ask('query ($id: ID!) { node(id: $id) { id __typename } }', all, { id })).data).toEqual({
        node: { id, __typename: id.split(':')[0] },
      })
    for (const id of [
      '',
      ':',
      'Dossier',
      'Dossier:',
      'Query:1',
      'Run:01',
      'Run:-1',
      'Run:99999999999999999999',
      'PageInfo:x',
      'constructor:x',
      'Agency:%',
    ]) {
      expect(
        await graph.ask('query ($id: ID!) { node(id: $id) { id } document(id: $id) { id } }', all, { id }),
      ).toEqual({ data: { node: null, document: null } })
    }
  })
})
