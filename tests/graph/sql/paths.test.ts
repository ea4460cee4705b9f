import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../../../src/access/caller.ts'
import { openGraph, type OpenGraph } from '../../kit/world/graph.ts'
import { cameraOf, keyed, mention, observationOf } from '../../kit/world/records.ts'
import { sampleTown } from '../../kit/world/sample-town.ts'

let graph: OpenGraph
let all: Caller

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

describe('agencies and units', () => {
  it('are found by any known code, a filter by agency takes its whole subtree', async () => {
    for (const code of ['H53.21', '000.00.21.H53', 'H53.21.3'])
      expect(await found({ agency: { eq: code }, text: 'hoa' })).toEqual(['T1'])
    expect(await found({ agency: { in: ['H53.2', 'nothing'] } })).toEqual([])
    const { data } = await graph.ask(
      '{ agency(code: "000.00.21.H53") { code otherCodes } node(id: "Agency:000.00.21.H53") { id } }',
    )
    expect(data).toEqual({ agency: { code: 'H53.21', otherCodes: ['000.00.21.H53'] }, node: { id: 'Agency:H53.21' } })
  })

  it('with one code are told apart by the day', async () => {
    await graph.database.pool.query(`insert into administrative_unit (code, name, kind, valid_from, valid_to) values
      ('25645', 'Xã Cũ', 'COMMUNE', null, '2025-07-01'), ('25645', 'Phường Mới', 'WARD', '2025-07-01', null)`)
    const { data } = await graph.ask(
      `{ a: administrativeUnit(code: "25645", on: "2025-06-30") { id name } b: administrativeUnit(code: "25645", on: "2025-07-01") { id name }
         c: administrativeUnit(code: "25645") { name } list: administrativeUnits(filter: { code: { eq: "25645" } }) { totalCount }
         on: administrativeUnits(filter: { on: "2024-01-01" }) { nodes { name } } n: node(id: "AdministrativeUnit:25645:") { ... on AdministrativeUnit { name } } }`,
    )
    expect(data).toEqual({
      a: { id: 'AdministrativeUnit:25645:', name: 'Xã Cũ' },
      b: { id: 'AdministrativeUnit:25645:2025-07-01', name: 'Phường Mới' },
      c: { name: 'Phường Mới' },
      list: { totalCount: 2 },
      on: { nodes: [{ name: 'Xã Cũ' }] },
      n: { name: 'Xã Cũ' },
    })
    const period = (to: string) => ({ code: to.slice(0, 4), from: to, to })
    await graph.put(
      'Observation',
      's',
      [
        keyed(observationOf('U', { areaCode: '25645', period: period('2025-06-30') }), 'old'),
        keyed(
          observationOf('U', { areaCode: '25645', period: period('2025-07-01'), value: '100000000000000000000.10' }),
          'new',
        ),
      ],
      { stream: 'observations' },
    )
    const seen = await graph.ask(
      '{ observations(filter: { indicator: { eq: "U" } }, orderBy: PERIOD_ASC) { nodes { area { name } value } } }',
    )
    expect(seen.data.observations.nodes).toEqual([
      { area: { name: 'Xã Cũ' }, value: '12.50' },
      { area: { name: 'Phường Mới' }, value: '100000000000000000000.10' },
    ])
  })
})

describe('cameras', () => {
  it('are near a point or within bounds by their distance over ground', async () => {
    const places = { near: [11.3, 106.1], far: [11.4, 106.1], none: null } as const
    await graph.put(
      'Camera',
      's',
      Object.entries(places).map(([code, place]) =>
        cameraOf(code, { agency: mention('H53'), location: place && { latitude: place[0], longitude: place[1] } }),
      ),
      { stream: 'cameras' },
    )
    const seen = async (filter: object) => {
      const { data, errors } = await graph.ask(
        'query ($f: CameraFilter) { cameras(filter: $f) { nodes { code } } }',
        all,
        { f: filter },
      )
      return errors?.[0]?.extensions.code ?? data.cameras.nodes.map((node: { code: string }) => node.code)
    }
    // A tenth of a degree of latitude is 11.1 km.
    expect(await seen({ near: { latitude: 11.3, longitude: 106.1, metres: 11_000 } })).toEqual(['near'])
    expect(await seen({ near: { latitude: 11.3, longitude: 106.1, metres: 11_200 } })).toEqual(['far', 'near'])
    expect(await seen({ near: { latitude: -11.3, longitude: -73.9, metres: 2_000_000_000 } })).toEqual(['far', 'near'])
    expect(await seen({ within: { south: 11.3, north: 11.3, west: 106, east: 106.1 } })).toEqual(['near'])
    expect(await seen({ within: { south: 0, north: 20, west: 106, east: -170 } })).toEqual(['far', 'near'])
    for (const wrong of [
      { near: { latitude: 91, longitude: 0, metres: 1 } },
      { near: { latitude: 1, longitude: 0, metres: -1 } },
      { within: { south: 2, north: 1, west: 0, east: 1 } },
    ]) {
      expect(await seen(wrong)).toBe('BAD_USER_INPUT')
    }
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: -90, max: 90, noNaN: true }),
        fc.double({ min: -180, max: 180, noNaN: true }),
        async (latitude, longitude) => {
          const radians = (degrees: number) => (degrees * Math.PI) / 180
          const [a, b] = [radians(latitude), radians(11.3)]
          const metres =
            6_371_000 *
            Math.acos(
              Math.min(
                1,
                Math.max(
                  -1,
                  Math.sin(a) * Math.sin(b) + Math.cos(a) * Math.cos(b) * Math.cos(radians(longitude - 106.1)),
                ),
              ),
            )
          expect(await seen({ near: { latitude, longitude, metres: Math.ceil(metres) + 50 } })).toContain('near')
          expect(
            await seen({ near: { latitude, longitude, metres: Math.max(0, Math.floor(metres) - 50) } }),
          ).not.toContain(metres > 60 ? 'near' : 'x')
        },
      ),
      { numRuns: 25 },
    )
  })
})
