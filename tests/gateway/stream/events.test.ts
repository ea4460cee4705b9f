// Tests of which events a subscriber gets.
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { Caller } from '../../../src/access/caller.ts'
import type { Followed, FollowedEvent } from '../../../src/graph/subscribe/subscribe.ts'
import { openVerifier } from '../../../src/access/token/verifier.ts'
import { testIssuer } from '../../kit/token.ts'
import { openSmallGateway } from '../open.ts'
import { openStream } from './town.ts'
import { openGraph, type OpenGraph } from '../../kit/world/graph.ts'
import { agencyOf, dossierOf, mention, partyOf } from '../../kit/world/records.ts'
import { house } from '../../../src/domains/index.ts'

let graph: OpenGraph
let ward: Caller
let province: Caller
let operator: Caller

beforeAll(async () => {
  graph = await openGraph()
  await graph.put(
    'Agency',
    'lists',
    ['H53', 'H53.21', 'H53.21.3', 'H53.22'].map((code) => agencyOf(code)),
  )
  await graph.source('s', 'H53')
  await graph.source('t', 'H53.22')
  ward = await graph.caller('H53.21', ['dossier:read'])
  province = await graph.caller('H53', ['dossier:read', 'dossier:personal'], 'dossier-handling')
  operator = await graph.caller('H53', ['operation:read'])
})
afterAll(() => graph.close())

const open = (field: string, args: Record<string, unknown> = {}, caller: Caller = ward): Promise<Followed> =>
  graph.generation.subscribe!(field, args, caller)

/** The dossiers as they are now, and the change told of as the engine does: in one transaction's end. */
async function change(agency: string | null, codes: readonly string[], more: object = {}): Promise<void> {
  await graph.put(
    'Dossier',
    's',
    codes.map((code) => dossierOf(code, { agency: agency === null ? null : mention(agency), ...more })),
  )
  await told(codes)
}
async function told(codes: readonly string[], kind = 'UPSERT'): Promise<void> {
  await sql`insert into change (entity, source_id, stream_id, key, kind, run_id)
    select 'Dossier', 's', 'list', k, ${kind}, 1 from unnest(${[...codes]}::text[]) k`.execute(graph.database.db)
}

/** What is told until something is, then what more comes in a moment. */
async function next(followed: Followed, caller: Caller, within = 60_000): Promise<readonly FollowedEvent[]> {
  const late = AbortSignal.timeout(within)
  const all: FollowedEvent[] = []
  while (!late.aborted && all.length === 0) {
    await followed.waiting(late)
    all.push(...(await followed.take(caller)))
  }
  return all
}

it('a change is told to whoever sees the row, and to nobody else', async () => {
  const [own, whole] = [await open('dossierChanged'), await open('dossierChanged')]
  await change('H53.22', ['E1'])
  await change('H53.21.3', ['E2'])
  expect(await next(own, ward)).toEqual([{ kind: 'CHANGED', id: 'Dossier:s:E2' }])
  const all = await next(whole, province)
  expect(all[0]).toEqual({ kind: 'CHANGED', id: 'Dossier:s:E1' })
  own.close()
  whole.close()
})

it('A33 a row that moves out of the scope is told of as gone, once, and only to whoever could see it', async () => {
  const [shown, other] = [await open('dossierChanged'), await open('dossierChanged')]
  await change('H53.21', ['M1'])
  expect(await next(shown, ward)).toHaveLength(1)
  await change('H53.22', ['M1'])
  expect(await next(shown, ward)).toEqual([{ kind: 'LEFT' }])
  expect(await next(other, ward, 700)).toEqual([]) // this one was never shown it
  await change('H53.22', ['M1'], { status: 'RETURNED' })
  expect(await next(shown, ward, 700)).toEqual([])
  await change('H53.21', ['M1'])
  expect(await next(shown, ward)).toEqual([{ kind: 'CHANGED', id: 'Dossier:s:M1' }])
  await graph.remove('Dossier', 's', ['M1'])
  await told(['M1'], 'REMOVE')
  expect(await next(shown, ward)).toEqual([{ kind: 'LEFT' }])
  shown.close()
  other.close()
})

it('A33 a row that the caller saw before it came is told of as gone too, and one that it did not see is not', async () => {
  await change('H53.21', ['B1', 'B2'])
  await change('H53.22', ['B3'])
  const args = { filter: { text: 'B1' } }
  const [own, filtered] = [await open('dossierChanged'), await open('dossierChanged', args)]
  await change('H53.22', ['B1', 'B2', 'B3'])
  expect(await next(own, ward)).toEqual([{ kind: 'LEFT' }, { kind: 'LEFT' }])
  expect(await next(filtered, ward)).toEqual([{ kind: 'LEFT' }])
  await graph.remove('Dossier', 's', ['B3'])
  await told(['B3'], 'REMOVE')
  expect(await next(own, ward, 700)).toEqual([])
  own.close()
  filtered.close()
})

it('the filter is that of the list', async () => {
  const overdue = await open('dossierChanged', { filter: { status: { in: ['RETURNED'] }, source: { eq: 's' } } })
  await change('H53.21', ['F1', 'F2'])
  await change('H53.21', ['F3'], { status: 'RETURNED' })
  expect(await next(overdue, ward)).toEqual([{ kind: 'CHANGED', id: 'Dossier:s:F3' }])
  await change('H53.21', ['F3'])
  expect(await next(overdue, ward)).toEqual([{ kind: 'LEFT' }])
  overdue.close()
})

it('a personal filter ends the stream of whoever may not look there', async () => {
  const applicant = partyOf('Nguyen Van Thu', { identityNumber: '072000000001' })
  const args = { filter: { identityNumber: { eq: '072000000001' } } }
  const [closed, may] = [await open('dossierChanged', args), await open('dossierChanged', args)]
  await change('H53.21', ['P1'], { applicant })
  expect(await next(may, province)).toEqual([{ kind: 'CHANGED', id: 'Dossier:s:P1' }])
  await expect(next(closed, ward)).rejects.toMatchObject({ code: 'UNAUTHORIZED_FIELD_OR_TYPE' })
  closed.close()
  may.close()
})

it('changes of a transaction that commits late are told of too', async () => {
  const followed = await open('dossierChanged')
  const slow = await graph.database.pool.connect()
  await slow.query('begin')
  await slow.query(
    `insert into change (entity, source_id, stream_id, key, kind, run_id) values ('Dossier', 's', 'list', 'L1', 'UPSERT', 1)`,
  )
  await graph.put('Dossier', 's', [dossierOf('L1', { agency: mention('H53.21') })])
  await change('H53.21', ['L2'])
  await new Promise((resolve) => setTimeout(resolve, 300))
  await slow.query('commit')
  slow.release()
  const ids: FollowedEvent[] = []
  await vi.waitFor(
    async () => {
      ids.push(...(await next(followed, ward, 500)))
      expect(ids).toHaveLength(2)
    },
    { timeout: 60_000 },
  )
  expect(ids.map((one) => (one as { id?: string }).id).toSorted()).toEqual(['Dossier:s:L1', 'Dossier:s:L2'])
  followed.close()
})

it('whoever falls far behind is told to come again, and keeps nobody else', async () => {
  const [slow, quick] = [await open('dossierChanged'), await open('dossierChanged')]
  let taking = true
  const quickly = (async () => {
    while (taking) {
      await quick.waiting(AbortSignal.timeout(100))
      await quick.take(ward)
    }
  })()
  for (let round = 0; round < 6; round += 1) {
    await told(Array.from({ length: 1_000 }, (_, index) => `none ${round} ${index}`))
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
  await change('H53.21', ['Q1'])
  await expect(slow.waiting(AbortSignal.timeout(60_000))).rejects.toMatchObject({ code: 'RESUBSCRIBE_REQUIRED' })
  taking = false
  await quickly
  quick.close()
  slow.close()
})

it('a run is told of each time its state changes, of its source alone', async () => {
  const { db } = graph.database
  const followed = await open('runChanged', { source: 's' })
  const run = async (source: string, state: string): Promise<number> => {
    const { rows } = await sql<{ id: number }>`
      insert into run (source_id, stream_id, kind, state, range) values (${source}, 'list', 'CHANGES', ${state}, '{}') returning id
    `.execute(db)
    return rows[0]!.id
  }
  await run('t', 'RUNNING')
  const id = await run('s', 'RUNNING')
  expect(await next(followed, operator)).toEqual([{ kind: 'CHANGED', id: `Run:${id}` }])
  await sql`update run set state = 'SUCCEEDED' where id = ${id}`.execute(db)
  await sql`select pg_notify('hub_run', 's/list')`.execute(db)
  expect(await next(followed, operator)).toEqual([{ kind: 'CHANGED', id: `Run:${id}` }])
  await sql`update run set pages = 7 where id = ${id}`.execute(db)
  expect(await next(followed, operator, 700)).toEqual([])
  expect(await followed.take(ward)).toEqual([])
  followed.close()
})

it('an event over HTTP is masked, denied and logged as any other read', async () => {
  const issuer = await testIssuer()
  const verifier = openVerifier({
    issuers: [issuer.trusted()],
    now: Date.now,
    isScope: house.isScope,
    agencyRangeOf: (code) => (code === 'H53' ? { from: null, to: null } : null),
  })
  const small = await openSmallGateway(async () => ({ generation: graph.generation, verifier }))
  const { db } = graph.database
  const logged = async () =>
    (await sql<{ subject: string; purpose: string }>`select subject, purpose from access_entry order by id`.execute(db))
      .rows
  try {
    const query = `subscription ($f: DossierFilter) {
      d: dossierChanged(filter: $f) { id code applicant { name } agency { code } }
    }`
    const body = { query, variables: { f: { text: 'HTTP1' } } }
    const mint = (scope: string) => issuer.mint({ scope, agency: 'H53', purposes: ['dossier-handling'] })
    const headers = { 'x-hub-purpose': 'dossier-handling' }
    const full = await openStream(small.gateway, { body, token: await mint('dossier:read dossier:personal'), headers })
    const plain = await openStream(small.gateway, { body, token: await mint('dossier:read') })
    const before = await logged()
    await change('H53.21', ['HTTP1', 'OTHER1'], { applicant: partyOf('Nguyen Thi Thu') })
    const shown = { id: 'Dossier:s:HTTP1', code: 'HTTP1', agency: { code: 'H53.21' } }
    expect((await full.next()).data).toEqual({ data: { d: { ...shown, applicant: { name: 'Nguyen Thi Thu' } } } })
    const closed = await plain.next()
    expect(closed.data?.data).toEqual({ d: { ...shown, applicant: null } })
    expect(closed.data?.errors).toMatchObject([
      { path: ['d', 'applicant'], extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } },
    ])
    const entries = (await logged()).slice(before.length)
    expect(entries.length).toBeGreaterThan(0)
    expect(new Set(entries.map((one) => `${one.subject} ${one.purpose}`))).toEqual(
      new Set(['Dossier:s:HTTP1 dossier-handling']),
    )
    full.leave()
    plain.leave()
  } finally {
    await small.close()
    await issuer.close()
  }
})

it('nothing is read while nobody follows', async () => {
  await new Promise((resolve) => setTimeout(resolve, 300))
  const { rows } = await sql<{ before: number }>`select count(*) as before from pg_stat_activity
    where datname = current_database() and application_name = 'hub events' and query ilike 'listen%'`.execute(
    graph.database.db,
  )
  expect(rows[0]?.before).toBe(1)
})
