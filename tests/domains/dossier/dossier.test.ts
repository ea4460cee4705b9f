import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../../../src/access/caller.ts'
import { declaredStatistics } from '../../../src/main/graph.ts'
import { publishStatistics } from '../../../src/statistics/index.ts'
import { openGraph, type OpenGraph } from '../../kit/world/graph.ts'
import { agencyOf, dossierOf, mention } from '../../kit/world/records.ts'

let graph: OpenGraph
let all: Caller
beforeAll(async () => {
  graph = await openGraph()
  await graph.put(
    'Agency',
    'lists',
    ['H53', 'H53.1', 'H53.2', 'H53.3', 'H53.1.1'].map((code) => agencyOf(code)),
  )
  await graph.source('s', 'H53')
  all = await graph.caller('H53', ['dossier:read'])
})
afterAll(() => graph.close())

const at = (day: number) => `2026-03-${String(day).padStart(2, '0')}T08:00:00.000+07:00`
const iso = (day: number) => `2026-03-${String(day).padStart(2, '0')}T08:00:00+07:00`
const see = (day: number, more: Parameters<typeof dossierOf>[1]) =>
  graph.put('Dossier', 's', [dossierOf('H', more)], { at: at(day) })
const history = async () => {
  const { data } = await graph.ask(
    '{ dossier(code: "H") { finishedAt returnedAt overdue dueDates { dueAt since } events { at status observed officer } } }',
    all,
  )
  return data.dossier
}

describe('the history of a dossier', () => {
  it('is what the hub observes where the source tells none', async () => {
    await see(1, { status: 'PROCESSED', dueAt: at(10) })
    expect(await history()).toEqual({
      finishedAt: null,
      returnedAt: null,
      overdue: false,
      dueDates: [{ dueAt: iso(10), since: iso(1) }],
      events: [{ at: iso(1), status: 'PROCESSED', observed: true, officer: null }],
    })
    await see(2, { status: 'PROCESSED', dueAt: at(10) })
    expect((await history()).events).toHaveLength(1)
    await see(3, { status: 'RETURNED', dueAt: at(12), sourceUpdatedAt: at(2) })
    expect(await history()).toMatchObject({
      finishedAt: null,
      returnedAt: iso(2),
      dueDates: [
        { dueAt: iso(10), since: iso(1) },
        { dueAt: iso(12), since: iso(2) },
      ],
      events: [{ status: 'PROCESSED' }, { at: iso(2), status: 'RETURNED' }],
    })
    await see(4, { status: 'PROCESSING', dueAt: at(12) })
    expect(await history()).toMatchObject({ finishedAt: null, returnedAt: null })
    await see(5, { status: 'RETURNED', dueAt: at(12) })
    expect(await history()).toMatchObject({ finishedAt: iso(5), returnedAt: iso(5) })
    await see(6, { status: 'RETURNED', dueAt: at(12) })
    expect(await history()).toMatchObject({ finishedAt: iso(5), returnedAt: iso(5) })
    expect((await history()).events).toHaveLength(4)
  })

  it('is the source’s own where it tells one', async () => {
    const event = (day: number) => ({
      at: at(day),
      status: 'ACCEPTED' as const,
      agency: null,
      officer: 'Bà A',
      note: null,
    })
    await see(7, { events: [event(1), event(2)], dueDates: [{ dueAt: at(9), since: at(1) }], finishedAt: at(3) })
    expect(await history()).toMatchObject({
      finishedAt: iso(3),
      dueDates: [{ dueAt: iso(9), since: iso(1) }],
      events: [
        { at: iso(1), observed: false, officer: 'Bà A' },
        { at: iso(2), observed: false },
      ],
    })
    expect((await history()).events).toHaveLength(2)
    await see(8, { events: [], dueDates: [] })
    expect(await history()).toMatchObject({ events: [], dueDates: [], finishedAt: null })
  })

  it('goes with it', async () => {
    await graph.remove('Dossier', 's', ['H'])
    expect(await history()).toBeNull()
    expect((await graph.database.pool.query('select 1 from dossier_event')).rows).toEqual([])
  })
})

describe('statistics', () => {
  it('are over the rows that the caller sees, exactly', async () => {
    await graph.put('Dossier', 's', [
      ...Array.from({ length: 9 }, (_, index) =>
        dossierOf(`A${index}`, {
          agency: mention('H53.1'),
          receivedAt: at(2),
          status: 'RETURNED',
          finishedAt: at(index < 3 ? 6 : 4),
          dueAt: at(5),
        }),
      ),
      ...Array.from({ length: 6 }, (_, index) =>
        dossierOf(`B${index}`, { agency: mention('H53.2'), receivedAt: '2026-01-31T17:30:00Z' }),
      ),
      ...Array.from({ length: 7 }, (_, index) => dossierOf(`C${index}`, { agency: mention('H53.3') })),
      dossierOf('E', { agency: mention('H53.1.1') }),
      dossierOf('F', { agency: mention('H53.1.1'), status: 'RETURNED' }),
    ])
    const query =
      '{ dossierStatistics(groupBy: [AGENCY, MONTH]) { agency { code } month count overdueCount onTimeRate medianProcessingDays suppressed } }'
    const { data } = await graph.ask(query, await graph.caller('H53.1', ['dossier:read']))
    expect(data.dossierStatistics).toEqual([
      {
        agency: { code: 'H53.1' },
        month: '2026-03',
        count: 9,
        overdueCount: 3,
        onTimeRate: 6 / 9,
        medianProcessingDays: 2,
        suppressed: false,
      },
      {
        agency: { code: 'H53.1.1' },
        month: null,
        count: 2,
        overdueCount: 0,
        onTimeRate: null,
        medianProcessingDays: null,
        suppressed: false,
      },
    ])
    const months = (await graph.ask('{ dossierStatistics(groupBy: [MONTH]) { month count } }', all)).data
      .dossierStatistics
    expect(months).toEqual([
      { month: '2026-02', count: 6 },
      { month: '2026-03', count: 9 },
      { month: null, count: 9 },
    ])
  })

  it('that are open come from the published copy, with few withheld and the next beside them', async () => {
    const query = '{ dossierStatistics(groupBy: [AGENCY]) { agency { code } count overdueCount suppressed } }'
    expect((await graph.ask(query)).data.dossierStatistics).toEqual([])
    await publishStatistics(graph.database.db, declaredStatistics(), graph.clock.now)
    for (const caller of [undefined, await graph.caller(null, ['dossier:read']), await graph.caller('H53.1', [])]) {
      const { data, errors } = await graph.ask(query, caller)
      expect(errors).toBeUndefined()
      expect(
        data.dossierStatistics.map((one: { agency: { code: string }; count: number | null }) => [
          one.agency.code,
          one.count,
        ]),
      ).toEqual([
        // Of those returned in the whole province one is not its own: its number would tell it.
        ['H53.1', null],
        ['H53.1.1', null],
        ['H53.2', null],
        ['H53.3', null],
      ])
    }
  })

  it.each([
    'groupBy: [CHANNEL]',
    'groupBy: [AGENCY, STATUS]',
    'groupBy: []',
    'groupBy: [STATUS], filter: { text: "a" }',
    'groupBy: [STATUS], filter: { overdue: { eq: true } }',
    'groupBy: [STATUS], filter: { agency: { in: ["H53", "H53.1"] } }',
    'groupBy: [STATUS], filter: { receivedAt: { from: "2026-03-02T00:00:00+07:00" } }',
    'groupBy: [STATUS], filter: { receivedAt: { to: "2026-03-01T00:00:00Z" } }',
    'groupBy: [STATUS], filter: { receivedAt: { from: "2026-03-01T00:00:00.000001+07:00" } }',
  ])('that are open refuse %s', async (args) => {
    const answer = await graph.ask(`{ dossierStatistics(${args}) { count } }`)
    expect(answer.errors).toMatchObject([{ path: ['dossierStatistics'], extensions: { code: 'BAD_USER_INPUT' } }])
  })

  it('that are open may be of one agency and of months', async () => {
    const answer = await graph.ask(
      '{ dossierStatistics(groupBy: [MONTH, MONTH], filter: { receivedAt: { from: "2026-02-28T17:00:00Z" } }) { month count } }',
    )
    expect(answer).toEqual({ data: { dossierStatistics: [{ month: '2026-03', count: 9 }] } })
    const one = await graph.ask(
      '{ dossierStatistics(groupBy: [MONTH], filter: { agency: { eq: "H53.2" } }) { month count } }',
    )
    // Withheld among the agencies, it is not told by its months.
    expect(one).toEqual({ data: { dossierStatistics: [{ month: '2026-02', count: null }] } })
  })
})
