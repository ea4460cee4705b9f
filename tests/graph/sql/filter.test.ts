import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../../../src/access/caller.ts'
import { openGraph, type OpenGraph } from '../../kit/world/graph.ts'
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

describe('texts', () => {
  it.each([
    ['hoà', ['T1', 'T2']],
    ['HÒA giai', ['T1']],
    ['đang ky', ['T1', 'T2']],
    ['dang_ky', ['T2']],
    ['100%', ['T1']],
    ['0%', ['T1']],
    ['%', ['T1']],
    ['_', ['T2']],
    ['\\', ["T'"]],
    ["'3|A:B", ["T'"]],
    ['$1', ["T'"]],
    ['  ', ["T'", 'T1', 'T2']],
    ['hoa hoa', ['T1', 'T2']],
    ['\u0000', []],
  ])('%j are found without diacritics and case, and as they are written otherwise', async (text, codes) => {
    expect(await found({ text })).toEqual(codes.toSorted())
  })

  it('find personal words only whole, beside open words, and only for whoever may read them now', async () => {
    expect(await found({ text: 'bình' })).toEqual(['T1', 'T2'])
    expect(await found({ text: 'trân van' })).toEqual(['T1'])
    expect(await found({ text: 'giải trần' })).toEqual(['T1'])
    expect(await found({ text: 'tran thi' })).toEqual([])
    expect(await found({ text: 'tra' })).toEqual([])
    expect(await found({ text: '001234567890' })).toEqual(['T1'])
    expect(await found({ text: '01234567' })).toEqual([])
    expect(await found({ text: '+84912345678' })).toEqual(['T1'])
    expect(await found({ text: '0912.345.678' })).toEqual(['T1'])
    expect(await found({ text: 'b1234567' })).toEqual(["T'"])
    for (const caller of [
      { ...all, purpose: null },
      await graph.caller('H53', ['dossier:read', 'dossier:masked'], 'dossier-handling'),
    ]) {
      expect(await found({ text: 'trần' }, caller)).toEqual([])
      expect(await found({ text: 'bình' }, caller)).toEqual(['T2'])
    }
  })

  it('with more words than a person types are refused', async () => {
    const text = Array.from({ length: 40 }, (_, at) => `w${at}`).join(' ')
    const answer = await graph.ask('query ($t: String!) { search(text: $t) { totalCount } }', all, { t: text })
    expect(answer.errors).toMatchObject([{ path: ['search'], extensions: { code: 'BAD_USER_INPUT' } }])
  })

  it('are never read as SQL, wherever they stand', async () => {
    const query = `query ($t: String!, $id: ID!) {
      node(id: $id) { id } dossier(code: $t, source: $t) { code } document(id: $id) { id } camera(code: $t) { code } agency(code: $t) { code }
      administrativeUnit(code: $t) { code } procedure(code: $t) { code } source(id: $t) { id } search(text: $t) { totalCount }
      runs(source: $t) { totalCount } quarantine(source: $t, stream: $t) { totalCount } accessLog(subject: $id, caller: $t) { totalCount }
      dossiers(filter: { text: $t, agency: { eq: $t }, procedure: { in: [$t] }, source: { eq: $t } }) { totalCount }
      documents(filter: { type: { eq: $t }, sender: { eq: $t }, recipient: { eq: $t }, code: { eq: $t }, text: $t }) { totalCount }
      reports(filter: { agency: { eq: $t }, code: { eq: $t }, period: { eq: $t } }) { totalCount }
      indicators(filter: { code: { eq: $t }, text: $t }) { totalCount } cameras(filter: { agency: { eq: $t }, unit: { eq: $t } }) { totalCount }
      observations(filter: { indicator: { eq: $t }, area: { eq: $t }, period: { eq: $t }, source: { eq: $t } }) { totalCount }
      agencies(filter: { parent: { eq: $t }, text: $t }) { totalCount } administrativeUnits(filter: { code: { eq: $t }, parent: { eq: $t }, text: $t }) { totalCount }
      procedures(filter: { code: { eq: $t }, field: { eq: $t }, text: $t }) { totalCount } }`
    const nasty = fc.oneof(
      fc.constantFrom(
        "'; drop table dossier; --",
        "' or '1'='1",
        '$1::text',
        '\\',
        "\\'",
        '"',
        '\u0000',
        '\ud800',
        "E'\\\\x'",
        '%',
        '${x}',
        '){}',
        'Dossier:',
      ),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
    )
    await fc.assert(
      fc.asyncProperty(
        nasty.filter((text) => text.trim() !== ''),
        fc.constantFrom('', 'Dossier:', 'Run:', 'Camera:', 'Observation:'),
        async (t, prefix) => {
          const { data, errors } = await graph.ask(query, all, { t, id: `${prefix}${t}` })
          expect(errors ?? []).toEqual([])
          expect(data.runs.totalCount).toBe(0)
        },
      ),
      { numRuns: 60 },
    )
    expect(await found({})).toHaveLength(3)
  })
})

describe('identity numbers', () => {
  it.each([
    ['001234567890', ['T1']],
    ['1234567890', []],
    ['012345678', ['T2']],
    ['12345678', []],
    [' 012345678 ', ['T2']],
    ['B1234567', ["T'"]],
  ])('%j are found whole, with their leading zeros', async (eq, codes) => {
    expect(await found({ identityNumber: { eq } })).toEqual(codes)
    expect(await found({ identityNumber: { in: [eq, 'x'] } })).toEqual(codes)
  })
})
