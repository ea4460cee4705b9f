import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'

import { migrate } from '../../src/db/migrate.ts'
import { openDatabase } from '../../src/db/open.ts'
import type { FreshDatabase } from '../kit/database.ts'
import { freshDatabase } from '../kit/database.ts'

let folder: string
let database: FreshDatabase
const made: FreshDatabase[] = []

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hub-migrations-'))
  database = await freshDatabase('template1')
  made.push(database)
  write('0001-first.ts', 'create table first (id int)')
})
afterEach(() => rmSync(folder, { recursive: true }))
afterAll(() => Promise.all(made.map(({ drop }) => drop())))

function write(name: string, statement: string): void {
  const text = `export const up = (db: any) => db.executeQuery({ sql: ${JSON.stringify(statement)}, parameters: [], query: { kind: 'RawNode' }, queryId: { queryId: '${name}' } })`
  writeFileSync(join(folder, name), text)
}
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
    write('0002-second.ts', 'create table second as select * from first')
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

  it('refuses a database that newer code has migrated, and changes nothing', async () => {
    write('0002-second.ts', 'create table second (id int)')
    await migrate(database.db, url())
    rmSync(join(folder, '0002-second.ts'))
    await expect(migrate(database.db, url())).rejects.toThrow(
      'newer code (0002-second), this code knows up to 0001-first',
    )
  })

  it('refuses a folder without migrations instead of calling the database whole', async () => {
    rmSync(join(folder, '0001-first.ts'))
    await expect(migrate(database.db, url())).rejects.toThrow('no migrations')
  })
})
