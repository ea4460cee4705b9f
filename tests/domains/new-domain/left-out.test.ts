import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type * as CheckTables from '../../../src/domains/check-tables.ts'
import type * as Check from '../../../src/domains/check.ts'
import type { Domain } from '../../../src/domains/define.ts'
import type * as Gather from '../../../src/domains/gather.ts'
import type * as Domains from '../../../src/domains/index.ts'
import type * as Load from '../../../src/graph/schema/load.ts'
import type * as Mapping from '../../../src/graph/schema/type-mapping.ts'
import type { TypeMapping } from '../../../src/graph/schema/type-mapping.ts'
import type * as Graph from '../../../src/main/graph.ts'
import type * as Migrate from '../../../src/db/migrate.ts'
import type * as Operations from '../../../src/operations/mapping.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'
import { makeTree, type Tree } from './tree.ts'

let tree: Tree
let gather: typeof Gather
let house: typeof Domains.house
/** Starts what a hub with a changed permit starts; throws what a person would read. */
let start: (change?: Change) => void

interface Change {
  /** Of the declaration. */
  readonly domain?: Partial<Domain>
  /** Of one of its mappings. */
  readonly mapping?: (mapping: TypeMapping) => TypeMapping
  /** Of the SDL, by file. */
  readonly sdl?: readonly (readonly [file: string, from: string, to: string])[]
}

beforeAll(async () => {
  tree = makeTree()
  gather = await tree.load('src/domains/gather.ts')
  house = (await tree.load<typeof Domains>('src/domains/index.ts')).house
  const { assertHouse } = await tree.load<typeof Check>('src/domains/check.ts')
  const { buildSchema } = await tree.load<typeof Load>('src/graph/schema/load.ts')
  const { gatherMappings } = await tree.load<typeof Mapping>('src/graph/schema/type-mapping.ts')
  const { declaredMappings } = await tree.load<typeof Graph>('src/main/graph.ts')
  const { operationTopics } = await tree.load<typeof Operations>('src/operations/mapping.ts')
  const files = readdirSync(join(tree.path, 'schema')).filter(
    (name) => name.endsWith('.graphql') && name !== 'released.graphql',
  )
  start = ({ domain = {}, mapping = (one: TypeMapping) => one, sdl = [] } = {}) => {
    const changed = gather.gatherDomains(
      house.domains.map((one) => (one.name === 'permit' ? { ...one, ...domain } : one)),
    )
    const texts = files.toSorted().map((name) => {
      let text = readFileSync(join(tree.path, 'schema', name), 'utf8')
      for (const [file, from, to] of sdl) {
        if (file !== name) continue
        if (!text.includes(from)) throw new Error(`${name} has no ${from}`)
        text = text.replace(from, to)
      }
      return { name, text }
    })
    const engine = { now: () => new Date(), log: {} } as never
    const mappings = declaredMappings({} as never, engine, {} as never, null, undefined, changed).map(mapping)
    assertHouse(changed, buildSchema(texts).schema, gatherMappings(mappings), { ...changed.topics, ...operationTopics })
  }
})
afterAll(() => tree?.remove())

const permit = (): Domain => house.domains.find(({ name }) => name === 'permit')!
const ofPermit = (change: Partial<TypeMapping>) => (mapping: TypeMapping) =>
  mapping.type === 'Permit' ? { ...mapping, ...change } : mapping
const fieldsWithout = (name: string) => (mapping: TypeMapping) =>
  mapping.type === 'Permit'
    ? { ...mapping, fields: Object.fromEntries(Object.entries(mapping.fields).filter(([one]) => one !== name)) }
    : mapping
const without = (from: Readonly<Record<string, unknown>> | undefined, name: string) =>
  Object.fromEntries(Object.entries(from ?? {}).filter(([one]) => one !== name)) as never

it('with everything said, the hub starts', () => {
  expect(() => start()).not.toThrow()
})

describe('the hub does not start, and says what is missing, for', () => {
  const cases: readonly (readonly [title: string, change: () => Change, expected: string])[] = [
    [
      'a field of the SDL without a mapping',
      () => ({ mapping: fieldsWithout('subject') }),
      'Permit.subject: expected a field of the mapping',
    ],
    [
      'a member of the filter input that no filter reads',
      () => ({
        sdl: [['permit.graphql', 'input PermitFilter {', 'input PermitFilter {\n  "a / b"\n  size: StringFilter']],
      }),
      'PermitFilter.size (Query.permits): expected a filter of the mapping',
    ],
    [
      'an operator that the table of operators does not have',
      () => ({
        sdl: [['core.graphql', 'input StringFilter {', 'input StringFilter {\n  "a / b"\n  startsWith: String']],
      }),
      'StringFilter.startsWith (PermitFilter.agency (Query.permits)): expected an operator that the filter knows, one of eq, in',
    ],
    [
      'an operator of a span of time',
      () => ({
        sdl: [['core.graphql', 'input DateTimeFilter {', 'input DateTimeFilter {\n  "a / b"\n  after: DateTime']],
      }),
      'DateTimeFilter.after (PermitFilter.issuedAt (Query.permits)): expected an operator',
    ],
    [
      'an operator of a filter by an enum',
      () => ({
        sdl: [['permit.graphql', 'input PermitKindFilter {', 'input PermitKindFilter {\n  "a / b"\n  not: PermitKind']],
      }),
      'PermitKindFilter.not (PermitFilter.kind (Query.permits)): expected an operator',
    ],
    [
      'an order that the mapping does not have',
      () => ({ sdl: [['permit.graphql', 'enum PermitOrder {', 'enum PermitOrder {\n  "a / b"\n  KIND_ASC']] }),
      'PermitOrder.KIND_ASC (Query.permits): expected an order of the mapping of Permit',
    ],
    [
      'a group of statistics that no code knows',
      () => ({ sdl: [['dossier.graphql', 'enum DossierGroup {', 'enum DossierGroup {\n  "a / b"\n  WEEK']] }),
      'DossierGroup.WEEK (Query.dossierStatistics(groupBy:)): expected code that knows this value',
    ],
    [
      'an argument of a list that no condition reads',
      () => ({
        sdl: [
          [
            'permit.graphql',
            '    orderBy: PermitOrder = CODE_ASC',
            '    orderBy: PermitOrder = CODE_ASC\n    "a / b"\n    place: String',
          ],
        ],
      }),
      'Query.permits(place:): expected a filter of the mapping',
    ],
    [
      'a type of search that is not in the schema',
      () => ({ sdl: [['permit.graphql', 'extend union SearchResult = Permit', '']] }),
      'SearchResult: expected Permit, which search finds',
    ],
    [
      'a value of SearchType that no mapping finds',
      () => ({ mapping: ofPermit({ search: undefined as never }) }),
      'SearchType.PERMIT (Query.search(types:)): expected code that knows this value',
    ],
    [
      'a type that search finds and the domain does not say',
      () => ({ domain: { search: [] } }),
      'permit: expected Permit in search, which finds it',
    ],
    [
      'a node without an id',
      () => ({ mapping: (one) => (one.type === 'Permit' ? without(one as never, 'id') : one) }),
      'Permit: expected a mapping with an id, as it implements Node',
    ],
    [
      'a field of Subscription without a topic',
      () => ({ domain: { topics: {} } }),
      'Subscription.permitChanged: expected a topic of a domain',
    ],
    [
      'an argument of a topic that no condition reads',
      () => ({
        sdl: [['permit.graphql', 'permitChanged("Điều kiện', 'permitChanged("a / b" place: String "Điều kiện']],
      }),
      'Subscription.permitChanged(place:): expected a condition of the topic',
    ],
    [
      'rows that are not narrowed to the caller’s',
      () => ({ mapping: (one) => (one.type === 'Permit' ? without(one as never, 'rows') : one) }),
      'Permit: expected rows, as not everybody sees permit',
    ],
    [
      'a table that no rule names',
      () => ({ domain: { tables: {}, sealed: [] } }),
      'Permit: its table permit is no domain’s',
    ],
    [
      'a table that no answer may read',
      () => ({ domain: { tables: { permit: { seen: 'never', agencies: {} } } } }),
      'Permit: reads permit, which no answer may read',
    ],
    [
      'a table seen by path in a domain without a row rule',
      () => ({ domain: { rows: 'open' } }),
      'permit: the table permit is seen by path, expected a row rule of the domain',
    ],
    [
      'a type of a scope that anybody may ask',
      () => ({
        sdl: [
          [
            'permit.graphql',
            'type Permit implements Node @requiresScopes(scopes: [["permit:read"]])',
            'type Permit implements Node',
          ],
        ],
      }),
      'Permit.code: expected @requiresScopes with a scope of permit',
    ],
    [
      'a personal field that comes from a plain column',
      () => ({
        mapping: (one) =>
          one.type === 'Permit'
            ? { ...one, fields: { ...one.fields, holder: { kind: 'json', sql: () => 'null' } } }
            : one,
      }),
      'Permit.holder: is @personal, expected a computed field that opens a sealed value',
    ],
    [
      'a personal field whose table is not sealed',
      () => ({ domain: { sealed: [] } }),
      'Permit.holder: is @personal, expected permit among what permit seals',
    ],
    [
      'a personal filter that is no declared look-up',
      () => ({ domain: { personal: [] } }),
      'PermitFilter.identityNumber: is @personal, expected it among the personal look-ups',
    ],
    [
      'a look-up of a member that is not there',
      () => ({
        domain: {
          personal: [
            { type: 'Permit', scope: 'permit:personal', at: ['PermitFilter.identityNumber', 'PermitFilter.phone'] },
          ],
        },
      }),
      'personal look-ups name PermitFilter.phone, expected a member of a filter input',
    ],
    [
      'a declared look-up whose member of the filter is not @personal',
      () => ({ sdl: [['permit.graphql', ' @personal(kind: "IDENTITY_NUMBER")\n  "Các từ', '\n  "Các từ']] }),
      'PermitFilter.identityNumber: is a personal look-up, expected @personal',
    ],
    [
      'a field that opens a sealed value and is not @personal',
      () => ({ sdl: [['permit.graphql', ' @personal(kind: "PARTY")', '']] }),
      'Permit.holder: opens the sealed holder, expected @personal',
    ],
    [
      'an argument of a single row that no condition reads',
      () => ({ sdl: [['permit.graphql', '  agency: Agency', '  agency("a / b" at: DateTime): Agency']] }),
      'Permit.agency(at:): expected no argument',
    ],
    [
      'an argument of a plain column',
      () => ({ sdl: [['permit.graphql', '  subject: String', '  subject("a / b" most: Int): String']] }),
      'Permit.subject(most:): expected no argument',
    ],
    [
      'rows of a type without an id that are not narrowed to the caller’s',
      () => ({
        mapping: (one) => (one.type === 'Permit' ? without(without(one as never, 'rows'), 'search') : one),
        domain: { search: [] },
      }),
      'Permit: expected rows, as not everybody sees permit',
    ],
    [
      'rejected bytes under a scope that nobody declares',
      () => ({
        domain: {
          records: {
            Permit: { ...(permit().records as never as Record<string, object>)['Permit'], rejectedBytes: 'permit:raw' },
          } as never,
        },
      }),
      'permit: rejectedBytes of Permit names the scope permit:raw, expected one that is declared',
    ],
    [
      'rows under a scope that nobody declares',
      () => ({ domain: { rows: { scope: 'permit:see', table: 'permit', path: 'agency_path' } } }),
      'permit: rows names the scope permit:see',
    ],
    [
      'a scope without a title in one of the languages',
      () => ({ domain: { scopes: { ...permit().scopes, 'permit:read': { vi: 'Đọc', en: '' } } } }),
      'permit: the scope permit:read, expected a title in both languages',
    ],
    [
      'a record that another domain has',
      () => ({
        domain: { records: { Camera: house.domains.find(({ name }) => name === 'camera')!.records['Camera']! } },
      }),
      'the record Camera is declared twice',
    ],
    [
      'a scope that another domain has',
      () => ({ domain: { scopes: { ...permit().scopes, 'camera:read': { vi: '', en: '' } } } }),
      'the scope camera:read is declared twice',
    ],
  ]
  it.each(cases)('%s', (_, change, expected) => {
    expect(() => start(change())).toThrow(expected.replace('’', "'"))
  })

  it('several things at once, in one error that lists them all', () => {
    const change = { domain: { topics: {}, personal: [] }, mapping: fieldsWithout('subject') }
    expect(() => start(change)).toThrow(
      /3 things are not said:\nPermit\.subject.*\nSubscription\.permitChanged.*\nPermitFilter\.identityNumber/,
    )
  })
})

describe('the hub does not start on a database', () => {
  let database: FreshDatabase
  let faults: (statement: string, domain?: Partial<Domain>) => Promise<string>
  beforeAll(async () => {
    database = await freshDatabase()
    const { migrate } = await tree.load<typeof Migrate>('src/db/migrate.ts')
    const { assertTables } = await tree.load<typeof CheckTables>('src/domains/check-tables.ts')
    await migrate(database.db)
    faults = async (statement, domain = {}) => {
      const changed = gather.gatherDomains(
        house.domains.map((one) => (one.name === 'permit' ? { ...one, ...domain } : one)),
      )
      const client = await database.pool.connect()
      try {
        await client.query('begin')
        if (statement !== '') await client.query(statement)
        await assertTables(client as never, changed)
        return ''
      } catch (error) {
        return (error as Error).message
      } finally {
        await client.query('rollback')
        client.release()
      }
    }
  })
  afterAll(() => database.drop())

  it('in which everything is as declared, it does', async () => {
    expect(await faults('')).toBe('')
  })

  it.each([
    ['without the grant', 'revoke select on permit from hub_reader', 'permit: expected a grant'],
    [
      'without row security',
      'alter table permit disable row level security',
      'permit: expected row security with a policy',
    ],
    ['without a policy', 'drop policy seen_by_path on permit', 'permit: expected row security with a policy'],
    [
      'whose policy goes by another domain’s range',
      `drop policy seen_by_path on permit; create policy seen on permit for select to hub_reader using (agency_path >= current_setting('hub.camera_from', true))`,
      'permit: expected a policy by the setting hub.permit_from',
    ],
    [
      'with one policy more, which is open',
      'create policy seen_too on permit for select to hub_reader using (true)',
      'permit: expected a policy by the setting hub.permit_from',
    ],
    [
      'with an open policy of every role',
      'create policy seen_too on permit using (true)',
      'permit: expected a policy by the setting hub.permit_from',
    ],
    [
      'with a sealed column that key rotation does not know',
      'alter table permit add column phone bytea',
      'permit.phone: has bytes, expected it among what permit seals',
    ],
    [
      'with a table that answers may read and no domain has',
      'create table extra (id int); grant select on extra to hub_reader',
      'extra: answers may read it, expected a rule',
    ],
    [
      'with a view that answers may read and no domain has',
      'create view all_permits as select * from permit; grant select on all_permits to hub_reader',
      'all_permits: answers may read it',
    ],
    [
      'that has a column of an agency more',
      'alter table permit add column issuer_agency_id bigint references agency',
      "permit.issuer_agency_id: is an agency's",
    ],
    [
      'that has a path of an agency more',
      'alter table permit add column office_agency_path text',
      "permit.office_agency_path: is an agency's",
    ],
    ['without the table', 'drop table permit cascade', 'permit: expected a table of this name'],
  ])('%s', async (_, statement, expected) => {
    expect(await faults(statement)).toContain(expected)
  })

  it('whose columns of agencies the domain does not name', async () => {
    const found = await faults('', { tables: { permit: { seen: 'path', agencies: {} } } })
    expect(found).toContain("permit.agency_id: is an agency's, expected it among the columns that follow agencies")
    expect(found).toContain("permit.agency_path: is an agency's")
  })

  it('where nothing links its rows to agencies', async () => {
    expect(await faults(`delete from agency_link where table_name = 'permit'`)).toContain(
      'permit.agency_id: expected a link to agencies with agency_path',
    )
  })
})

it('what is not said does not compile: each member of the declaration, each table, each type of record', async () => {
  const folder = join(tree.path, 'src', 'domains', 'permit')
  const index = readFileSync(join(folder, 'index.ts'), 'utf8')
  const body = index.slice(index.indexOf('defineDomain({') + 'defineDomain({'.length, index.lastIndexOf('})'))
  const members = [...body.matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name!)
  expect(members.length).toBeGreaterThan(8)
  const variants: Record<string, string> = {}
  for (const [at, name] of members.entries()) {
    const from = index.indexOf(`\n  ${name}:`)
    const next = members[at + 1]
    const to = next === undefined ? index.lastIndexOf('})') - 1 : index.indexOf(`\n  ${next}:`)
    variants[`without-${name}`] = index.slice(0, from) + index.slice(to)
  }
  variants['without-bytes'] = index.replace(", rejectedBytes: 'permit:personal'", '')
  variants['without-table'] = index.replace(/\n {4}permit: \{ seen.*\n/, '\n')
  variants['without-seen'] = index.replace("seen: 'path', ", '')
  variants['without-agencies'] = index.replace(", agencies: { agency_id: 'agency_path' }", '')
  variants['without-record'] =
    `import { agencyDomain } from '../agency/index.ts'\nimport { everyDomain } from '../define.ts'\neveryDomain([agencyDomain])\n`
  for (const [name, text] of Object.entries(variants)) {
    expect(text, name).not.toBe(index)
    writeFileSync(join(folder, `${name}.ts`), text)
  }
  const config = {
    extends: './tsconfig.json',
    compilerOptions: { noUnusedLocals: false },
    include: ['src/domains', 'src/main', 'src/generated'],
  }
  writeFileSync(join(tree.path, 'tsconfig.variants.json'), JSON.stringify(config))
  const tsc = join(tree.path, 'node_modules', 'typescript', 'bin', 'tsc')
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, '--noEmit', '-p', 'tsconfig.variants.json'], {
    cwd: tree.path,
    maxBuffer: 1e8,
  }).catch((error: unknown) => error as { stdout: string })
  const failing = new Set([...stdout.matchAll(/^(\S+\.ts)\(/gm)].map(([, file]) => file))
  // Every variant is refused, and nothing else: the domain as it is compiles.
  expect([...failing].toSorted()).toEqual(
    Object.keys(variants)
      .map((name) => `src/domains/permit/${name}.ts`)
      .toSorted(),
  )
  for (const name of members) expect(stdout).toMatch(new RegExp(`without-${name}\\.ts\\([^]*?'${name}'`))
  expect(stdout).toContain('no domain takes the record')
})
