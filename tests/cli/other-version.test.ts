import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openEmbedded } from '../../src/db/embedded/embedded.ts'
import { openDatabase } from '../../src/db/open.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'
import { houseFiles } from '../rules/house.ts'
import { hub, removeHome } from '../kit/world/hub-process.ts'

/** As the migrations left it that were merged since. */
const former = `
  create table kysely_migration (name varchar(255) primary key, timestamp varchar(255) not null);
  insert into kysely_migration select n, '2026-01-01' from unnest(array['0001-core', '0002-reference', '0003-dossier']) n;
  create table source (id text primary key); insert into source values ('kept')`

let home: string
let database: FreshDatabase
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'hub-other-version-'))
  database = await freshDatabase('template1')
  await database.pool.query(former)
})
afterAll(async () => {
  await database.drop()
  removeHome(home)
})

const tables = async (pool: FreshDatabase['pool']): Promise<string[]> =>
  (
    await pool.query<{ name: string }>(`select tablename as name from pg_tables where schemaname = 'public' order by 1`)
  ).rows.map(({ name }) => name)

describe('a database of another version', () => {
  it.each([
    [['start']],
    [['migrate']],
    [['sources', '--json']],
    [['sync', 'one-stop']],
    [['import', 'reference', 'reference']],
    [['backup', 'x.backup']],
    [['restore', 'x.backup', '--force']],
    [['revoke', '--client', 'x']],
    [['key', 'rotate']],
    [['audit', 'verify']],
    [['quarantine', 'list']],
    [['subgraphs']],
  ])('is refused in one line that names the way out: hub %j', async (args) => {
    const { code, out, err } = await hub(home, args, { DATABASE_URL: database.url })
    const lines = err.trim().split('\n')
    // A new home has a key made for it.
    const refusal = lines.filter((line) => !line.startsWith('A key of encryption at rest was made'))
    expect([code, refusal, out]).toEqual([
      1,
      [expect.stringMatching(/phiên bản khác .+0001-core, 0002-reference.+ · .+ set another HUB_HOME or DATABASE_URL/)],
      expect.not.stringMatching(/\S/),
    ])
    expect(await tables(database.pool)).toEqual(['kysely_migration', 'source'])
  })

  it('is refused where it is the one of a home, and its server stops again', async () => {
    const embedded = await openEmbedded({ home })
    const own = openDatabase(embedded.url, { max: 1 })
    await own.pool.query(former)
    await own.close()
    await embedded.stop()
    const { code, err } = await hub(home, ['sources'])
    expect(code).toBe(1)
    expect(err).toContain('another version of the hub (0001-core, 0002-reference, 0003-dossier; ')
    const after = await openEmbedded({ home })
    expect(after.adopted).toBe(false)
    const left = openDatabase(after.url, { max: 1 })
    expect(await tables(left.pool)).toEqual(['kysely_migration', 'source'])
    await left.close()
    await after.stop()
  })

  it('is opened in one file alone, which brings it to this version or refuses it', () => {
    const opening = houseFiles('src', 'bin', 'connectors')
      .filter(({ path }) => !path.startsWith('src/db/'))
      .filter(({ text }) => /\b(openDatabase|openEmbedded|new pg\.Pool)\(/.test(text))
    expect(opening.map(({ path }) => path.split('/').at(-1))).toEqual(['store.ts'])
    expect(opening[0]!.text).toContain('await migrate(')
  })
})
