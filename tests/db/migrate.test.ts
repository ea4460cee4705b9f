// Tests of the migrator.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { Migrator } from 'kysely/migration'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'

import { loadMigrations, migrate, MigrationFailure } from '../../src/db/migrate.ts'
import { openDatabase } from '../../src/db/open.ts'
import type { FreshDatabase } from '../kit/database.ts'
import { freshDatabase } from '../kit/database.ts'

const root = join(import.meta.dirname, '../../')
let folder: string
let database: FreshDatabase
const made: FreshDatabase[] = []

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hub-migrations-'))
  database = await freshDatabase('template1')
  made.push(database)
  write('0001-first.ts', closed('first', '(id int)'))
})
afterEach(() => rmSync(folder, { recursive: true }))
afterAll(() => Promise.all(made.map(({ drop }) => drop())))

function write(name: string, statement: string): void {
  const text = `export const up = (db: any) => db.executeQuery({ sql: ${JSON.stringify(statement)}, parameters: [], query: { kind: 'RawNode' }, queryId: { queryId: '${name}' } })`
  writeFileSync(join(folder, name), text)
}
/** A table that no answer reads. */
const closed = (name: string, what: string): string =>
  `create table ${name} ${what}; alter table ${name} enable row level security`
const url = () => pathToFileURL(`${folder}/`)
const tables = async () => {
  const { rows } = await database.pool.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely%' order by 1`,
  )
  return rows.map(({ name }) => name)
}

describe('migrate', () => {
  it('runs what is new in order of the names and nothing twice', async () => {
    expect(await migrate(database.db, url())).toEqual(['0001-first'])
    write('0002-second.ts', closed('second', 'as select * from first'))
    expect(await migrate(database.db, url())).toEqual(['0002-second'])
    expect(await migrate(database.db, url())).toEqual([])
    expect(await tables()).toEqual(['first', 'second'])
  })

  it('leaves nothing behind when one of several fails, and names it', async () => {
    write('0002-second.ts', 'create table first (id int)')
    await expect(migrate(database.db, url())).rejects.toThrow('the migration 0002-second failed: relation "first"')
    expect(await tables()).toEqual([])
  })

  it('lets one of several processes do the work while the others wait', async () => {
    const others = [1, 2, 3].map(() => openDatabase(database.url, { max: 1 }))
    const ran = await Promise.all(others.map(({ db }) => migrate(db, url())))
    expect(ran.flat()).toEqual(['0001-first'])
    await Promise.all(others.map(({ close }) => close()))
  })

  it('refuses a migration that leaves unsaid who sees its rows, and leaves nothing of it behind', async () => {
    write('0002-second.ts', 'create table second (id int)')
    await expect(migrate(database.db, url())).rejects.toThrow(
      'the migration 0002-second failed: second: seenByPath, seenWith, seenByAll or seenByNobody says who sees its rows',
    )
    expect(await tables()).toEqual([])
  })

  it('refuses a migration whose rows would not follow their agency', async () => {
    for (const name of Object.keys(await loadMigrations())) {
      writeFileSync(join(folder, `${name}.ts`), `export * from '${root}migrations/${name}.ts'`)
    }
    rmSync(join(folder, '0001-first.ts'))
    await migrate(database.db, url())
    const before = await tables()
    write('0100-permit.ts', closed('permit', '(id int, agency_id bigint references agency)'))
    await expect(migrate(database.db, url())).rejects.toThrow('permit.agency_id names an agency: followAgency')
    expect(await tables()).toEqual(before)
  })

  it('refuses a folder without migrations instead of calling the database whole', async () => {
    rmSync(join(folder, '0001-first.ts'))
    await expect(migrate(database.db, url())).rejects.toThrow('no migrations')
  })
})

describe('a database of another version', () => {
  const list = async (...names: string[]): Promise<void> => {
    await database.pool.query('create table kysely_migration (name varchar primary key, timestamp varchar not null)')
    for (const name of names) await database.pool.query(`insert into kysely_migration values ($1, 'x')`, [name])
  }
  const refusal = async (folder?: URL): Promise<string> => {
    const before = await everything()
    const error = await migrate(database.db, folder).then(
      () => null,
      (refused: unknown) => refused,
    )
    expect(error).toBeInstanceOf(MigrationFailure)
    expect(await everything()).toEqual(before)
    const { message } = error as MigrationFailure
    expect(message).toMatch(
      /^Cơ sở dữ liệu này .+ · this database .+ set another HUB_HOME or DATABASE_URL; .+ can be deleted$/,
    )
    return message
  }
  const everything = async (): Promise<unknown> => {
    const { rows } = await database.pool.query(`
      select (select array_agg(relname order by relname) from pg_class where relnamespace = 'public'::regnamespace) as made,
        (select array_agg(proname order by proname) from pg_proc where pronamespace = 'public'::regnamespace) as functions`)
    return rows
  }

  it('is refused whole when newer code has migrated it', async () => {
    write('0002-second.ts', closed('second', '(id int)'))
    await migrate(database.db, url())
    rmSync(join(folder, '0002-second.ts'))
    expect(await refusal(url())).toContain('another version of the hub (0002-second; 0001-first – 0001-first)')
  })

  it('is refused whole when its migrations were merged since, and when it has the first of them alone', async () => {
    const former = ['0001-core', '0002-reference', '0003-dossier', '0004-document', '0005-report']
    await list(...former)
    await database.pool.query('create table source (id text)')
    expect(await refusal()).toContain('(0001-core, 0002-reference, 0003-dossier, …; 0001-hub-core – ')
    await database.pool.query(`delete from kysely_migration where name <> '0001-core'`)
    expect(await refusal()).toContain('(0001-core; 0001-hub-core – ')
  })

  it('is refused whole when one of this code is missing between, and when its list of migrations is lost', async () => {
    await list('0001-hub-core', '0003-agency')
    expect(await refusal()).toContain('(without 0002-administrative-unit; ')
    await database.pool.query('drop table kysely_migration; create table raw_page (id bigint)')
    expect(await refusal()).toContain('(without a list of migrations; ')
  })

  it('is gone on from when it has the first migrations of this code', async () => {
    const migrations = await loadMigrations()
    const provider = { getMigrations: () => Promise.resolve(migrations) }
    const { error } = await new Migrator({ db: database.db, provider }).migrateTo('0003-agency')
    expect(error).toBeUndefined()
    expect(await migrate(database.db)).toEqual(Object.keys(migrations).slice(3))
  })
})
