import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AuditLog } from '../../../src/access/audit/log.ts'
import { openPolicy } from '../../../src/access/policy/policy.ts'
import type { Scope } from '../../../src/access/policy/scopes.ts'
import { type Database, openDatabase } from '../../../src/db/open.ts'
import { openCursors } from '../../../src/graph/sql/cursor.ts'
import { openExecutor } from '../../../src/graph/execute/execute.ts'
import type { Generation } from '../../../src/graph/operation/generation.ts'
import { answerOf, generationOf } from '../../kit/operation.ts'
import { loadSchema } from '../../../src/graph/schema/load.ts'
import { type Field, gatherMappings, list, type TypeMapping } from '../../../src/graph/schema/type-mapping.ts'
import { declaredMappings } from '../../../src/main/graph.ts'
import type { Engine } from '../../../src/sync/engine.ts'
import { keyring, openGraph, type OpenGraph } from '../../kit/world/graph.ts'
import {
  agencyOf,
  cameraOf,
  dossierOf,
  keyed,
  mention,
  newDocument,
  observationOf,
  reportOf,
} from '../../kit/world/records.ts'
import { openRowScopes } from '../../../src/access/policy/row-scope.ts'
import { house } from '../../../src/domains/index.ts'

const all: readonly Scope[] = [
  'dossier:read',
  'document:read',
  'report:read',
  'camera:read',
  'operation:read',
  'operation:write',
]

/** Every protected type by every way that leads to it, with what tells its rows apart. */
const everywhere = `{
  dossiers(first: 50) { totalCount nodes { code source { title } events { status } dueDates { dueAt } } }
  documents(first: 50) { totalCount nodes { provenance { externalId } recipients { code } exchanges { status } respondsTo { id } } }
  reports(first: 50) { totalCount nodes { code observations { totalCount } } }
  observations(first: 50) { totalCount nodes { areaCode } }
  cameras(first: 50) { totalCount nodes { code events { totalCount nodes { label } } } }
  sources { title streams { id } failure { code } recordCount }
  source(id: "b") { title }
  runs(first: 50) { totalCount nodes { source } }
  quarantine(first: 50) { totalCount nodes { source key } }
  agency(code: "H53") { dossiers(first: 50) { totalCount } documents(first: 50) { totalCount } }
  search(text: "b-", first: 50) { totalCount nodes { __typename } }
  node(id: "Dossier:b:b-dossier") { id }
}`
const auditLog = `{ accessLog(first: 50) { totalCount nodes { caller } } }`

let graph: OpenGraph
let reading: Database
beforeAll(async () => {
  graph = await openGraph()
  await graph.put(
    'Agency',
    'lists',
    ['H53', 'H53.1', 'H53.2'].map((code) => agencyOf(code)),
  )
  for (const [source, agency] of [
    ['a', 'H53.1'],
    ['b', 'H53.2'],
  ] as const) {
    await graph.source(source, agency, {
      documents: 'Document',
      reports: 'Report',
      cameras: 'Camera',
      observations: 'Observation',
      events: 'CameraEvent',
    })
    const event = {
      at: '2026-03-01T08:00:00+07:00',
      status: 'PROCESSING',
      agency: null,
      officer: null,
      note: null,
    } as const
    await graph.put('Dossier', source, [
      dossierOf(`${source}-dossier`, {
        agency: mention(agency),
        events: [event],
        dueAt: '2026-03-09T08:00:00+07:00',
      }),
    ])
    await graph.put(
      'Document',
      source,
      [newDocument(agency, `${source}-1`, [], { code: `${source}-1`, subject: `${source}- x` })],
      {
        stream: 'documents',
        key: (record) => record.about.id!,
      },
    )
    await graph.put('Report', source, [reportOf(`${source}-report`, agency, '2026')], { stream: 'reports' })
    await graph.put(
      'Observation',
      source,
      [
        keyed(
          observationOf('I', {
            areaCode: source,
            report: { code: `${source}-report`, agencyCode: agency, periodCode: '2026' },
          }),
          source,
        ),
      ],
      { stream: 'observations' },
    )
    await graph.put('Camera', source, [cameraOf(`${source}-camera`, { agency: mention(agency) })], {
      stream: 'cameras',
    })
    await graph.put(
      'CameraEvent',
      source,
      [
        keyed(
          {
            cameraCode: `${source}-camera`,
            kind: 'MOTION',
            label: source,
            from: '2026-03-01T08:00:00+07:00',
            to: null,
          },
          source,
        ),
      ],
      { stream: 'events' },
    )
    await graph.database.pool.query(
      `insert into run (source_id, stream_id, kind, range, state) values ($1, 'list', 'FULL', '{}', 'DONE')`,
      [source],
    )
    await graph.database.pool.query(
      `insert into quarantine (source_id, stream_id, key, mark, reason, path, run_id, seen_at)
       values ($1, 'list', $1, '\\x00', 'MISSING', '/x', 1, now())`,
      [source],
    )
  }
  await graph.database.pool.query(
    `insert into access_entry (id, at, caller, field, key_id, mac) values (1, now(), 'clerk', 'x', 0, '')`,
  )
  reading = openDatabase(graph.database.url, { max: 2, reads: true })
})
afterAll(async () => {
  await reading.close()
  await graph.close()
})

/** The graph with every condition by which mappings keep rows to their caller taken out of it. */
function forgetful(pool: Database['pool']): Generation {
  const { schema } = loadSchema()
  const engine = { now: () => graph.clock.now } as Engine
  const mappings = declaredMappings(keyring, engine, {} as AuditLog, null).map((declared): TypeMapping => {
    const { rows: _forgotten, ...mapping } = declared
    // It takes the argument, as the start asks, and forgets it.
    const own: Field = { kind: 'one', type: 'Source', on: (_row, other, _scope, _args) => `${other}.id = 'b'` }
    const sources = list(
      'Source',
      () => 'true',
      (other) => `${other}.id`,
    )
    const streams = list(
      'Stream',
      (row, other) => `${other}.source_id = ${row}.id`,
      (other) => `${other}.id`,
    )
    if (mapping.fields['sources'] !== undefined)
      return { ...mapping, fields: { ...mapping.fields, sources, source: own } }
    return mapping.type === 'Source' ? { ...mapping, fields: { ...mapping.fields, streams } } : mapping
  })
  const execute = openExecutor({
    schema,
    mappings: gatherMappings(mappings),
    policy: openPolicy({ schema, purposes: null }),
    cursors: openCursors(createHmac('sha256', 'rows').digest()),
    pool,
    rowScopeOf: openRowScopes(house.rowRanges),
    now: () => graph.clock.now,
  })
  return generationOf(schema, execute)
}

async function told(
  generation: Generation,
  query: string,
  caller: Awaited<ReturnType<OpenGraph['caller']>>,
): Promise<string> {
  const result = await answerOf(generation, query, { caller })
  // Sealed into cursors and ids stands nothing that the members themselves do not tell.
  if (result.data === null || result.data === undefined) throw new Error(JSON.stringify(result.errors))
  return JSON.stringify(result.data)
}

describe('a graph that has forgotten every condition on rows', () => {
  it('still shows a caller no row of another agency, by any type and any way', async () => {
    const caller = await graph.caller('H53.1', all)
    const answer = await told(forgetful(reading.pool), everywhere, caller)
    expect(answer).not.toMatch(/"b"|"b-|Source b/)
    expect(answer).toContain('Source a')
    const whole = JSON.parse(answer) as Record<string, { totalCount?: number } | null>
    for (const name of ['dossiers', 'documents', 'reports', 'observations', 'cameras', 'runs', 'quarantine']) {
      expect([name, whole[name]?.totalCount]).toEqual([name, 1])
    }
    expect([whole['source'], whole['node']]).toEqual([null, null])
  })

  it('shows nothing to a token that names no agency, and no access log without its scope', async () => {
    const nobody = await graph.caller(null, all)
    expect(await told(forgetful(reading.pool), everywhere, nobody)).not.toMatch(/"[ab]"|"[ab]-|Source [ab]/)
    const clerk = await graph.caller('H53', [...all, 'audit:read'])
    expect(await told(forgetful(reading.pool), auditLog, clerk)).toContain('"totalCount":1')
  })

  it('would show them all under the account that owns the tables', async () => {
    const caller = await graph.caller('H53.1', all)
    const answer = await told(
      forgetful(graph.database.pool),
      everywhere.replace(' failure { code } recordCount', ''),
      caller,
    )
    for (const row of ['b-dossier', 'b-1', 'b-report', '"b"', 'b-camera', 'Source b']) expect(answer).toContain(row)
  })
})
