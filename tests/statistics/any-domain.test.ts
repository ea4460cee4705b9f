import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Combination } from '../../src/statistics/cells.ts'
import { dimensionsOf } from '../../src/statistics/publish.ts'
import { isAsked, leaks, type Question, type Universe } from './law.ts'
import { documentStatistics, permitStatistics } from './made-up.ts'
import { codes, openWorld, type Paper, type Permit, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const months = ['2026-01', '2026-02', '2026-03']
const many = <T>(count: number, one: (index: number) => T): T[] => Array.from({ length: count }, (_, at) => one(at))
const permit = (more: Partial<Permit>): Permit => ({
  agency: 'H53.1',
  kind: 'SHOP',
  sex: 'F',
  issuedAt: '2026-02-10T08:00:00+07:00',
  revokedAt: null,
  ...more,
})

describe('a made-up domain', () => {
  it('answers those who see its rows over exactly these, by any groups and filters', async () => {
    await world.putPermits([
      ...many(3, () => permit({ revokedAt: '2026-03-01T08:00:00+07:00' })),
      ...many(2, () => permit({ revokedAt: '2026-04-01T08:00:00+07:00' })),
      permit({ sex: 'M', issuedAt: '2026-01-31T17:30:00Z' }),
      permit({ agency: 'H53.2' }),
      permit({ draft: true }),
    ])
    const clerk = await world.graph.caller('H53.1', ['report:read'])
    const { data, errors } = await world.ask(
      `{ permitStatistics(groupBy: [HOLDER_SEX, OFFICE, ISSUE_MONTH], filter: { kind: { eq: "SHOP" } }) {
        holderSex office { code } issueMonth kind count revokedCount suppressed } }`,
      clerk,
    )
    expect(errors).toBeUndefined()
    const same = { office: { code: 'H53.1' }, issueMonth: '2026-02', kind: null, suppressed: false }
    expect(data.permitStatistics).toEqual([
      { ...same, holderSex: 'F', count: 5, revokedCount: 3 },
      { ...same, holderSex: 'M', count: 1, revokedCount: 0 },
    ])
  })

  it.each([
    'groupBy: [HOLDER_SEX]',
    'groupBy: [KIND, OFFICE]',
    'groupBy: [KIND], filter: { kind: { eq: "SHOP" } }',
    'groupBy: [KIND], filter: { office: { in: ["H53", "H53.1"] } }',
    'groupBy: [KIND], filter: { issuedAt: { from: "2026-02-02T00:00:00+07:00" } }',
  ])('refuses everybody else %s', async (args) => {
    const { errors } = await world.ask(`{ permitStatistics(${args}) { count } }`)
    expect(errors).toMatchObject([
      {
        message:
          'Thống kê mở: nhóm theo một trong OFFICE, KIND, ISSUE_MONTH; chỉ lọc theo office và issuedAt (đầu tháng). · ' +
          'Open statistics: group by one of OFFICE, KIND, ISSUE_MONTH; filter by office and by issuedAt at the start of months only.',
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ])
  })

  it('shows everybody else what was published last, and no draft', async () => {
    const query = '{ permitStatistics(groupBy: [KIND]) { kind count revokedCount suppressed } }'
    await world.putPermits([
      ...many(7, () => permit({ revokedAt: '2026-03-01T08:00:00+07:00' })),
      ...many(9, () => permit({ kind: 'TAXI' })),
      ...many(3, () => permit({ kind: 'DRAFT', draft: true })),
    ])
    await world.publish()
    await world.putPermits([])
    expect((await world.ask(query)).data.permitStatistics).toEqual([
      // None of the taxis is revoked: that is a number below five, and its total would give it away.
      { kind: 'SHOP', count: 7, revokedCount: null, suppressed: true },
      { kind: 'TAXI', count: 9, revokedCount: null, suppressed: true },
    ])
    await world.publish()
    expect((await world.ask(query)).data.permitStatistics).toEqual([])
  })
})

/** Some rows for each combination: small counts and larger ones. */
const combination = fc.record({
  agency: fc.option(fc.constantFrom(...codes), { freq: 9 }),
  month: fc.option(fc.constantFrom(...months), { freq: 9 }),
  first: fc.constantFrom('URGENT', 'NORMAL', 'EXPRESS'),
  second: fc.option(fc.constantFrom('Quyết định', 'Báo cáo'), { freq: 3 }),
  count: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 40 })),
})
type Drawn = typeof combination extends fc.Arbitrary<infer T> ? T : never
const drawnWorlds = fc.array(combination, { minLength: 4, maxLength: 22 })

const domains = {
  permits: {
    statistics: permitStatistics.field.statistics,
    root: 'permitStatistics',
    values: [['URGENT', 'NORMAL', 'EXPRESS']],
    valuesOf: (one: Drawn) => [one.first],
    time: (month: string) => `${month}-01T00:00:00+07:00`,
    put: (drawn: readonly Drawn[]) =>
      world.putPermits(
        drawn.flatMap(({ agency, month, first, count }) =>
          many(count, (n) =>
            permit({
              agency,
              kind: first,
              issuedAt: month === null ? null : `${month}-28T23:59:00+07:00`,
              revokedAt: n % 2 === 0 ? null : '2026-01-01T00:00:00Z',
            }),
          ),
        ),
      ),
  },
  documents: {
    statistics: documentStatistics.field.statistics,
    root: 'documentStatistics',
    values: [
      ['URGENT', 'NORMAL', 'EXPRESS'],
      ['Quyết định', 'Báo cáo', ''],
    ],
    valuesOf: (one: Drawn) => [one.first, one.second ?? ''],
    time: (month: string) => `${month}-01`,
    put: (drawn: readonly Drawn[]) =>
      world.putPapers(
        drawn.flatMap(({ agency, month, first, second, count }) =>
          many(count, (n): Paper => {
            const promulgatedAt = month === null ? null : `${month}-15`
            const dueAt = promulgatedAt === null || n % 2 === 0 ? null : '2026-04-01'
            return { sender: agency, urgency: first, type: second, promulgatedAt, dueAt }
          }),
        ),
      ),
  },
} as const

describe.each(Object.entries(domains))('the open statistics of %s', (_name, domain) => {
  const dimensions = dimensionsOf(domain.statistics)
  const fieldOf = (group: string): string =>
    group.toLowerCase().replace(/_(.)/, (_, letter: string) => letter.toUpperCase())

  /** Every answer to one agency, span and group: the listed cells with their counts. */
  async function everything(universe: Universe): Promise<{ question: Question; count: number | null }[]> {
    const spans = months.flatMap((_, from) => months.slice(from).map((__, more) => months.slice(from, from + more + 1)))
    const answers: { question: Question; count: number | null }[] = []
    const groups = [dimensions.agency!, ...dimensions.groups.map(({ name }) => name), dimensions.month!]
    const filters = { agency: filterOf('agency'), month: filterOf('month') }
    for (const agency of [null, ...world.agencies]) {
      const aliases: string[] = []
      const asked: { span: readonly string[] | null; group: string }[] = []
      for (const span of [null, ...spans]) {
        const next = span === null ? '' : `2026-0${Number(span.at(-1)!.slice(-1)) + 1}`
        const parts = [
          ...(agency === null ? [] : [`${filters.agency}: { eq: "${agency.code}" }`]),
          ...(span === null
            ? []
            : [`${filters.month}: { from: "${domain.time(span[0]!)}", to: "${domain.time(next)}" }`]),
        ]
        for (const group of groups) {
          const field = group === dimensions.agency ? `${fieldOf(group)} { code }` : fieldOf(group)
          aliases.push(
            `a${asked.length}: ${domain.root}(groupBy: [${group}]${parts.length === 0 ? '' : `, filter: { ${parts.join(' ')} }`}) { ${field} count }`,
          )
          asked.push({ span, group })
        }
      }
      const { data, errors } = await world.ask(`{ ${aliases.join('\n')} }`)
      expect(errors).toBeUndefined()
      for (const [at, { span, group }] of asked.entries()) {
        for (const cell of data[`a${at}`] as Record<string, unknown>[]) {
          const shown = cell[fieldOf(group)]
          const code = (shown as { code?: string } | null)?.code
          const value =
            group === dimensions.agency
              ? String(world.agencies.find((one) => one.code === code)?.id ?? '')
              : ((shown as string | null) ?? '')
          const month = group === dimensions.month ? [value] : span
          const question = {
            agency: agency?.id ?? 0,
            group,
            value: group === dimensions.month ? '' : value,
            span: month,
          }
          if (group === dimensions.month && value === '') continue
          answers.push({ question, count: cell['count'] as number | null })
        }
      }
    }
    expect(answers.every(({ question }) => universe.agencies.size > 0 && question.group !== '')).toBe(true)
    return answers

    function filterOf(kind: 'agency' | 'month'): string {
      const found = Object.values(domain.statistics.groups).find((group) => group.kind === kind)
      return found !== undefined && 'filter' in found ? found.filter : ''
    }
  }

  it('are true, and let nobody derive a count below five from all answers', async () => {
    const universe: Universe = {
      dimensions,
      agencies: new Map(world.agencies.map(({ path, id }) => [path, id])),
      months,
      values: domain.values,
    }
    let [shown, suppressed] = [0, 0]
    await fc.assert(
      fc.asyncProperty(drawnWorlds, async (drawn) => {
        await domain.put(drawn)
        await world.publish()
        const rows = combinationsOf(drawn, domain.valuesOf)
        const answers = await everything(universe)
        for (const { question, count } of answers) {
          if (count === null) {
            suppressed += 1
            continue
          }
          shown += 1
          const inside = rows.filter((row) => isAsked(universe, row, question))
          expect([question, count]).toEqual([question, inside.reduce((sum, row) => sum + row.count, 0)])
          expect(count).toBeGreaterThanOrEqual(5)
        }
        const known = answers
          .filter(({ count }) => count !== null)
          .map(
            ({ question }) =>
              (row: Combination) =>
                isAsked(universe, row, question),
          )
        expect(leaks(universe, rows, known)).toEqual([])
      }),
      { numRuns: 8 },
    )
    expect(shown).toBeGreaterThan(100)
    expect(suppressed).toBeGreaterThan(100)
  })
})

function combinationsOf(drawn: readonly Drawn[], valuesOf: (one: Drawn) => string[]): Combination[] {
  const found = new Map<string, Combination>()
  for (const one of drawn) {
    const agency = world.agencies.find(({ code }) => code === one.agency)
    const row = { agency: agency?.id ?? null, path: agency?.path ?? '', month: one.month, values: valuesOf(one) }
    const key = JSON.stringify(row)
    const count = (found.get(key)?.count ?? 0) + one.count
    found.set(key, { ...row, count, measures: [] })
  }
  return [...found.values()]
}
