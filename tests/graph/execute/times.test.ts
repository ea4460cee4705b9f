import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../../../src/access/caller.ts'
import { openGraph, type OpenGraph } from '../../kit/world/graph.ts'
import { dossierOf, reportOf } from '../../kit/world/records.ts'
import { sampleTown } from '../../kit/world/sample-town.ts'

let graph: OpenGraph
let all: Caller

const local = (text: string) => `${text}+07:00`

beforeAll(async () => {
  graph = await openGraph()
  all = await sampleTown(graph)
})
afterAll(() => graph.close())

const found = async (filter: object, caller: Caller = all): Promise<string[]> => {
  const { data, errors } = await graph.ask(
    'query ($filter: DossierFilter) { dossiers(filter: $filter, first: 100) { nodes { code } } }',
    caller,
    { filter },
  )
  expect(errors).toBeUndefined()
  return data.dossiers.nodes.map((node: { code: string }) => node.code.slice(0, 2)).toSorted()
}

describe('times', () => {
  it('are half-open ranges, and come with an offset', async () => {
    await graph.put(
      'Dossier',
      's',
      ['2026-02-01T00:00:00', '2026-02-28T23:59:59.999999', '2026-03-01T00:00:00'].map((time, at) =>
        dossierOf(`R${at}`, { receivedAt: local(time) }),
      ),
    )
    expect(
      await found({ receivedAt: { from: local('2026-02-01T00:00:00'), to: local('2026-03-01T00:00:00') } }),
    ).toEqual(['R0', 'R1'])
    expect(await found({ receivedAt: { from: '2026-01-31T17:00:00Z', to: '2026-01-31T17:00:00.000001Z' } })).toEqual([
      'R0',
    ])
    expect(await found({ receivedAt: { from: '2026-02-28T16:59:59.999999Z' } })).toEqual(['R1', 'R2'])
    const { data } = await graph.ask('{ dossier(code: "R1") { receivedAt } }', all)
    expect(data.dossier.receivedAt).toBe('2026-02-28T23:59:59.999999+07:00')
    const far = await graph.ask(
      '{ dossiers(filter: { receivedAt: { from: "0001-01-01T00:00:00+14:00", to: "9999-12-31T23:59:59-12:00" } }) { totalCount } }',
      all,
    )
    expect(far.data.dossiers.totalCount).toBe(3)
  })

  it('make a dossier overdue: open and past its limit, or finished after it; midnight means 17:00', async () => {
    const due = local('2026-03-05T00:00:00')
    const cases = {
      O0: { dueAt: due },
      O1: { dueAt: local('2026-03-05T16:00:00') },
      O2: { dueAt: due, status: 'SUPPLEMENT_REQUIRED' },
      O3: { dueAt: due, status: 'PAYMENT_REQUIRED' },
      O4: { dueAt: due, status: 'RETURNED', finishedAt: local('2026-03-05T16:59:00') },
      O5: { dueAt: due, status: 'RETURNED', finishedAt: local('2026-03-05T17:00:01') },
      O6: { dueAt: due, status: 'PROCESSED' },
      O7: { status: 'ACCEPTED' },
      O8: { dueAt: due, status: 'WITHDRAWN' },
    } as const
    await graph.put(
      'Dossier',
      's',
      Object.entries(cases).map(([code, more]) => dossierOf(code, more)),
    )
    const late = async (now: string) => {
      graph.clock.now = new Date(local(now))
      const yes = (await found({ overdue: { eq: true } })).filter((code) => code.startsWith('O'))
      const no = (await found({ overdue: { eq: false } })).filter((code) => code.startsWith('O'))
      expect([...yes, ...no].toSorted()).toEqual(Object.keys(cases))
      return yes
    }
    expect(await late('2026-03-05T16:30:00')).toEqual(['O1', 'O5'])
    expect(await late('2026-03-05T17:00:00')).toEqual(['O1', 'O5'])
    expect(await late('2026-03-05T17:00:01')).toEqual(['O0', 'O1', 'O5'])
    graph.clock.now = new Date(local('2026-03-05T09:00:00'))
  })

  it('decide whether a report is expected, late or submitted', async () => {
    const dueAt = local('2026-03-10T17:00:00')
    await graph.put(
      'Report',
      's',
      [
        reportOf('waits', 'H53', '2026', { dueAt }),
        reportOf('never', 'H53', '2026'),
        reportOf('good', 'H53', '2026', { dueAt, submittedAt: dueAt }),
        reportOf('bad', 'H53', '2026', { dueAt, submittedAt: local('2026-03-10T17:00:01') }),
      ],
      { stream: 'reports' },
    )
    const states = async (now: string) => {
      graph.clock.now = new Date(local(now))
      const { data } = await graph.ask(
        '{ reports { nodes { code state } } late: reports(filter: { state: LATE }) { nodes { code } } }',
        all,
      )
      const map = Object.fromEntries(
        data.reports.nodes.map((node: { code: string; state: string }) => [node.code, node.state]),
      )
      expect(data.late.nodes.map((node: { code: string }) => node.code).toSorted()).toEqual(
        Object.keys(map)
          .filter((code) => map[code] === 'LATE')
          .toSorted(),
      )
      return map
    }
    expect(await states('2026-03-10T17:00:00')).toEqual({
      waits: 'EXPECTED',
      never: 'EXPECTED',
      good: 'SUBMITTED',
      bad: 'LATE',
    })
    expect((await states('2026-03-10T17:00:01'))['waits']).toBe('LATE')
    graph.clock.now = new Date(local('2026-03-05T09:00:00'))
  })
})
