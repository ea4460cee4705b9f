import type { Random } from './random.ts'
import { seesCamera, seesDocument, seesDossier, seesObservation, seesReport, type View } from './view.ts'
import { isUnder, sources, type World } from './world.ts'

/** A question for which the answer is found by looking at every row in memory. */
export interface Question {
  readonly query: string
  readonly variables: Record<string, unknown>
  /** What the hub must answer, as `data` has it. */
  readonly expected: unknown
}

type Test<R> = (row: R) => boolean

interface Plain<R> {
  readonly rows: readonly R[]
  readonly sees: (row: R, view: View) => boolean
  readonly id: (row: R) => string
  /** By the name of the order: what is sorted by, as text that sorts as it does; absent values first. */
  readonly orders: Readonly<Record<string, (row: R) => string>>
  readonly filters: Readonly<Record<string, (random: Random) => readonly [value: unknown, test: Test<R>]>>
}

/** Of equal rows the one that came in first comes first: sources are loaded one after the other. */
const inOrder = <R extends { readonly source: string }>(rows: readonly R[]): R[] =>
  Object.keys(sources).flatMap((id) => rows.filter((row) => row.source === id))

const earliest = ''
const instant = (text: string | null): string => (text === null ? earliest : new Date(text).toISOString())
const fold = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('đ', 'd')

const now = Date.parse('2026-03-05T09:00:00+07:00')
/** A deadline at local midnight means 17:00 of that day. */
const limit = (dueAt: string): number => Date.parse(dueAt) + (dueAt.includes('T00:00:00') ? 17 * 3_600_000 : 0)

function plainly(world: World): Record<string, Plain<never>> {
  const under = (random: Random, pick: readonly string[]): readonly [unknown, (code: string) => boolean] => {
    const codes = random.chance(0.5) ? [random.pick(pick)] : random.some(pick, 0.3)
    return [{ in: codes }, (code) => codes.some((top) => (top === 'H53' ? code.startsWith('H53') : isUnder(code, top)))]
  }
  const pick = ['H53', 'H53.1', 'H53.1.1', 'H53.11', 'H53.2', 'Z9', 'H99']
  const dossiers: Plain<World['dossiers'][number]> = {
    rows: inOrder(world.dossiers),
    sees: seesDossier,
    id: ({ source, key }) => `Dossier:${source}:${key}`,
    orders: {
      RECEIVED_AT_ASC: ({ record }) => instant(record.receivedAt),
      RECEIVED_AT_DESC: ({ record }) => instant(record.receivedAt),
      DUE_AT_ASC: ({ record }) => instant(record.dueAt),
      DUE_AT_DESC: ({ record }) => instant(record.dueAt),
    },
    filters: {
      status: (random) => {
        const wanted = random.some(['REGISTERED', 'PROCESSING', 'SUPPLEMENT_REQUIRED', 'PROCESSED', 'RETURNED'], 0.5)
        return [{ in: wanted }, ({ record }) => wanted.includes(record.status)]
      },
      agency: (random) => {
        const [value, test] = under(random, pick)
        return [value, ({ record, source }) => test(record.agency?.code ?? sources[source])]
      },
      procedure: () => [{ eq: '1.001' }, ({ record }) => record.procedure?.code === '1.001'],
      receivedAt: () => [
        { from: '2026-02-01T00:00:00+07:00', to: '2026-03-15T00:00:00+07:00' },
        ({ record: { receivedAt } }) => receivedAt !== null && receivedAt >= '2026-02-01' && receivedAt < '2026-03-15',
      ],
      overdue: (random) => {
        const wanted = random.chance(0.5)
        return [
          { eq: wanted },
          ({ record: { finishedAt, dueAt, status } }) => {
            const late =
              dueAt !== null &&
              (finishedAt === null
                ? ['REGISTERED', 'ACCEPTED', 'PROCESSING'].includes(status) && now > limit(dueAt)
                : Date.parse(finishedAt) > limit(dueAt))
            return late === wanted
          },
        ]
      },
      text: (random) => {
        const word = random.pick(['khai', 'SINH', 'dat', 'K1', 'hộ'])
        return [word, ({ record }) => fold(`${record.code} ${record.subject ?? ''}`).includes(fold(word))]
      },
    },
  }
  const documents: Plain<World['documents'][number]> = {
    rows: inOrder(world.documents),
    sees: seesDocument,
    id: ({ source, record }) => `Document:${source}:${record.about.sender}|${record.about.id}`,
    orders: {
      PROMULGATED_AT_ASC: ({ record }) => record.content.promulgatedAt ?? earliest,
      PROMULGATED_AT_DESC: ({ record }) => record.content.promulgatedAt ?? earliest,
      DUE_AT_DESC: ({ record }) => record.content.dueAt ?? earliest,
    },
    filters: {
      urgency: () => [{ eq: 'URGENT' }, ({ record }) => record.content.urgency === 'URGENT'],
      sender: (random) => {
        const [value, test] = under(random, pick)
        return [value, ({ record }) => test(record.content.sender.code)]
      },
      recipient: (random) => {
        const [value, test] = under(random, pick)
        return [value, ({ record }) => record.content.recipients.some(({ code }) => test(code))]
      },
    },
  }
  const reports: Plain<World['reports'][number]> = {
    rows: inOrder(world.reports),
    sees: seesReport,
    id: ({ source, key }) => `Report:${source}:${key}`,
    orders: {
      PERIOD_ASC: ({ record }) => record.period.from,
      PERIOD_DESC: ({ record }) => record.period.from,
      DUE_AT_ASC: ({ record }) => instant(record.dueAt),
    },
    filters: {
      period: () => [{ in: ['2024', '2026'] }, ({ record }) => record.period.code !== '2025'],
      agency: (random) => {
        const [value, test] = under(random, pick)
        return [value, ({ record }) => test(record.agency.code)]
      },
    },
  }
  const observations: Plain<World['observations'][number]> = {
    rows: inOrder(world.observations),
    sees: (row, view) => seesObservation(row, view, world),
    id: ({ source, key }) => `Observation:${source}:${key}`,
    orders: {
      PERIOD_ASC: ({ record }) => record.period.from,
      PERIOD_DESC: ({ record }) => record.period.from,
    },
    filters: {
      area: () => [{ eq: '80' }, ({ record }) => record.areaCode === '80'],
      indicator: () => [{ eq: 'KT01' }, ({ record }) => record.indicator.code === 'KT01'],
    },
  }
  const cameras: Plain<World['cameras'][number]> = {
    rows: inOrder(world.cameras),
    sees: seesCamera,
    id: ({ source, record }) => `Camera:${source}:${record.code}`,
    orders: {
      CODE_ASC: ({ record }) => record.code,
      OBSERVED_AT_DESC: ({ record }) => instant(record.observedAt),
    },
    filters: {
      online: () => [{ eq: true }, ({ record }) => record.online === true],
      agency: (random) => {
        const [value, test] = under(random, pick)
        return [value, ({ record, source }) => test(record.agency?.code ?? sources[source])]
      },
    },
  }
  return { dossiers, documents, reports, observations, cameras } as unknown as Record<string, Plain<never>>
}

const names: Readonly<Record<string, string>> = {
  dossiers: 'Dossier',
  documents: 'Document',
  reports: 'Report',
  observations: 'Observation',
  cameras: 'Camera',
}
const scopeOf: Readonly<Record<string, string>> = {
  dossiers: 'dossier:read',
  documents: 'document:read',
  reports: 'report:read',
  cameras: 'camera:read',
}

/** A page of a list, or a count by status, of what a view sees of a world; null where the view has not the type's scope. */
export function makeQuestion(random: Random, world: World, view: View): Question | null {
  const type = random.pick(Object.keys(names))
  const needed = scopeOf[type]
  if (needed !== undefined && !(view.scopes as ReadonlySet<string>).has(needed)) return null
  const plain = plainly(world)[type]! as unknown as Plain<unknown>
  const chosen = random
    .some(Object.keys(plain.filters), 0.3)
    .map((name) => [name, ...plain.filters[name]!(random)] as const)
  const filter = Object.fromEntries(chosen.map(([name, value]) => [name, value]))
  const seen = plain.rows.filter((row) => plain.sees(row, view) && chosen.every(([, , test]) => test(row)))
  if (type === 'dossiers' && view.agency !== null && random.chance(0.25)) {
    const counts = Map.groupBy(seen as World['dossiers'], ({ record }) => record.status)
    return {
      query: `query ($filter: DossierFilter) { dossierStatistics(groupBy: [STATUS], filter: $filter) { status count suppressed } }`,
      variables: { filter },
      expected: {
        dossierStatistics: [...counts]
          .map(([status, rows]) => ({ status, count: rows.length, suppressed: false }))
          .toSorted((a, b) => (a.status < b.status ? -1 : 1)),
      },
    }
  }
  const orderBy = random.pick(Object.keys(plain.orders))
  const key = plain.orders[orderBy]!
  const sorted = seen.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))
  if (orderBy.endsWith('DESC')) {
    // Downwards also those that are equal stand the other way round.
    sorted.reverse()
  }
  const size = 1 + random.below(8)
  const back = random.chance(0.2)
  const page = back ? sorted.slice(-size) : sorted.slice(0, size)
  return {
    query: `query ($filter: ${names[type]}Filter, $orderBy: ${names[type]}Order) {
      ${type}(filter: $filter, orderBy: $orderBy, ${back ? 'last' : 'first'}: ${size}) {
        totalCount nodes { id } pageInfo { hasNextPage hasPreviousPage } } }`,
    variables: { filter, orderBy },
    expected: {
      [type]: {
        totalCount: sorted.length,
        nodes: page.map((row) => ({ id: plain.id(row) })),
        pageInfo: { hasNextPage: !back && sorted.length > size, hasPreviousPage: back && sorted.length > size },
      },
    },
  }
}
