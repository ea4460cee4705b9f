import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Caller } from '../../../src/access/caller.ts'
import type * as Rotate from '../../../src/db/encryption/rotate.ts'
import type * as KeyringModule from '../../../src/db/encryption/keyring.ts'
import type * as Migrate from '../../../src/db/migrate.ts'
import type * as Backup from '../../../src/db/backup/backup.ts'
import type * as Restore from '../../../src/db/backup/restore.ts'
import type * as RowScopes from '../../../src/db/row-scope.ts'
import type * as Open from '../../../src/db/open.ts'
import type * as Tables from '../../../src/domains/check-tables.ts'
import type * as Domains from '../../../src/domains/index.ts'
import type * as SealedKinds from '../../../src/main/sealed-kinds.ts'
import type * as Claim from '../../../src/sync/queue/claim.ts'
import type { Engine } from '../../../src/sync/engine.ts'
import type * as Register from '../../../src/sync/queue/register.ts'
import type * as Request from '../../../src/sync/queue/request.ts'
import type * as Run from '../../../src/sync/run/run.ts'
import type * as Sandbox from '../../../src/domains/sandbox-text.ts'
import type * as Examples from '../../../src/web/sandbox/examples.ts'
import type * as Roles from '../../../src/web/sandbox/roles.ts'
import type * as GraphOpen from '../../kit/world/graph.ts'
import type * as Records from '../../kit/world/records.ts'
import { freshDatabase } from '../../kit/database.ts'
import { makeTree, type Tree } from './tree.ts'

let tree: Tree
let open: typeof GraphOpen
let records: typeof Records
let graph: GraphOpen.OpenGraph
let province: Caller
let ward: Caller
let other: Caller
let house: typeof Domains.house
let permit: (code: string, more?: object) => object

const put = (records: readonly object[], source = 'permits') =>
  graph.put('Permit' as never, source, records as never, { key: (record) => (record as { code: string }).code })
const codes = (rows: readonly { code: string }[]) => rows.map(({ code }) => code)

beforeAll(async () => {
  tree = makeTree()
  open = await tree.load('tests/kit/world/graph.ts')
  records = await tree.load('tests/kit/world/records.ts')
  house = (await tree.load<typeof Domains>('src/domains/index.ts')).house
  const { migrate } = await tree.load<typeof Migrate>('src/db/migrate.ts')
  const database = await freshDatabase()
  expect(await migrate(database.db)).toEqual(['9001-permit'])
  graph = await open.openGraph({}, database)
  const { agencyOf, mention } = records
  await graph.put(
    'Agency',
    'lists',
    ['H53', 'H53.1', 'H53.2', 'H53.1.1'].map((code) => agencyOf(code)),
  )
  await graph.source('permits', 'H53', { list: 'Permit' as never })
  permit = (code, more = {}) => ({
    code,
    kind: 'BUILDING',
    subject: 'Nhà ở riêng lẻ',
    agency: mention('H53.1.1'),
    holder: { name: 'Người Thử', identityNumber: '001122334455' },
    issuedAt: '2026-03-01T08:00:00.000+07:00',
    ...more,
  })
  await put([
    permit('P1'),
    permit('P2', { kind: 'TRADING', subject: 'Quán ăn', issuedAt: '2026-03-03T08:00:00.000+07:00', holder: null }),
    permit('P3', { agency: mention('H53.2') }),
  ])
  province = await graph.caller('H53', ['permit:read', 'permit:personal'], 'dossier-handling')
  ward = await graph.caller('H53.1', ['permit:read'])
  other = await graph.caller('H53.2', ['permit:read'])
})
afterAll(async () => {
  await graph?.close()
  tree?.remove()
})

it('a database that keeps what the domain declares is taken', async () => {
  const { assertTables } = await tree.load<typeof Tables>('src/domains/check-tables.ts')
  await assertTables(graph.database.pool, house)
})

it('its rows are listed, filtered, ordered, found by id and by search', async () => {
  const { data, errors } = await graph.ask(
    `{
      all: permits { totalCount nodes { code } }
      one: permit(code: "P1") { id code kind agency { code } provenance { source externalId } }
      kinds: permits(filter: { kind: { eq: TRADING } }) { nodes { code } }
      agency: permits(filter: { agency: { in: ["H53.1"] } }, orderBy: ISSUED_AT_DESC) { nodes { code } }
      time: permits(filter: { issuedAt: { from: "2026-03-02T00:00:00+07:00" } }) { nodes { code } }
      words: permits(filter: { text: "nha o" }) { nodes { code } }
      page: permits(first: 1) { pageInfo { hasNextPage endCursor } }
      node(id: "Permit:permits:P3") { ... on Permit { code } }
      search(text: "quan", types: [PERMIT]) { totalCount nodes { ... on Permit { code } } }
      agencies: agency(code: "H53.1") { permits { nodes { code } } }
    }`,
    province,
  )
  expect(errors).toBeUndefined()
  expect(codes(data.all.nodes)).toEqual(['P1', 'P2', 'P3'])
  expect(data.one).toMatchObject({
    id: 'Permit:permits:P1',
    kind: 'BUILDING',
    agency: { code: 'H53.1.1' },
    provenance: { source: 'permits', externalId: 'P1' },
  })
  expect(codes(data.kinds.nodes)).toEqual(['P2'])
  expect(codes(data.agency.nodes)).toEqual(['P2', 'P1'])
  expect(codes(data.time.nodes)).toEqual(['P2'])
  expect(codes(data.words.nodes)).toEqual(['P1', 'P3'])
  expect(data.page.pageInfo.hasNextPage).toBe(true)
  expect(data.node).toEqual({ code: 'P3' })
  expect(data.search).toEqual({ totalCount: 1, nodes: [{ code: 'P2' }] })
  expect(codes(data.agencies.permits.nodes)).toEqual(['P1', 'P2'])
})

it('another agency sees none of them, neither by the graph nor by a raw statement under its scope', async () => {
  const asked = '{ permits { nodes { code } } permit(code: "P1") { code } node(id: "Permit:permits:P1") { id } }'
  expect(codes((await graph.ask(asked, ward)).data.permits.nodes)).toEqual(['P1', 'P2'])
  expect((await graph.ask(asked, other)).data).toEqual({
    permits: { nodes: [{ code: 'P3' }] },
    permit: null,
    node: null,
  })
  const none = await graph.ask('{ permits { nodes { code } } }', await graph.caller('H53', ['dossier:read']))
  expect(none.errors?.[0]?.extensions?.['code']).toBe('UNAUTHORIZED_FIELD_OR_TYPE')

  const { queryWithin, noRows } = await tree.load<typeof RowScopes>('src/db/row-scope.ts')
  const { openDatabase } = await tree.load<typeof Open>('src/db/open.ts')
  const { openRowScopes } = await tree.load<typeof import('../../../src/access/policy/row-scope.ts')>(
    'src/access/policy/row-scope.ts',
  )
  const reading = openDatabase(graph.database.url, { max: 1, reads: true })
  const rowScopeOf = openRowScopes(house.rowRanges)
  const seen = async (caller: Caller | null) =>
    codes(
      await queryWithin(
        reading.pool,
        caller === null ? noRows : rowScopeOf(caller),
        'select code from permit order by code',
        [],
      ),
    )
  try {
    expect(await seen(ward)).toEqual(['P1', 'P2'])
    expect(await seen(null)).toEqual([])
    expect(await seen(other)).toEqual(['P3'])
    expect(await seen(await graph.caller('H53', ['dossier:read', 'camera:read']))).toEqual([])
    expect(await seen(province)).toEqual(['P1', 'P2', 'P3'])
    const { rows } = await reading.pool.query('select code from permit')
    expect(rows).toEqual([])
  } finally {
    await reading.close()
  }
})

it('its personal values open with scope and purpose alone, are found by hash and stand in the access log', async () => {
  const asked = '{ permits(filter: { identityNumber: { eq: "001122334455" } }) { nodes { code holder { name } } } }'
  const bare = await graph.ask('{ permit(code: "P1") { holder { name } } }', { ...province, purpose: null })
  expect(bare.data.permit.holder).toBeNull()
  expect(bare.errors?.[0]?.extensions?.['code']).toBe('PURPOSE_REQUIRED')
  const { data, errors } = await graph.ask(asked, province)
  expect(errors).toBeUndefined()
  expect(data.permits.nodes).toEqual([
    { code: 'P1', holder: { name: 'Người Thử' } },
    { code: 'P3', holder: { name: 'Người Thử' } },
  ])
  const { rows } = await graph.database.pool.query<{ subject: string; field: string }>(
    'select subject, field from access_entry order by id',
  )
  expect(rows.map(({ field }) => field)).toEqual(['PermitFilter.identityNumber', 'Permit.holder', 'Permit.holder'])
  expect(rows[0]!.subject).toMatch(/^Permit\?identityNumber=#-?\d+$/)
  expect(rows.map(({ subject }) => subject)).not.toContainEqual(expect.stringContaining('001122334455'))
  await expect(graph.ask('{ permits(filter: { identityNumber: { eq: "1" } }) { totalCount } }', ward)).rejects.toThrow(
    'identityNumber',
  )
})

it('its rejected bytes are closed to operators without the scope that it declares, and those of an unknown record to all', async () => {
  const { pool } = graph.database
  await graph.source('strange', 'H53', { list: 'Nobody' as never })
  for (const source of ['permits', 'strange']) {
    await pool.query(
      `insert into quarantine (source_id, stream_id, key, mark, reason, path, body, run_id, seen_at)
       values ($1, 'list', 'K', $2, 'MISSING', '/x', $3, 1, now())`,
      [source, Buffer.from(source), null],
    )
  }
  const read = async (scopes: readonly string[]) => {
    const caller = await graph.caller('H53', ['operation:read', ...scopes] as never, 'dossier-handling')
    const { data } = await graph.ask('{ quarantine { nodes { source raw } } }', caller)
    const { errors = [] } = await graph.ask('{ quarantine { nodes { source raw } } }', caller)
    return { sources: data.quarantine.nodes.map((one: { source: string }) => one.source), denied: errors.length }
  }
  expect(await read([])).toMatchObject({ denied: 2 })
  expect(await read(['permit:read', 'dossier:personal'])).toMatchObject({ denied: 2 })
  expect(await read(['permit:personal'])).toMatchObject({ denied: 1 })
})

it('its changes are followed within the scope of the caller', async () => {
  const followed = await graph.generation.subscribe!('permitChanged', { filter: { kind: { eq: 'BUILDING' } } }, ward)
  try {
    await graph.database.db.transaction().execute(async (trx) => {
      await sql`insert into change (entity, source_id, stream_id, key, kind, run_id) values
        ('Permit', 'permits', 'list', 'P1', 'UPSERT', 1), ('Permit', 'permits', 'list', 'P2', 'UPSERT', 1),
        ('Permit', 'permits', 'list', 'P3', 'UPSERT', 1)`.execute(trx)
    })
    await followed.waiting(AbortSignal.timeout(60_000))
    expect(await followed.take(ward)).toEqual([{ kind: 'CHANGED', id: 'Permit:permits:P1' }])
  } finally {
    followed.close()
  }
})

it('its sealed values and hashes come under a new key, and are found by it', async () => {
  const { sealedKinds } = await tree.load<typeof SealedKinds>('src/main/sealed-kinds.ts')
  const { reseal, countDue } = await tree.load<typeof Rotate>('src/db/encryption/rotate.ts')
  const { openKeyring } = await tree.load<typeof KeyringModule>('src/db/encryption/keyring.ts')
  const kind = sealedKinds.find(({ table }) => table === 'permit')!
  const { createHmac } = await import('node:crypto')
  const old = createHmac('sha256', 'graph').update('test').digest()
  const both = openKeyring([new Uint8Array(32).fill(9), old] as never)
  const { db, pool } = graph.database
  const before = await pool.query('select code, holder, personal_tokens from permit order by code')
  expect(await countDue(db, kind, both)).toBe(2)
  expect(await reseal(db, kind, both)).toBe(2)
  expect(await countDue(db, kind, both)).toBe(0)
  const after = await pool.query('select code, holder, personal_tokens from permit order by code')
  expect(after.rows[0].personal_tokens).not.toEqual(before.rows[0].personal_tokens)
  await put([permit('P1'), permit('P3', { agency: records.mention('H53.2') })])
})

it('its rows are in a backup and come back out of it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'permit-'))
  const { writeBackup } = await tree.load<typeof Backup>('src/db/backup/backup.ts')
  const { restoreBackup } = await tree.load<typeof Restore>('src/db/backup/restore.ts')
  const { migrate } = await tree.load<typeof Migrate>('src/db/migrate.ts')
  const target = await freshDatabase()
  try {
    await migrate(target.db)
    const file = join(folder, 'hub.backup')
    await writeBackup({ pool: graph.database.pool, keyring: open.keyring, file } as never)
    const restore = (force: boolean) =>
      restoreBackup({ pool: target.pool, keyring: open.keyring, file, force, ownSessions: 'test' })
    await restore(false)
    const all = 'select code, kind, agency_path, holder from permit order by code'
    expect((await target.pool.query(all)).rows).toEqual((await graph.database.pool.query(all)).rows)
    await expect(restore(false)).rejects.toThrow(/the database is not empty \(.*permit.*\)/)
  } finally {
    await target.drop()
    rmSync(folder, { recursive: true, force: true })
  }
})

it('is counted whole by a census, which puts right what is missing and removes what has gone', async () => {
  const [{ claimStream }, { requestRuns }, { registerSources }, { executeRun }] = [
    await tree.load<typeof Claim>('src/sync/queue/claim.ts'),
    await tree.load<typeof Request>('src/sync/queue/request.ts'),
    await tree.load<typeof Register>('src/sync/queue/register.ts'),
    await tree.load<typeof Run>('src/sync/run/run.ts'),
  ]
  const database = await freshDatabase()
  const session = await database.pool.connect()
  try {
    const { migrate } = await tree.load<typeof Migrate>('src/db/migrate.ts')
    await migrate(database.db)
    let given = ['A', 'B']
    const title = { vi: 'Thử', en: 'Trial' }
    const connector = {
      manifest: {
        name: 'permits',
        title,
        config: {},
        streams: { list: { entity: 'Permit', key: 'code', title, kind: 'snapshot' } },
      },
      check: () => Promise.resolve(),
      async *read() {
        yield { records: given.map((code) => ({ code })), next: 'end' }
      },
      normalise: { list: ({ code }: { code: string }) => ({ record: permit(code, { agency: null }) }) },
    }
    const setup = {
      id: 'p',
      title: 'p',
      agency: 'H53',
      schedule: '0 3 * * *',
      timezone: 'Asia/Ho_Chi_Minh',
      connector,
      settings: {},
      secrets: [],
      open: (signal: AbortSignal) => ({ signal, settings: {} }),
    }
    const quiet = () => undefined
    const engine = {
      db: database.db,
      keyring: open.keyring,
      sources: new Map([['p', setup]]),
      sinks: house.sinks(open.keyring),
      log: { info: quiet, warn: quiet, error: quiet },
      now: () => new Date(),
      leaseMs: 30_000,
      pageMs: 10_000,
    } as unknown as Engine
    await registerSources(engine)
    await database.pool.query('update stream set due_at = null')
    const pid = Number((await session.query('select pg_backend_pid() as pid')).rows[0].pid)
    const run = async (kind: 'FULL' | 'CENSUS') => {
      await requestRuns(engine, [{ source: 'p', stream: 'list' }], kind, { all: true })
      await executeRun(engine, (await claimStream(engine, { id: `test/${pid}`, pid }))!, new AbortController().signal)
      return (await database.pool.query('select * from run order by id desc limit 1')).rows[0]
    }
    expect(await run('FULL')).toMatchObject({ state: 'SUCCEEDED', written: 2 })
    given = ['B', 'C']
    expect(await run('CENSUS')).toMatchObject({ kind: 'CENSUS', missing: 1, left_over: 1, removed: 1 })
    expect(codes((await database.pool.query('select code from permit order by code')).rows)).toEqual(['B', 'C'])
  } finally {
    session.release()
    await database.drop()
  }
})

it('the sandbox offers its example to the role that may ask it', async () => {
  const { sandboxText } = await tree.load<typeof Sandbox>('src/domains/sandbox-text.ts')
  writeFileSync(join(tree.path, 'src/web/sandbox/generated/declared.ts'), sandboxText(house.domains))
  const { EXAMPLES } = await tree.load<typeof Examples>('src/web/sandbox/examples.ts')
  const { roleOf } = await tree.load<typeof Roles>('src/web/sandbox/roles.ts')
  const example = EXAMPLES.find(({ id }) => id === 'permits')!
  expect(example).toMatchObject({ domain: { en: 'Permits' }, roles: ['analyst'] })
  const scopes = roleOf(example.roles[0]).token!.scope.split(' ')
  expect(scopes).toContain('permit:read')
  const analyst = await graph.caller('H53', scopes as never)
  expect((await graph.ask(example.query, analyst)).data.permits.nodes).toHaveLength(3)
})

it('the scopes that it declares are known to tokens, operators and the demonstration', () => {
  expect(house.isScope('permit:read')).toBe(true)
  expect(house.scopes['permit:personal']).toEqual({ vi: expect.any(String), en: expect.any(String) })
  expect(house.rejectedBytes.get('Permit')).toBe('permit:personal')
})

it('its rows follow an agency that moves, and go over to the one that takes another in', async () => {
  const { agencyOf } = records
  await graph.put('Agency', 'lists', [agencyOf('H53.1.1', { parentCode: 'H53.2' })])
  const asked = '{ permits { nodes { code } } }'
  expect(codes((await graph.ask(asked, other)).data.permits.nodes)).toEqual(['P1', 'P2', 'P3'])
  expect(codes((await graph.ask(asked, ward)).data.permits.nodes)).toEqual([])
  await graph.put('Agency', 'lists', [agencyOf('H53.2', { otherCodes: ['H53.1.1'] })], { key: () => 'merged' })
  const { data } = await graph.ask('{ permit(code: "P1") { agency { code } } }', province)
  expect(data.permit.agency.code).toBe('H53.2')
})
