import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { spelling } from '../../../src/domains/agency/committee.ts'
import { resolveAgencies, settleAgencies } from '../../../src/domains/agency/index.ts'
import { canonicalCode, agencyPositions } from '../../../src/domains/agency/tree.ts'
import { openGraph, type OpenGraph } from '../../kit/world/graph.ts'
import { agencyOf, cameraOf, dossierOf, mention } from '../../kit/world/records.ts'

let graph: OpenGraph
beforeAll(async () => {
  graph = await openGraph()
})
afterAll(() => graph.close())
beforeEach(async () => {
  await graph.database.pool.query(
    `truncate dossier, document, document_part, camera, procedure, agency, agency_part, source, administrative_unit cascade`,
  )
})

interface Shown {
  readonly code: string
  readonly path: string
  readonly name: string
  readonly other_codes: string[]
}
const tree = async (): Promise<Shown[]> =>
  (await graph.database.pool.query<Shown>('select code, path, name, other_codes from agency order by code')).rows
const pathOf = async (code: string) =>
  (await graph.database.pool.query<{ agency_path: string }>('select agency_path from dossier where code = $1', [code]))
    .rows[0]?.agency_path

describe('the tree of agencies', () => {
  it('is the same for any order in which the same facts are learned', async () => {
    type Fact = () => Promise<void>
    const list =
      (key: string, more: Parameters<typeof agencyOf>[1] & { code: string }): Fact =>
      () =>
        graph.put('Agency', 'lists', [agencyOf(more.code, more)], { key: () => key })
    const seen =
      (source: string, code: string, name: string | null, id: string | null): Fact =>
      () =>
        graph.database.db.transaction().execute(async (trx) => {
          await resolveAgencies(trx, source, [mention(code, name, id)])
        })
    const facts: Fact[] = [
      seen('a', 'H53.21.3', null, null),
      seen('a', 'H53.21', 'Ward', '21'),
      seen('a', '000.00.21.H53', 'Another name of the ward', '21'),
      seen('b', '000.00.21.H53', 'Zed', '7'),
      seen('b', 'w21', null, '7'),
      seen('a', 'H53.22.9', 'Ninth', null),
      list('1', { code: 'H53', name: 'Province' }),
      list('2', { code: 'H53.22', otherCodes: ['000.00.22.H53'], parentCode: 'H53' }),
      list('3', { code: 'X1', parentCode: 'w21' }),
      list('4', { code: 'R1', parentCode: 'R2' }),
      list('5', { code: 'R2', parentCode: 'R1' }),
      list('6', { code: '000.00.22.H53', name: 'Zzz', parentCode: null }),
    ]
    const outcomes = new Set<string>()
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(facts, { minLength: facts.length }), async (order) => {
        await graph.database.pool.query('truncate agency, agency_part cascade')
        for (const fact of order) await fact()
        outcomes.add(JSON.stringify(await tree()))
        expect([...outcomes]).toHaveLength(1)
      }),
      { numRuns: 12 },
    )
    const [rows] = [...outcomes].map((text) => JSON.parse(text) as Shown[])
    const paths = Object.fromEntries(rows!.map((row) => [row.code, row.path]))
    expect(paths).toEqual({
      H53: 'H53/',
      'H53.21': 'H53/H53.21/',
      'H53.21.3': 'H53/H53.21/H53.21.3/',
      'H53.22': 'H53/H53.22/',
      'H53.22.9': 'H53/H53.22/H53.22.9/',
      R1: 'R1/',
      R2: 'R1/R2/',
      X1: 'H53/H53.21/X1/',
    })
    expect(rows!.find((row) => row.code === 'H53.21')).toMatchObject({ name: 'Another name of the ward' })
  })

  it('has one root and no ring whatever parents the lists give', () => {
    const agency = fc.integer({ min: 1, max: 8 })
    fc.assert(
      fc.property(
        fc.array(fc.option(agency), { minLength: 8, maxLength: 8 }),
        fc.shuffledSubarray([1, 2, 3, 4, 5, 6, 7, 8], { minLength: 8 }),
        (parents, order) => {
          const known = parents.map((parent, at) => ({
            id: order[at]!,
            codes: [`A${at + 1}`],
            parentCode: parent === null ? null : `A${parent}`,
          }))
          const places = [...agencyPositions(known).values()].toSorted((a, b) => (a.code < b.code ? -1 : 1))
          const again = [
            ...agencyPositions(known.map((one) => ({ ...one, id: 100 - one.id })).toReversed()).values(),
          ].toSorted((a, b) => (a.code < b.code ? -1 : 1))
          expect(again.map((place) => place.path)).toEqual(places.map((place) => place.path))
          for (const place of places) {
            const codes = place.path.split('/').slice(0, -1)
            expect(new Set(codes).size).toBe(codes.length)
            expect(codes.at(-1)).toBe(place.code)
          }
        },
      ),
    )
  })

  it('names an agency by its most general code, then its shortest', () => {
    expect(canonicalCode(['000.00.21.H53', 'H53.21'])).toBe('H53.21')
    expect(canonicalCode(['000.00.21.H53', '21'])).toBe('21')
  })

  it('carries the rows along when an agency moves or proves to be another', async () => {
    await graph.source('s', 'k5', { cameras: 'Camera' })
    await graph.put('Dossier', 's', [dossierOf('own', { agency: mention('k5.1', null, 'x') }), dossierOf('none')])
    await graph.put('Camera', 's', [cameraOf('c')], { stream: 'cameras' })
    expect(await pathOf('none')).toBe('')
    await graph.put('Agency', 'lists', [agencyOf('H53'), agencyOf('k5', { parentCode: 'H53' })])
    expect([await pathOf('own'), await pathOf('none')]).toEqual(['H53/k5/k5.1/', 'H53/k5/'])
    await graph.put('Dossier', 's', [dossierOf('second', { agency: mention('H53.9', null, 'x') })])
    expect([await pathOf('own'), await pathOf('second')]).toEqual(['H53/H53.9/', 'H53/H53.9/'])
    const { rows } = await graph.database.pool.query('select agency_path from camera')
    expect(rows).toEqual([{ agency_path: 'H53/k5/' }])
    const { data } = await graph.ask('{ agencies { nodes { code otherCodes } } }')
    expect(data.agencies.nodes).toContainEqual({ code: 'H53.9', otherCodes: ['k5.1'] })
  })

  it('places a source whose agency is known before it', async () => {
    await graph.put('Agency', 'lists', [agencyOf('H53'), agencyOf('H53.21')])
    await graph.source('late', 'H53.21')
    const { rows } = await graph.database.pool.query('select agency_path from source')
    expect(rows).toEqual([{ agency_path: 'H53/H53.21/' }])
  })

  it('forgets an agency that no list and no row names any more', async () => {
    await graph.source('s', 'H53')
    await graph.put(
      'Agency',
      'lists',
      ['H53', 'H53.1', 'H53.2', 'H53.2.1'].map((code) => agencyOf(code)),
    )
    await graph.put('Dossier', 's', [dossierOf('D', { agency: mention('H53.2') })])
    await graph.remove('Agency', 'lists', ['H53', 'H53.1', 'H53.2', 'H53.2.1'])
    expect((await tree()).map((row) => row.path)).toEqual(['H53/', 'H53/H53.2/'])
  })
})

describe('the unit of a committee', () => {
  it('is the one of its own province, whose names other provinces have too, in either spelling', async () => {
    await graph.database.pool.query(`insert into administrative_unit (code, name, kind, parent_id) values
      ('80', 'Tỉnh Tây Ninh', 'PROVINCE', null), ('01', 'Tỉnh Khác', 'PROVINCE', null)`)
    await graph.database.pool.query(`insert into administrative_unit (code, name, kind, parent_id)
      select u.code, u.name, 'COMMUNE', p.id from (values ('1', 'Xã Tân Thành', '80'), ('2', 'Xã Tân Thành', '01'), ('3', 'Phường Hòa Thành', '80'),
        ('4', 'Xã Nơi Khác', '01')) u(code, name, parent) join administrative_unit p on p.code = u.parent`)
    await graph.put('Agency', 'lists', [
      agencyOf('H53', { name: 'Ủy ban nhân dân tỉnh Tây Ninh' }),
      agencyOf('H53.1', { name: 'Uỷ ban nhân dân xã Tân Thành' }),
      agencyOf('H53.2', { name: 'UBND Phường Hoà Thành' }),
      agencyOf('H53.3', { name: 'Ủy ban nhân dân xã Nơi Khác' }),
      agencyOf('H53.4', { name: 'Sở Tư pháp' }),
    ])
    await graph.database.db.transaction().execute((trx) => settleAgencies(trx))
    const { data } = await graph.ask('{ agencies { nodes { code unit { code } } } }')
    expect(data.agencies.nodes.map((node: { unit: { code: string } | null }) => node.unit?.code ?? null)).toEqual([
      '80',
      '1',
      '3',
      null,
      null,
    ])
    expect(spelling('Hoà  BÌNH')).toBe(spelling('Hòa bình'))
    expect(spelling('Tân Thạnh')).not.toBe(spelling('Tân Thành'))
  })
})

it('settles nothing when nothing is new', async () => {
  await graph.put('Agency', 'lists', [agencyOf('H53'), agencyOf('H53.1')])
  const look = () => graph.database.pool.query('select xmin::text, code from agency order by code')
  const before = (await look()).rows
  await graph.database.db.transaction().execute(async (trx) => {
    await resolveAgencies(trx, 'a', [mention('H53.1', 'Whatever')])
    await settleAgencies(trx)
  })
  expect((await look()).rows).toEqual(before)
})
