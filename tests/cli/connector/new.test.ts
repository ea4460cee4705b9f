import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Connector, Page, Range, TransportRequest } from '#connector'
import { newConnector } from '../../../src/cli/connector/new.ts'
import { testConnector } from '../../../src/cli/connector/test.ts'
import { rules } from '../../kit/conformance/conformance.ts'
import { root } from '../../rules/house.ts'

// Inside the checkout, where #connector is known, and in a folder that is nobody's source.
mkdirSync(join(root, 'dist', 'test-connectors'), { recursive: true })
const own = mkdtempSync(join(root, 'dist', 'test-connectors', 'new-'))
const folders = { connectorsFolder: join(own, 'connectors'), docsFolder: join(own, 'docs') }
afterAll(() => rmSync(own, { recursive: true, force: true }))

const said: string[] = []
beforeEach(() => {
  said.length = 0
  for (const name of ['log', 'error'] as const) vi.spyOn(console, name).mockImplementation((line) => said.push(line))
})
afterEach(() => vi.restoreAllMocks())

interface Told {
  readonly id: string
  readonly severity: string
  readonly verdict: string
  readonly looked?: number
  readonly faults?: readonly string[]
}
const told = (): readonly Told[] => JSON.parse(said.join('')) as readonly Told[]
const made = async (id: string): Promise<string> => {
  expect(await newConnector(id, folders)).toBe(0)
  return join(folders.connectorsFolder, id)
}
const spoil = (folder: string, file: string, text: string, by: string): void => {
  const path = join(folder, file)
  const before = readFileSync(path, 'utf8')
  expect(before).toContain(text)
  writeFileSync(path, before.replace(text, by))
}

describe('a new connector', () => {
  it('keeps every rule of the kit as it is made, and none is skipped', async () => {
    const folder = await made('land-registry')
    said.length = 0
    expect(await testConnector(relative(process.cwd(), folder), { json: true })).toBe(0)
    expect(told().map(({ id, verdict }) => `${id} ${verdict}`)).toEqual(told().map(({ id }) => `${id} kept`))
    expect(told().map(({ id }) => id)).toEqual(expect.arrayContaining(['C01', 'C02', 'C12', 'K01', 'K02']))
    expect(told().every(({ looked }) => (looked ?? 0) > 0)).toBe(true)
  })

  it('bears its id as its name, has a page, and no gap of the template is left in it', async () => {
    const folder = await made('fire-safety')
    const module = (await import(join(folder, 'index.ts'))) as { default: { manifest: { name: string } } }
    expect(module.default.manifest.name).toBe(basename(folder))
    const files = readdirSync(own, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
    expect(files).toContain(join(folders.docsFolder, 'fire-safety.md'))
    expect(files.filter((path) => readFileSync(path, 'utf8').includes('__'))).toEqual([])
  })

  it("says what was made, the five folders that are the engineer's, and the lines of hub.config.ts", async () => {
    const folder = await made('water-permits')
    for (const name of readdirSync(folder, { recursive: true })
      .map(String)
      .filter((path) => path.includes('.'))) {
      expect(said.join('\n')).toContain(join('connectors', 'water-permits', name))
    }
    expect(said.join('\n')).toContain("connector: 'water-permits'")
    expect(said.join('\n')).toContain("token: { secret: 'WATER_PERMITS_TOKEN' }")
    const texts = readdirSync(folder, { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('.ts'))
    const marks = texts.flatMap((name) => readFileSync(join(folder, name), 'utf8').match(/SOURCE \d of 5/g) ?? [])
    expect(marks.toSorted()).toEqual([1, 2, 3, 4, 5].map((number) => `SOURCE ${number} of 5`))
  })

  it.each(['', 'Land', '1st', 'land_registry', 'land--registry', 'land-', '../land', 'a/b', 'đất', 'x'.repeat(41)])(
    'is refused for the id "%s", in one line, and nothing is made',
    async (id) => {
      expect(await newConnector(id, folders)).toBe(2)
      expect(said).toEqual([expect.stringMatching(/^".*" is no connector id, expected .*$/)])
      expect(existsSync(join(folders.docsFolder, `${id}.md`))).toBe(false)
    },
  )

  it('is refused where a folder or a page of that id is, which stay as they are', async () => {
    const folder = await made('taken')
    writeFileSync(join(folder, 'read.ts'), 'mine')
    said.length = 0
    expect(await newConnector('taken', folders)).toBe(2)
    expect(said).toEqual([expect.stringContaining('is there already')])
    expect(readFileSync(join(folder, 'read.ts'), 'utf8')).toBe('mine')
    rmSync(folder, { recursive: true })
    expect(await newConnector('taken', folders)).toBe(2)
    expect(existsSync(folder)).toBe(false)
  })
})

describe('the test of a connector', () => {
  it('names the rule that a fault breaks, with what was found, and ends with 1', async () => {
    const folder = await made('taking-anything')
    spoil(folder, 'normalise.ts', "from.maybeOneOf('status', statuses) ?? reject('MISSING', 'status')", "'PROCESSING'")
    said.length = 0
    expect(await testConnector(folder, {})).toBe(1)
    const broken = said.filter((line) => line.startsWith('✗')).map((line) => line.slice(2, 5))
    expect(broken).toEqual(['C10', 'K01', 'K02'])
    expect(said.join('\n')).toMatch(/✗ K01 MUST {3}broken {2}.*\n {6}dossiers: .* differs at status: "PROCESSING"/)
    expect(said.filter((line) => line.startsWith('✓')).length).toBe(11)
  })

  it('finds a read that loses the records of a mass update', async () => {
    const folder = await made('losing')
    spoil(folder, 'read.ts', 'page: position.page + 1', 'page: position.page + 2')
    said.length = 0
    expect(await testConnector(folder, { json: true })).toBe(1)
    const found = told().find(({ id }) => id === 'K01')
    expect(found?.faults).toContainEqual(expect.stringContaining('is missing'))
  })

  it('ends with 0 where only a SHOULD is broken, and tells it', async () => {
    const folder = await made('one-tongue')
    spoil(folder, 'manifest.ts', "vi: 'Số hồ sơ mỗi trang'", "vi: 'Dossiers a page'")
    said.length = 0
    expect(await testConnector(folder, { json: true })).toBe(0)
    const broken = told().filter(({ verdict }) => verdict === 'broken')
    expect(broken).toMatchObject([{ id: 'C12', severity: 'SHOULD', faults: [expect.stringContaining('pageSize')] }])
  })

  it('tells why a rule is skipped', async () => {
    expect(await testConnector(join(root, 'connectors', 'procedure-catalogue'), {})).toBe(0)
    expect(said.find((line) => line.includes('C09'))).toMatch(
      /^– C09 MUST {3}skipped .*\(no secret among the settings\)$/,
    )
  })

  it('refuses a folder that holds no connector with 2 and one line', async () => {
    expect(await testConnector(join(own, 'nowhere'), {})).toBe(2)
    const folder = await made('without-default')
    writeFileSync(join(folder, 'index.ts'), 'export const connector = 1\n')
    const broken = await made('unreadable')
    writeFileSync(join(broken, 'index.ts'), "throw new Error('not today')\n")
    said.length = 0
    expect(await testConnector(folder, { json: true })).toBe(2)
    expect(await testConnector(broken, { json: true })).toBe(2)
    expect(said).toEqual([
      expect.stringContaining('cannot be loaded as a connector: the default exports'),
      expect.stringContaining('cannot be loaded as a connector: not today'),
    ])
  })
})

describe('the read of a new connector', () => {
  let connector: Connector
  beforeAll(async () => {
    vi.spyOn(console, 'log').mockImplementation(() => undefined)
    connector = ((await import(join(await made('reading'), 'index.ts'))) as { default: Connector }).default
  })
  const now = new Date('2026-07-01T09:00:00+07:00')
  const item = (id: string, changedAt: string) => ({ id, code: id, status: 'Đang xử lý', changedAt, internalNote: 'x' })

  /** Reads with a source that gives these answers one after the other; what it was asked stands in `asked`. */
  async function reading(range: Range, ...answers: readonly unknown[]) {
    const asked: URLSearchParams[] = []
    const left = [...answers]
    const exchange = ({ url }: TransportRequest) => {
      asked.push(new URL(url).searchParams)
      return Promise.resolve({ json: () => left.shift() })
    }
    const settings = { url: 'https://source.example/api/', token: 'invented', pageSize: 2 }
    const context = { settings, now: () => now, signal: new AbortController().signal, transport: { exchange } }
    const pages: Page[] = []
    let failure: unknown
    try {
      for await (const page of connector.read(context as never, 'dossiers', range)) pages.push(page)
    } catch (error) {
      failure = error
    }
    return { pages, failure, asked: asked.map((query) => Object.fromEntries(query)) }
  }

  it('begins again ten minutes before the newest change of the last run', async () => {
    const first = await reading({ all: true }, { total: 1, items: [item('a', '2026-07-01T08:00:00+07:00')] })
    expect(first.asked).toEqual([{ page: '1', size: '2', sort: 'changedAt,id' }])
    const second = await reading({ since: first.pages[0]!.next }, { total: 0, items: [] })
    expect(second.asked[0]).toMatchObject({ changedFrom: '2026-07-01T07:50:00.000+07:00', page: '1' })
    expect(second.pages).toEqual([{ records: [], next: first.pages[0]!.next }])
  })

  it('is not carried away by a record of tomorrow', async () => {
    const { pages } = await reading({ all: true }, { total: 1, items: [item('a', '2026-07-02T08:00:00+07:00')] })
    expect(JSON.parse(pages[0]!.next)).toEqual({ mark: '2026-07-01T09:00:00.000+07:00' })
  })

  it('goes on at the last time of change and hands on no record twice', async () => {
    const [one, two, three] = ['08:00', '08:10', '08:20'].map((time) => `2026-07-01T${time}:00+07:00`)
    const { pages, asked } = await reading(
      { all: true },
      { total: 4, items: [item('a', one!), item('b', two!)] },
      { total: 3, items: [item('b', two!), item('c', two!)] },
      { total: 3, items: [item('d', three!)] },
    )
    expect(pages.map(({ records }) => records.map(({ id }) => id))).toEqual([['a', 'b'], ['c'], ['d']])
    expect(asked.map(({ changedFrom, page }) => [changedFrom?.slice(11, 16), page])).toEqual([
      [undefined, '1'],
      ['08:10', '1'],
      ['08:10', '2'],
    ])
  })

  it('asks for a window from midnight to midnight in Vietnam', async () => {
    const { asked } = await reading({ from: '2026-03-05', to: '2026-03-07' }, { total: 0, items: [] })
    expect(asked[0]).toMatchObject({
      changedFrom: '2026-03-05T00:00:00.000+07:00',
      changedTo: '2026-03-07T00:00:00.000+07:00',
    })
  })

  it('leaves at the source what it does not take in', async () => {
    const { pages } = await reading({ all: true }, { total: 1, items: [item('a', '2026-07-01T08:00:00+07:00')] })
    expect(Object.keys(pages[0]!.records[0]!)).toEqual(['id', 'code', 'status', 'changedAt'])
  })

  const [early, late] = [item('a', '2026-07-01T08:00:00+07:00'), item('b', '2026-07-01T08:10:00+07:00')]
  it.each<[string, string, readonly unknown[]]>([
    [
      'a list that ends before its total',
      'SOURCE_UNAVAILABLE',
      [
        { total: 3, items: [early, late] },
        { total: 2, items: [] },
      ],
    ],
    ['a broken order', 'SOURCE_CHANGED', [{ total: 2, items: [late, early] }]],
    ['a source that does not heed changedFrom', 'SOURCE_CHANGED', Array(3).fill({ total: 3, items: [early, late] })],
    ['a source that does not heed the page', 'SOURCE_CHANGED', Array(4).fill({ total: 9, items: [late] })],
    ['a list without a total', 'SOURCE_CHANGED', [{ items: [] }]],
    ['records without an id', 'SOURCE_CHANGED', [{ total: 1, items: [{ code: 'a' }] }]],
    ['records without a time of change', 'SOURCE_CHANGED', [{ total: 9, items: [{ id: 'a' }] }]],
  ])('takes %s for %s', async (_what, code, answers) => {
    expect((await reading({ all: true }, ...answers)).failure).toMatchObject({ code })
  })

  it.each(['', 'null', '7', '{}', '[]', '{"page":2}', '{"mark":"soon"}', '{"page":-1}', '{"page":1,"seen":[1]}'])(
    'refuses the cursor %j, which is none of its own',
    async (since) => {
      expect((await reading({ since }, { total: 0, items: [] })).failure).toMatchObject({ code: 'CONFIG_INVALID' })
    },
  )
})

describe('the page about adding a connector', () => {
  const page = readFileSync(join(root, 'docs', 'adding-a-connector.md'), 'utf8')

  it.each(rules)('tells $id as the kit does', ({ id, severity, title }) => {
    expect(page).toContain(`\n| ${id} | ${severity} ${title} | `)
  })

  it('names every file that is made, and the lines for hub.config.ts as they are printed', async () => {
    const folder = join(folders.connectorsFolder, 'land-registry')
    rmSync(folder, { recursive: true, force: true })
    rmSync(join(folders.docsFolder, 'land-registry.md'), { force: true })
    await made('land-registry')
    for (const name of readdirSync(folder)) expect(page).toContain(`\`${name}`)
    const lines = said.join('\n').split('\n')
    const from = lines.indexOf('    {')
    const printed = lines.slice(from, lines.indexOf('    },') + 1).map((line) => line.slice(4))
    expect(printed.length).toBeGreaterThan(5)
    expect(page).toContain(printed.join('\n'))
  })
})
