// A page that commits while an agency moves: no row is left under the old path.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { pathOfSource, resolveAgencies } from '../../../src/domains/agency/index.ts'
import { openGraph, type OpenGraph } from '../../kit/world/graph.ts'
import { agencyOf, dossierOf, mention } from '../../kit/world/records.ts'

let graph: OpenGraph
beforeAll(async () => {
  graph = await openGraph()
})
afterAll(() => graph.close())

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms))

it('follows the move, whichever commits first', async () => {
  await graph.source('office', 'H53')
  await graph.put('Agency', 'lists', [agencyOf('H53', {}), agencyOf('W1', { parentCode: 'H53' })], {
    key: (one) => one.code,
  })
  await graph.put('Dossier', 'office', [dossierOf('D0', { agency: mention('W1') })])
  let moved: Promise<unknown> = Promise.resolve()
  await graph.database.db.transaction().execute(async (trx) => {
    const agencies = await resolveAgencies(trx, 'office', [mention('W1')])
    const { path } = agencies.get('W1')!
    // The list says meanwhile that the ward belongs elsewhere.
    moved = graph.put('Agency', 'lists', [agencyOf('H54', {}), agencyOf('W1', { parentCode: 'H54' })], {
      key: (one) => one.code,
    })
    await Promise.race([moved, pause(1_500)])
    await trx.updateTable('dossier').set({ agency_path: path }).where('code', '=', 'D0').execute()
  })
  await moved
  const { rows } = await graph.database.pool.query<{ row: string; agency: string }>(
    'select d.agency_path as row, a.path as agency from dossier d join agency a on a.id = d.agency_id',
  )
  expect(rows.map(({ row }) => row)).toEqual(rows.map(({ agency }) => agency))
})

it('holds for rows without an agency, which are seen by the agency of their source', async () => {
  await graph.put('Agency', 'lists', [agencyOf('W2', { parentCode: 'H53' })], { key: (one) => one.code })
  await graph.source('ward office', 'W2')
  await graph.put('Dossier', 'ward office', [dossierOf('D9', { agency: null })])
  let moved: Promise<unknown> = Promise.resolve()
  await graph.database.db.transaction().execute(async (trx) => {
    const path = await pathOfSource(trx, 'ward office')
    moved = graph.put('Agency', 'lists', [agencyOf('W2', { parentCode: 'H54' })], { key: (one) => one.code })
    await Promise.race([moved, pause(1_500)])
    await trx.updateTable('dossier').set({ agency_path: path }).where('code', '=', 'D9').execute()
  })
  await moved
  const { rows } = await graph.database.pool.query<{ row: string; source: string }>(
    `select d.agency_path as row, s.agency_path as source from dossier d join source s on s.id = d.source_id where d.code = 'D9'`,
  )
  expect(rows[0]?.source).toContain('H54/')
  expect(rows[0]?.row).toBe(rows[0]?.source)
})
