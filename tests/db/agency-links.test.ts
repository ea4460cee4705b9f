import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  columnsNoAgencyFollows,
  followAgency,
  followAgencyCode,
  followAgencyWithin,
  recomputedForAgencies,
} from '../../src/db/agency-links.ts'
import { seenByPath } from '../../src/db/row-security.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'

// The tables of a made-up domain, which the hub's own functions know by their links alone.
let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

const run = (text: string): Promise<unknown> => database.pool.query(text)
const rows = async (text: string): Promise<unknown[]> => (await database.pool.query({ text, rowMode: 'array' })).rows
const idOf = async (code: string): Promise<number> =>
  (await database.pool.query<{ id: number }>('select id from agency where code = $1', [code])).rows[0]!.id

beforeEach(() =>
  run(`
    create table permit (id integer primary key, source_id text, agency_id bigint references agency, agency_path text collate "C" not null);
    create table permit_holder (permit_id integer, role text, agency_id bigint references agency, agency_path text collate "C",
      primary key (permit_id, role, agency_id));
    create table permit_note (text text);
    insert into agency (code, name, path) values ('H53', 'H53', 'H53/'), ('H53.1', '1', 'H53/H53.1/'), ('H53.2', '2', 'H53/H53.2/');
    insert into agency_code select code, id from agency;
    insert into source (id, connector, title, agency_code, schedule, timezone)
      values ('s', 'x', 'x', 'H53.2', 'x', 'x'), ('t', 'x', 'x', 'H53', 'x', 'x');
    insert into permit select n, 's', a.id, coalesce(a.path, 'H53/H53.2/')
      from generate_series(1, 4) n left join agency a on a.code = 'H53.' || n;
    insert into permit_holder select p.id, r, p.agency_id, p.agency_path from permit p, unnest(array['OWNER', 'PAYER']) r where p.id < 3`),
)
afterEach(() =>
  run(`
    drop table permit, permit_holder, permit_note;
    drop function if exists permit_merge(bigint, bigint);
    drop function if exists permit_names(bigint);
    drop function if exists permit_paths(text, text);
    delete from agency_link where table_name like 'permit%';
    truncate agency, source cascade`),
)

const linkAll = async (): Promise<void> => {
  await followAgency(database.db, { table: 'permit', path: 'agency_path', withoutAgency: { source: 'source_id' } })
  await followAgency(database.db, { table: 'permit_holder', path: 'agency_path', unique: ['permit_id', 'role'] })
}
const paths = (): Promise<unknown[]> => rows('select id, agency_path from permit order by id')

describe('rows of a table that is linked', () => {
  it('follow an agency that moves, each table in one statement however many agencies move', async () => {
    await linkAll()
    await run(`
      create table seen_statements (n integer);
      create function count_statement() returns trigger language plpgsql as $$ begin insert into seen_statements values (1); return null; end $$;
      create trigger counted after update on permit for each statement execute function count_statement()`)
    await run(`update agency set path = 'X/' || path`)
    // One for all agencies that moved, and one for each of the two sources, whose rows may have no agency.
    expect(await rows('select count(*)::integer from seen_statements')).toEqual([[3]])
    await run('drop function count_statement cascade; drop table seen_statements')
    expect(await paths()).toEqual([
      [1, 'X/H53/H53.1/'],
      [2, 'X/H53/H53.2/'],
      [3, 'X/H53/H53.2/'],
      [4, 'X/H53/H53.2/'],
    ])
    expect(await rows('select distinct permit_id, agency_path from permit_holder order by 1')).toEqual([
      [1, 'X/H53/H53.1/'],
      [2, 'X/H53/H53.2/'],
    ])
  })

  it('are left behind without the link, and so is the path of nobody else', async () => {
    await run(`update agency set path = 'X/' || path`)
    expect(await paths()).toContainEqual([1, 'H53/H53.1/'])
    expect(await rows(`select agency_path from source where id = 's'`)).toEqual([['X/H53/H53.2/']])
  })

  it('name the agency that is kept when two merge, and are one where both had the same', async () => {
    await linkAll()
    await run(`insert into permit_holder select 1, 'OWNER', id, path from agency where code = 'H53.2'`)
    const [keep, gone] = [await idOf('H53.1'), await idOf('H53.2')]
    await sql`select agency_merge(${keep}, ${gone})`.execute(database.db)
    expect(await rows('select distinct agency_id from permit where id < 3')).toEqual([[keep]])
    expect(await paths()).toEqual([1, 2, 3, 4].map((id) => [id, 'H53/H53.1/']))
    expect(await rows('select permit_id, role, agency_path from permit_holder order by 1, 2')).toEqual([
      [1, 'OWNER', 'H53/H53.1/'],
      [1, 'PAYER', 'H53/H53.1/'],
      [2, 'OWNER', 'H53/H53.1/'],
      [2, 'PAYER', 'H53/H53.1/'],
    ])
    expect(await rows(`select code from agency_code where agency_id = ${keep} order by 1`)).toEqual([
      ['H53.1'],
      ['H53.2'],
    ])
  })

  it('break the merge without the link, instead of going with the agency', async () => {
    const [keep, gone] = [await idOf('H53.1'), await idOf('H53.2')]
    await expect(sql`select agency_merge(${keep}, ${gone})`.execute(database.db)).rejects.toThrow('foreign key')
    expect(await rows('select count(*)::integer from agency')).toEqual([[3]])
  })

  it('keep an agency that every list forgets, or go with it, or have no part in it, as they say', async () => {
    const forget = async (): Promise<unknown[]> => {
      await sql`select agency_forget(${[await idOf('H53.1')]}::bigint[])`.execute(database.db)
      return rows(`select 1 from agency where code = 'H53.1'`)
    }
    await linkAll()
    expect(await forget()).toHaveLength(1)
    await run(
      `delete from permit where id = 1; update agency_link set on_forget = 'DELETE' where table_name = 'permit_holder'`,
    )
    expect(await forget()).toHaveLength(0)
    expect(await rows('select count(*)::integer from permit_holder')).toEqual([[2]])
  })

  it('go by a function where they have no agency, and by functions where a text names one', async () => {
    await run(`
      insert into permit_note values ('by ' || (select id from agency where code = 'H53.2'));
      create function permit_paths(source text, source_path text) returns void language sql as $$
        update permit set agency_path = upper(source) || '/' || source_path where source_id = source and agency_id is null $$;
      create function permit_merge(keep bigint, gone bigint) returns void language sql as $$
        update permit_note set text = replace(text, 'by ' || gone, 'by ' || keep) $$;
      create function permit_names(agency bigint) returns boolean language sql as $$
        select exists (select 1 from permit_note where text = 'by ' || agency) $$`)
    const { db } = database
    await followAgency(db, { table: 'permit', path: 'agency_path', withoutAgency: { setBy: 'permit_paths' } })
    await followAgency(db, {
      table: 'permit_holder',
      path: 'agency_path',
      unique: ['permit_id', 'role'],
      onForget: 'delete',
    })
    await followAgencyWithin(db, { table: 'permit_note', column: 'text', merge: 'permit_merge', names: 'permit_names' })
    await run(`update agency set path = 'X/H53/H53.2/' where code = 'H53.2'`)
    expect(await paths()).toContainEqual([4, 'S/X/H53/H53.2/'])
    const [keep, gone] = [await idOf('H53.1'), await idOf('H53.2')]
    await sql`select agency_merge(${keep}, ${gone})`.execute(db)
    expect(await rows('select text from permit_note')).toEqual([[`by ${keep}`]])
    await run('delete from source; delete from permit')
    await sql`select agency_forget(${[keep]}::bigint[])`.execute(db)
    expect(await idOf('H53.1')).toBe(keep)
    await run('delete from permit_note')
    await sql`select agency_forget(${[keep]}::bigint[])`.execute(db)
    expect(await rows('select code from agency')).toEqual([['H53']])
  })
})

describe('what is not said', () => {
  it('is found: columns that name an agency or bear its path, and unique ones that a merge would violate', async () => {
    const { db } = database
    expect(await columnsNoAgencyFollows(db)).toEqual([
      expect.stringMatching('permit.agency_id names an agency'),
      expect.stringMatching(`permit.agency_path bears an agency's path`),
      expect.stringMatching('permit_holder.agency_id names an agency'),
      expect.stringMatching(`permit_holder.agency_path bears an agency's path`),
    ])
    await followAgency(db, { table: 'permit', path: 'agency_path' })
    await followAgency(db, { table: 'permit_holder', path: 'agency_path' })
    expect(await columnsNoAgencyFollows(db)).toEqual([
      'permit_holder.agency_id is unique together with {permit_id,role}: followAgency names them, or a merge of agencies breaks',
    ])
    await run(`update agency_link set unique_columns = '{role,permit_id}' where table_name = 'permit_holder'`)
    expect(await columnsNoAgencyFollows(db)).toEqual([])
    await run('alter table permit add column owner bigint references agency, add column route text collate "C"')
    await seenByPath(db, { table: 'permit', domain: 'permit', path: 'route' })
    expect(await columnsNoAgencyFollows(db)).toEqual([
      expect.stringMatching('permit.owner names an agency'),
      expect.stringMatching(`permit.route bears an agency's path`),
    ])
    await followAgency(db, { table: 'permit', id: 'owner', path: 'route' })
    expect(await columnsNoAgencyFollows(db)).toEqual([])
  })

  it.each([
    ['an expression of the number', 'create unique index odd on permit (coalesce(agency_id, -id))'],
    ['an expression beside it', 'create unique index odd on permit (agency_id, lower(source_id))'],
    ['a part of the rows', `create unique index odd on permit (agency_id) where source_id = 's' and id > 9`],
    ['a column that only lies in the index', 'create unique index odd on permit (id, agency_id) include (source_id)'],
  ])('is a unique index that a merge cannot follow: %s', async (_, index) => {
    await run(index)
    await followAgency(database.db, { table: 'permit', path: 'agency_path', unique: [] })
    expect((await columnsNoAgencyFollows(database.db)).filter((one) => one.includes('the index odd'))).toHaveLength(1)
  })

  it('is nothing in the hub as it is migrated', async () => {
    await run('drop table permit, permit_holder, permit_note')
    expect(await columnsNoAgencyFollows(database.db)).toEqual([])
    await run('create table permit (); create table permit_holder (); create table permit_note ()')
  })

  it('is refused where the table, a column or a function is not there', async () => {
    const { db } = database
    await expect(followAgency(db, { table: 'nosuch' })).rejects.toThrow('nosuch has no column agency_id')
    await expect(followAgency(db, { table: 'permit', path: 'path' })).rejects.toThrow('permit has no column path')
    await expect(followAgencyCode(db, { table: 'permit', code: 'code', path: 'agency_path' })).rejects.toThrow(
      'no column code',
    )
    await expect(recomputedForAgencies(db, { table: 'permit', column: 'agency' })).rejects.toThrow('no column agency')
    await expect(
      followAgencyWithin(db, { table: 'permit_note', column: 'text', merge: 'nosuch', names: 'nosuch' }),
    ).rejects.toThrow('there is no function nosuch(bigint, bigint)')
    expect(await rows(`select 1 from agency_link where table_name like 'permit%'`)).toEqual([])
  })
})
