import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ProcedureRecord } from '../../../src/contract/entity.ts'
import { openGraph, type OpenGraph } from '../../kit/world/graph.ts'
import { dossierOf, mention } from '../../kit/world/records.ts'

let graph: OpenGraph
beforeAll(async () => {
  graph = await openGraph()
  await graph.source('list', 'H53')
})
afterAll(() => graph.close())
beforeEach(() => graph.database.pool.query('truncate dossier, procedure, procedure_part cascade'))

const part = (
  audience: ProcedureRecord['audience'],
  name: string,
  more: Partial<ProcedureRecord> = {},
): ProcedureRecord => ({
  code: '1.001',
  name,
  field: null,
  agency: null,
  audience,
  ...more,
})
const shown = async () => {
  const { data } = await graph.ask('{ procedure(code: "1.001") { name field audiences agency { code } } }')
  return data.procedure
}
const list = (key: string, record: ProcedureRecord) => graph.put('Procedure', 'list', [record], { key: () => key })
const dossier = (code: string, name: string | null) =>
  graph.put('Dossier', 'list', [dossierOf(code, { procedure: { code: '1.001', name, field: null } })])

describe('a procedure', () => {
  it.each([
    ['Khai sinh', 'Khai sinh (DN)', 'Khai sinh'],
    ['Khai s\uFFFDnh', 'Khai sinh (DN)', 'Khai sinh (DN)'],
    ['Khai s\uFFFDnh', 'Kh\uFFFDi sinh (DN)', 'Khai s\uFFFDnh'],
    ['Khai sinh', 'Khai s\uFFFDnh (DN)', 'Khai sinh'],
  ])(
    'named %j for citizens and %j for businesses is %j, in whatever order it is told of',
    async (citizen, business, name) => {
      const facts = [
        () => list('c', part('CITIZEN', citizen, { field: 'Hộ t\uFFFDch' })),
        () => list('b', part('BUSINESS', business, { field: 'Hộ tịch', agency: mention('H53.1') })),
        () => dossier('D1', 'Anything'),
        () => dossier('D2', null),
      ]
      await fc.assert(
        fc.asyncProperty(fc.shuffledSubarray(facts, { minLength: facts.length }), async (order) => {
          await graph.database.pool.query('truncate dossier, procedure, procedure_part cascade')
          for (const fact of order) await fact()
          expect(await shown()).toEqual({
            name,
            field: 'Hộ tịch',
            audiences: ['CITIZEN', 'BUSINESS'],
            agency: { code: 'H53.1' },
          })
        }),
        { numRuns: 6 },
      )
    },
  )

  it('that no list names has the name that records give it, whichever comes first', async () => {
    await dossier('D1', null)
    expect((await shown()).name).toBe('1.001')
    await dossier('D2', 'Beta')
    await dossier('D3', 'Alpha')
    await dossier('D4', 'Gamma')
    expect((await shown()).name).toBe('Alpha')
  })

  it('goes with its last list, unless a dossier names it', async () => {
    await list('c', part('CITIZEN', 'One'))
    await list('b', part('BUSINESS', 'Two'))
    await graph.remove('Procedure', 'list', ['c'])
    expect(await shown()).toMatchObject({ name: 'Two', audiences: ['BUSINESS'] })
    await dossier('D1', null)
    await graph.remove('Procedure', 'list', ['b'])
    expect(await shown()).toMatchObject({ name: 'Two', audiences: [] })
    await graph.remove('Dossier', 'list', ['D1'])
    await list('b', part('BUSINESS', 'Two'))
    await graph.remove('Procedure', 'list', ['b'])
    expect(await shown()).toBeNull()
  })

  it('is left by a row of a list that names another now', async () => {
    await list('c', part('CITIZEN', 'One'))
    await list('c', { ...part('CITIZEN', 'Other'), code: '2.002' })
    expect(await shown()).toBeNull()
  })
})
