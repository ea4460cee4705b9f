import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../../src/access/caller.ts'
import type { Scope } from '../../src/access/policy/scopes.ts'
import { keyring, openGraph, type OpenGraph } from '../kit/world/graph.ts'
import { agencyOf } from '../kit/world/records.ts'

let graph: OpenGraph
let operator: Caller
const both: readonly Scope[] = ['operation:read', 'operation:write']

const sql = (text: string, values: unknown[] = []) => graph.database.pool.query<{ id: number }>(text, values)
const quarantined = async (source: string, stream: string, body: object | null, mark: string): Promise<string> => {
  const { rows } = await sql(
    `insert into quarantine (source_id, stream_id, key, mark, reason, path, found, expected, body, run_id, seen_at)
     values ($1, $2, 'K', $3, 'UNKNOWN_VALUE', 'a.b', 'x', 'y', $4, 1, '2026-03-01T08:00:00+07:00') returning id`,
    [
      source,
      stream,
      Buffer.from(mark),
      body === null ? null : keyring.seal(gzipSync(JSON.stringify(body)), 'quarantine'),
    ],
  )
  return `QuarantinedRecord:${rows[0]!.id}`
}

beforeAll(async () => {
  graph = await openGraph({
    sources: new Map(),
    log: { info: () => {}, warn: () => {}, error: () => {} },
    leaseMs: 30_000,
    pageMs: 60_000,
  })
  await graph.put('Agency', 'lists', [agencyOf('H53'), agencyOf('H53.21'), agencyOf('H53.22')])
  await graph.source('own', 'H53.21', { papers: 'Document' })
  await graph.source('foreign', 'H53.22')
  operator = await graph.caller('H53.21', both)
})
afterAll(() => graph.close())

describe('sources', () => {
  it('fare as their streams do, at the time of the question', async () => {
    const state = async () => {
      const { data, errors } = await graph.ask(
        '{ sources { id state lagSeconds lastSuccessAt failure { code message whoActs since } streams { id lastSuccessAt } } source(id: "foreign") { id } }',
        operator,
      )
      expect(errors).toBeUndefined()
      expect(data.source).toBeNull()
      expect(data.sources).toHaveLength(1)
      return data.sources[0]
    }
    graph.clock.now = new Date('2026-03-05T09:00:00+07:00')
    const set = (text: string) => sql(`update stream set ${text} where source_id = 'own'`)
    await set(`due_at = '2026-03-05T09:00:00+07:00'`)
    expect(await state()).toMatchObject({ state: 'NEVER_RUN', lagSeconds: null, lastSuccessAt: null, failure: null })
    await set(`last_success_at = '2026-03-05T08:50:00+07:00'`)
    expect(await state()).toMatchObject({
      state: 'HEALTHY',
      lagSeconds: 600,
      lastSuccessAt: '2026-03-05T08:50:00+07:00',
    })
    graph.clock.now = new Date('2026-03-05T09:05:01+07:00')
    expect((await state()).state).toBe('LATE')
    await sql(`insert into run (source_id, stream_id, kind, range, state, failure_code, failure_message)
      values ('own', 'list', 'CHANGES', '{}', 'FAILED', 'CONFIG_INVALID', 'the token is refused')`)
    await sql(`update stream set failing_since = '2026-03-05T09:00:00+07:00' where source_id = 'own' and id = 'list'`)
    expect(await state()).toMatchObject({
      state: 'FAILING',
      failure: {
        code: 'CONFIG_INVALID',
        message: 'the token is refused',
        since: '2026-03-05T09:00:00+07:00',
        whoActs: expect.stringMatching(/Người vận hành.* · the operator/),
      },
    })
    await sql(`update source set paused_at = now() where id = 'own'`)
    expect((await state()).state).toBe('PAUSED')
    await sql(`update source set paused_at = null where id = 'own'`)
    await set('failing_since = null, held_at = null')
  })

  it('show how the records of their streams have come to look different, and why a stream is held', async () => {
    await sql(`insert into drift (source_id, stream_id, kind, path, found, expected, records, first_seen_at, run_id, confirmed_at)
      values ('own', 'list', 'RENAMED', 'a.b', 'c', 'b', 7, '2026-03-05T09:00:00+07:00', 1, null),
        ('own', 'list', 'NEW', 'd', 'text', null, 1, '2026-03-05T08:00:00+07:00', 1, now()),
        ('foreign', 'list', 'NEW', 'd', 'text', null, 1, '2026-03-05T08:00:00+07:00', 1, null)`)
    await sql(`update stream set held_at = now(), held_reason = 'DRIFT' where source_id = 'own' and id = 'list'`)
    const query = '{ sources { streams { id heldReason drift { kind path found expected firstSeenAt records } } } }'
    const { data } = await graph.ask(query, operator)
    const [source] = (data as { sources: { streams: { id: string }[] }[] }).sources
    expect(source!.streams.find(({ id }) => id === 'list')).toEqual({
      id: 'list',
      heldReason: 'DRIFT',
      drift: [
        {
          kind: 'RENAMED',
          path: 'a.b',
          found: 'c',
          expected: 'b',
          firstSeenAt: '2026-03-05T09:00:00+07:00',
          records: 7,
        },
      ],
    })
    await sql(`update stream set held_at = null, held_reason = null where source_id = 'own'`)
    await sql('delete from drift')
  })

  it('of others are unknown to every action', async () => {
    for (const id of ['foreign', 'nothing']) {
      for (const [action, selection] of [
        ['runSource', '{ id }'],
        ['replaySource', '{ id }'],
        ['pauseSource', '{ id }'],
        ['resumeSource', '{ id }'],
      ] as const) {
        const answer = await graph.ask(`mutation ($id: String!) { ${action}(id: $id) ${selection} }`, operator, { id })
        expect(answer.data).toBeNull()
        expect(answer.errors).toMatchObject([
          {
            path: [action],
            message: expect.stringContaining('no such source'),
            extensions: { code: 'BAD_USER_INPUT' },
          },
        ])
      }
    }
    const reader = await graph.caller('H53.21', ['operation:read'])
    const denied = await graph.ask('mutation { pauseSource(id: "own") { id } }', reader)
    expect(denied).toMatchObject({
      data: null,
      errors: [{ path: ['pauseSource'], extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }],
    })
    const { rows } = await graph.database.pool.query('select 1 from source where paused_at is not null')
    expect(rows).toEqual([])
  })

  it('of one’s own are paused and resumed, and run as runs that one sees', async () => {
    const paused = await graph.ask('mutation { pauseSource(id: "own") { id state } }', operator)
    expect(paused).toEqual({ data: { pauseSource: { id: 'own', state: 'PAUSED' } } })
    const resumed = await graph.ask('mutation { resumeSource(id: "own") { state } }', operator)
    expect(resumed.errors).toBeUndefined()
    expect(resumed.data.resumeSource.state).not.toBe('PAUSED')
    const { data, errors } = await graph.ask(
      'mutation { runSource(id: "own", full: true) { id source stream state failure { code } } }',
      operator,
    )
    expect(errors).toBeUndefined()
    expect(data.runSource.map((run: { stream: string }) => run.stream)).toEqual(['list', 'papers'])
    const wrong = await graph.ask('mutation { runSource(id: "own", stream: "none") { id } }', operator)
    expect(wrong.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
  })

  it('have runs, by source, state and page', async () => {
    await sql(
      `insert into run (source_id, stream_id, kind, range, state) select 'own', 'list', 'CHANGES', '{}', 'SUCCEEDED' from generate_series(1, 7)`,
    )
    await sql(
      `insert into run (source_id, stream_id, kind, range, state) values ('foreign', 'list', 'CHANGES', '{}', 'SUCCEEDED')`,
    )
    const seen: string[] = []
    for (let after: string | null = null, more = true; more;) {
      const { data } = await graph.ask(
        'query ($after: String) { runs(source: "own", state: SUCCEEDED, first: 3, after: $after) { nodes { id source state } totalCount pageInfo { endCursor hasNextPage } } }',
        operator,
        { after },
      )
      expect(data.runs.totalCount).toBe(7)
      seen.push(...data.runs.nodes.map((run: { id: string }) => run.id))
      after = data.runs.pageInfo.endCursor
      more = data.runs.pageInfo.hasNextPage
    }
    expect(new Set(seen).size).toBe(7)
    expect((await graph.ask('{ runs(source: "foreign") { totalCount } }', operator)).data.runs.totalCount).toBe(0)
  })
})

describe('the quarantine', () => {
  it('shows what waits in one’s own sources, by source and stream', async () => {
    await quarantined('own', 'list', { a: 1 }, 'q1')
    await quarantined('own', 'papers', null, 'q2')
    await quarantined('foreign', 'list', { a: 1 }, 'q3')
    await sql(
      `insert into quarantine (source_id, stream_id, mark, reason, path, run_id, seen_at, left_at) values ('own', 'list', 'q4', 'MISSING', '', 1, now(), now())`,
    )
    const { data } = await graph.ask(
      '{ all: quarantine { totalCount nodes { source stream key reason path seenAt tries } } one: quarantine(source: "own", stream: "papers") { totalCount } other: quarantine(source: "foreign") { totalCount } }',
      operator,
    )
    expect([data.all.totalCount, data.one.totalCount, data.other.totalCount]).toEqual([2, 1, 0])
    expect(data.all.nodes[1]).toEqual({
      source: 'own',
      stream: 'list',
      key: 'K',
      reason: 'UNKNOWN_VALUE: giá trị ngoài danh mục · the value is not in the code list; found: x; expected: y',
      path: 'a.b',
      seenAt: '2026-03-01T08:00:00+07:00',
      tries: 1,
    })
  })

  it('opens the bytes of a record for its domain’s scope and a purpose alone, and notes it', async () => {
    const id = await quarantined('own', 'list', { secret: 'name' }, 'q5')
    const raw = async (scopes: readonly Scope[], purpose: string | null) =>
      graph.ask(
        'query ($id: ID!) { node(id: $id) { ... on QuarantinedRecord { key raw } } }',
        await graph.caller('H53.21', scopes, purpose),
        { id },
      )
    graph.statements()
    expect(await raw(['operation:read', 'dossier:personal'], null)).toMatchObject({
      data: { node: { key: 'K', raw: null } },
      errors: [{ path: ['node', 'raw'], extensions: { code: 'PURPOSE_REQUIRED' } }],
    })
    expect(graph.statements().join()).not.toContain('.body')
    for (const scopes of [['operation:read'], ['operation:read', 'dossier:read', 'document:read']] as Scope[][]) {
      expect(await raw(scopes, 'dossier-handling')).toMatchObject({
        data: { node: { key: 'K', raw: null } },
        errors: [{ path: ['node', 'raw'], extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }],
      })
    }
    expect((await graph.database.pool.query('select 1 from access_entry')).rows).toEqual([])
    const { data, errors } = await raw(['operation:read', 'dossier:personal'], 'dossier-handling')
    expect(errors).toBeUndefined()
    expect(JSON.parse(data.node.raw)).toEqual({ secret: 'name' })
    const { rows } = await graph.database.pool.query('select subject, field, purpose from access_entry')
    expect(rows).toEqual([{ subject: id, field: 'QuarantinedRecord.raw', purpose: 'dossier-handling' }])
  })

  it('is released all or not at all: one foreign, unknown or misspelt id refuses the rest', async () => {
    const mine = await quarantined('own', 'list', { a: 1 }, 'q6')
    const foreign = await quarantined('foreign', 'list', { a: 1 }, 'q7')
    for (const other of [foreign, 'QuarantinedRecord:999999', 'Dossier:1', '', '1e3', "1' or true"]) {
      const answer = await graph.ask('mutation ($ids: [ID!]!) { releaseQuarantined(ids: $ids) }', operator, {
        ids: [mine, other],
      })
      expect(answer, other).toMatchObject({
        data: null,
        errors: [{ path: ['releaseQuarantined'], extensions: { code: 'BAD_USER_INPUT' } }],
      })
    }
    expect((await graph.ask('mutation { releaseQuarantined(ids: []) }', operator)).data).toEqual({
      releaseQuarantined: 0,
    })
    for (const [patch, reason] of [
      ['[1]', 'r'],
      ['{', 'r'],
      ['null', 'r'],
      ['{}', '  '],
    ]) {
      const answer = await graph.ask(
        'mutation ($id: ID!, $patch: String!, $reason: String!) { correctQuarantined(id: $id, patch: $patch, reason: $reason) }',
        operator,
        { id: mine, patch, reason },
      )
      expect(answer.errors, patch).toMatchObject([
        { path: ['correctQuarantined'], extensions: { code: 'BAD_USER_INPUT' } },
      ])
    }
    const { rows } = await graph.database.pool.query(
      `select 1 from quarantine where left_at is not null and mark <> 'q4'`,
    )
    expect(rows).toEqual([])
  })
})
