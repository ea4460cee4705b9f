// Tests of row security under the role of reads.
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { migrate } from '../../src/db/migrate.ts'
import { type Database, openDatabase } from '../../src/db/open.ts'
import {
  seenByAll,
  seenByNobody,
  seenByPath,
  seenWith,
  tablesNobodySpokeFor,
  within,
} from '../../src/db/row-security.ts'
import { everyPath, kyselyWithin, noRows, queryWithin, type RowScope } from '../../src/db/row-scope.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'
import { seedRows } from './row-security-seed.ts'
import { house } from '../../src/domains/index.ts'

/** Tables whose every row is open, and views by which policies decide; all else that is readable has a policy. */
const open = [
  'administrative_unit',
  'agency',
  'agency_code',
  'document_reach',
  'dossier_published',
  'dossier_released_cell',
  'indicator',
  'procedure',
  'report_reach',
  'stream_name',
  'unit_change',
]
const everything: RowScope = {
  ranges: Object.fromEntries([...Object.keys(house.rowRanges), 'operation'].map((name) => [name, everyPath])),
  log: true,
}

let database: FreshDatabase
let reading: Database
beforeAll(async () => {
  database = await freshDatabase()
  reading = openDatabase(database.url, { max: 1, reads: true })
  await seedRows(database.db, { dossiers: 400, documents: 120 })
})
afterAll(async () => {
  await reading.close()
  await database.drop()
})

const count = async (table: string, scope: RowScope): Promise<number> =>
  (await queryWithin<{ n: number }>(reading.pool, scope, `select count(*)::integer as n from ${table}`, []))[0]!.n

describe('the role that answers are read under', () => {
  it('owns nothing, changes nothing and passes by no policy', async () => {
    const { rows } = await database.pool.query(`
      select r.rolsuper, r.rolbypassrls, r.rolcanlogin,
        (select count(*)::integer from pg_class c where c.relowner = r.oid) as owned,
        (select count(*)::integer from information_schema.role_table_grants g
          where g.grantee = r.rolname and g.privilege_type <> 'SELECT') as writes
      from pg_roles r where r.rolname = 'hub_reader'`)
    expect(rows).toEqual([{ rolsuper: false, rolbypassrls: false, rolcanlogin: false, owned: 0, writes: 0 }])
    for (const text of ['delete from dossier', 'update source set title = title', 'select 1 from raw_page']) {
      await expect(queryWithin(reading.pool, everything, text, [])).rejects.toThrow('permission denied')
    }
  })

  it('reads no table without a policy but those that are open to everybody', async () => {
    const { rows } = await database.pool.query<{ name: string }>(`
      select c.relname as name from pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v', 'm', 'p') and not c.relrowsecurity
        and has_table_privilege('hub_reader', c.oid, 'select') order by 1`)
    expect(rows.map(({ name }) => name)).toEqual(open)
  })

  it('may read no table of which nobody has said who sees it, and those that nobody sees not either', async () => {
    expect(await tablesNobodySpokeFor(database.db)).toEqual([])
    const { rows } = await database.pool.query<{ name: string; unseen: boolean }>(`
      select c.relname as name, c.relrowsecurity and not exists (select 1 from pg_policy p where p.polrelid = c.oid) as unseen
      from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')`)
    const unseen = rows.filter((row) => row.unseen).map(({ name }) => name)
    expect(unseen).toEqual(expect.arrayContaining(['raw_page', 'record', 'document_part', 'audit_key', 'revocation']))
    for (const { name } of rows) {
      const read = queryWithin(reading.pool, everything, `select 1 from ${name} limit 1`, [])
      if (unseen.includes(name) || name.startsWith('kysely_'))
        await expect(read, name).rejects.toThrow('permission denied')
      else await read
    }

    // One that is forgotten is found, and closed until somebody says what it is.
    await database.pool.query('create table forgotten as select 1 as x')
    const found = await tablesNobodySpokeFor(database.db)
    expect(found).toEqual([expect.stringMatching(/^forgotten: seenByPath, /)])
    await expect(queryWithin(reading.pool, everything, 'select 1 from forgotten', [])).rejects.toThrow(
      'permission denied',
    )
    await database.pool.query(
      'grant select on forgotten to hub_reader; alter table forgotten enable row level security',
    )
    expect(await tablesNobodySpokeFor(database.db)).toHaveLength(1)
    await database.pool.query('drop table forgotten')
  })

  it('sees the rows of a table as its migration says them', async () => {
    const { db } = database
    await database.pool.query(`
      create table permit (id integer, route text collate "C");
      insert into permit select n, 'H53/H53.' || n || '/' from generate_series(1, 3) n;
      create table permit_step as select 1 as permit_id union all select 2;
      create table permit_kind as select 'x' as code;
      create table permit_secret as select 'x' as code`)
    await seenByPath(db, { table: 'permit', domain: 'report', path: 'route' })
    await seenWith(db, { table: 'permit_step', condition: 'exists (select 1 from permit p where p.id = permit_id)' })
    await seenWith(db, {
      table: 'permit_step',
      condition: `current_setting('hub.log', true) = 'on'`,
      reason: 'by_auditors',
    })
    await seenByAll(db, 'permit_kind')
    await seenByNobody(db, 'permit_secret')
    expect(await tablesNobodySpokeFor(db)).toEqual([])
    const second = { ...noRows, ranges: { report: { from: 'H53/H53.2/', to: 'H53/H53.20' } } }
    expect([await count('permit', noRows), await count('permit', second), await count('permit', everything)]).toEqual([
      0, 1, 3,
    ])
    expect([await count('permit_step', noRows), await count('permit_step', second)]).toEqual([0, 1])
    expect(await count('permit_step', { ...noRows, log: true })).toBe(2)
    expect(await count('permit_kind', noRows)).toBe(1)
    await expect(count('permit_secret', everything)).rejects.toThrow('permission denied')
    expect(() => within('path', `x'; drop`)).toThrow('no domain')
    await database.pool.query('drop table permit, permit_step, permit_kind, permit_secret')
  })

  it('sees of protected tables what the scope opens, and nothing without one', async () => {
    const { rows } = await database.pool.query<{ name: string }>(
      `select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace and c.relrowsecurity
         and has_table_privilege('hub_reader', c.oid, 'select') order by 1`,
    )
    expect(rows.length).toBeGreaterThanOrEqual(15)
    for (const { name } of rows) {
      const there = (await database.pool.query<{ n: number }>(`select count(*)::integer as n from ${name}`)).rows[0]!.n
      expect([name, await count(name, everything)]).toEqual([name, there])
      expect(there, `${name} has no rows to hide`).toBeGreaterThan(0)
      const hidden =
        name === 'observation'
          ? `select count(*)::integer as n from observation o where report_key is null
          or exists (select 1 from report_reach r where r.submitted and r.report_key = o.report_key)`
          : 'select 0 as n'
      const unprotected = (await database.pool.query<{ n: number }>(hidden)).rows[0]!.n
      expect([name, await count(name, noRows)]).toEqual([name, unprotected])
    }
  })

  it('sees a subtree by the path of the row, and a document by any agency that it reaches', async () => {
    const subtree = { from: 'H53/H53.2/', to: 'H53/H53.20' }
    const scope: RowScope = {
      ...everything,
      ranges: Object.fromEntries(Object.keys(house.rowRanges).map((name) => [name, subtree])),
    }
    const within = `path >= '${subtree.from}' and path < '${subtree.to}'`
    for (const [table, condition] of [
      ['dossier', within.replaceAll('path', 'agency_path')],
      ['report', within.replaceAll('path', 'agency_path')],
      ['camera', within.replaceAll('path', 'agency_path')],
      [
        'document',
        `exists (select 1 from document_agency x where x.document_id = document.id and ${within.replaceAll('path', 'x.agency_path')})`,
      ],
      ['dossier_event', `dossier_id in (select id from dossier where ${within.replaceAll('path', 'agency_path')})`],
    ] as const) {
      const { rows } = await database.pool.query<{ n: number; all: number }>(
        `select count(*) filter (where ${condition})::integer as n, count(*)::integer as all from ${table}`,
      )
      expect([table, await count(table, scope)]).toEqual([table, rows[0]!.n])
      expect(rows[0]!.n).toBeLessThan(rows[0]!.all)
      expect(rows[0]!.n).toBeGreaterThan(0)
    }
  })
})

describe('the scope of a connection', () => {
  it('is told only when it changes', async () => {
    const own = openDatabase(database.url, { max: 1, reads: true })
    const told: string[] = []
    own.pool.on('connect', (client) => {
      const query = client.query.bind(client) as (...given: unknown[]) => unknown
      client.query = ((...given: unknown[]) => {
        if (String(given[0]).startsWith('select set_config')) told.push(String(given[0]))
        return query(...given)
      }) as typeof client.query
    })
    for (const scope of [everything, everything, noRows, noRows, everything]) {
      await queryWithin(own.pool, scope, 'select 1', [])
    }
    expect(told.length).toBe(3)
    await expect(queryWithin(own.pool, everything, 'select 1/0', [])).rejects.toThrow('division')
    await queryWithin(own.pool, everything, 'select 1', [])
    expect(told.length).toBe(4)
    await own.close()
  })

  it('is gone for whoever takes the connection without one', async () => {
    expect(await count('dossier', everything)).toBe(400)
    const seen = async (): Promise<unknown> =>
      (await sql<{ n: number }>`select count(*)::integer as n from dossier`.execute(reading.db)).rows[0]!.n
    expect(await seen()).toBe(0)
    expect((await reading.pool.query<{ n: number }>('select count(*)::integer as n from dossier')).rows).toEqual([
      { n: 0 },
    ])
    const within = kyselyWithin(reading.pool, everything)
    expect((await within.selectFrom('dossier').select('id').execute()).length).toBe(400)
    expect(await seen()).toBe(0)
    expect(await count('dossier', everything)).toBe(400)
  })
})

describe('an account that may not create roles', () => {
  it('is told the statements for an administrator, and goes on once it may take the role', async () => {
    const server = openDatabase(inject('databaseUrl'), { max: 1 })
    // A name that has to be quoted, so that the statements can be run as they are printed.
    const name = `plain-${process.pid}`
    const quoted = `"${name}"`
    const url = new URL(inject('databaseUrl'))
    Object.assign(url, { username: name, password: 'x', pathname: `/${name}` })
    try {
      await server.pool.query(`create role ${quoted} login password 'x'`)
      await server.pool.query(`create database ${quoted} owner ${quoted}`)
      const own = openDatabase(url.href, { max: 1 })
      await expect(migrate(own.db)).rejects.toThrow(
        `the account ${name} may not take the role hub_reader; run as an administrator: grant hub_reader to ${quoted};`,
      )
      await server.pool.query(`grant hub_reader to ${quoted}`)
      await migrate(own.db)
      await own.close()
      const reader = openDatabase(url.href, { max: 1, reads: true })
      expect((await reader.pool.query('select current_user as name')).rows).toEqual([{ name: 'hub_reader' }])
      await reader.close()
    } finally {
      await server.pool.query(`drop database if exists ${quoted} with (force)`)
      await server.pool.query(`drop role if exists ${quoted}`)
      await server.close()
    }
  })
})
