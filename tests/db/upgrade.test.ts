// Tests the upgrade of a database with rows in it.
import { gzipSync } from 'node:zlib'
import { Migrator } from 'kysely/migration'
import { afterAll, describe, expect, it } from 'vitest'
import { openKeyring } from '../../src/db/encryption/keyring.ts'
import { loadMigrations, migrate } from '../../src/db/migrate.ts'
import { canonical } from '../../src/sync/run/outcome.ts'
import { releaseQuarantined } from '../../src/sync/quarantine/release.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'
import { openWorld, page, record, type World } from '../sync/harness.ts'

// A hub of the version before, which has worked, is brought to this one: its last migration is run over what it has.
const made: FreshDatabase[] = []
const worlds: World[] = []
afterAll(async () => {
  for (const world of worlds) await world.drop()
  for (const { drop } of made) await drop()
})

async function formerDatabase(): Promise<FreshDatabase> {
  const database = await freshDatabase('template1')
  made.push(database)
  const migrations = await loadMigrations()
  const former = Object.keys(migrations).at(-2)!
  const provider = { getMigrations: () => Promise.resolve(migrations) }
  const { error } = await new Migrator({ db: database.db, provider }).migrateTo(former)
  if (error !== undefined) throw error
  return database
}

const rowsOf = async (database: FreshDatabase): Promise<Record<string, number>> => {
  const { rows } = await database.pool.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely%' order by 1`,
  )
  const counts: Record<string, number> = {}
  for (const { name } of rows) {
    counts[name] = Number((await database.pool.query(`select count(*) from ${name}`)).rows[0].count)
  }
  return counts
}

/** A row in each table that has none, with a value of its type in each column that wants one. */
async function fill(database: FreshDatabase): Promise<void> {
  const client = await database.pool.connect()
  try {
    // Without triggers and references: rows of one table need not fit those of another here.
    await client.query('set session_replication_role = replica')
    for (const [name, count] of Object.entries(await rowsOf(database))) {
      if (count > 0) continue
      const { rows } = await client.query<{ column: string; type: string }>(
        `select attname as column, format_type(atttypid, atttypmod) as type from pg_attribute
         where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' and attidentity = ''
           and attnotnull and not atthasdef`,
        [name],
      )
      const values = rows.map(({ column, type }) => listed[`${name}.${column}`] ?? valueOf(type))
      const columns = rows.map(({ column }) => column)
      const what = columns.length === 0 ? 'default values' : `(${columns.join(', ')}) values (${values.join(', ')})`
      await client.query(`insert into ${name} ${what}`)
    }
    await client.query('set session_replication_role = origin')
  } finally {
    client.release()
  }
}

/** Columns that take no other text. */
const listed: Readonly<Record<string, string>> = {
  'calendar_day.kind': `'HOLIDAY'`,
  'document_agency.role': `'SENDER'`,
  'revocation.kind': `'TOKEN'`,
}

const valueOf = (type: string): string => {
  if (type.endsWith('[]')) return `'{}'`
  if (/^(bigint|integer|smallint|numeric)/.test(type)) return '1'
  if (/^(timestamp|date)/.test(type)) return 'now()'
  if (type === 'jsonb' || type === 'json') return `'{}'`
  if (type === 'bytea') return `'\\x00'`
  if (type === 'boolean') return 'true'
  return `'x'`
}

describe('a database of the version before', () => {
  it('with rows in every table is brought to this version with all of them', async () => {
    const database = await formerDatabase()
    await fill(database)
    const before = await rowsOf(database)
    expect(Object.entries(before).filter(([, count]) => count === 0)).toEqual([])
    const ran = await migrate(database.db)
    expect(ran).toEqual(Object.keys(await loadMigrations()).slice(-1))
    // Migrations themselves say more of the tables that they make; rows that were there are all there still.
    const after = await rowsOf(database)
    expect(after).toMatchObject({ ...before, agency_link: expect.any(Number) })
    expect(after['agency_link']).toBeGreaterThanOrEqual(before['agency_link']!)
    expect(await migrate(database.db)).toEqual([])
  })

  it('is worked on where it was: a run that was cut off, records, raw pages and what waits', async () => {
    const database = await formerDatabase()
    const keyring = openKeyring(new Uint8Array(32).fill(7))
    const hash = (id: string): Buffer => keyring.hashes(canonical({ code: id, name: `Tên ${id}` }), 'record')[0]!
    const bad = record('3', { reject: 'at' })
    const { pool } = database
    await pool.query(`insert into source (id, connector, title, agency_code, schedule, timezone)
      values ('s', 'scripted', 's', 'H53', '0 3 * * *', 'Asia/Ho_Chi_Minh')`)
    await pool.query(`insert into stream (source_id, id, entity, kind, checkpoint, run_id, record_count, last_success_at,
      lease_owner, lease_until, lease_epoch) values
      ('s', 'changes', 'Agency', 'change-time', 'a', 2, 2, now(), 'gone/1', now() - interval '1 minute', 4),
      ('s', 'list', 'Agency', 'snapshot', 'a', null, 0, now(), null, null, 0)`)
    await pool.query(`insert into run (source_id, stream_id, kind, range, position, state, started_at, pages) values
      ('s', 'changes', 'CHANGES', '{"all": true}', 'a', 'SUCCEEDED', now(), 1),
      ('s', 'changes', 'CHANGES', '{"since": "a"}', 'b', 'RUNNING', now(), 1)`)
    const raw = keyring.seal(gzipSync(JSON.stringify([record('1'), record('2'), bad])), 'raw')
    await pool.query(
      `insert into raw_page (run_id, source_id, stream_id, page, body) values (1, 's', 'changes', 0, $1)`,
      [raw],
    )
    for (const [at, id] of ['1', '2'].entries()) {
      await pool.query(
        `insert into record (source_id, stream_id, key, hash, raw_page_id, raw_index, run_id, first_seen_at, changed_at)
         values ('s', 'changes', $1, $2, 1, $3, 1, now(), now())`,
        [id, hash(id), at],
      )
    }
    await pool.query(
      `insert into quarantine (source_id, stream_id, key, mark, reason, path, body, run_id, seen_at)
       values ('s', 'changes', '3', $1, 'BAD_DATE', 'at', $2, 1, now())`,
      [keyring.hash('key:3', 'quarantine'), keyring.seal(gzipSync(JSON.stringify(bad)), 'quarantine')],
    )
    await migrate(database.db)

    const world = await openWorld({ database })
    worlds.push(world)
    world.script.pages.changes = [page('a', record('1'), record('2')), page('b', record('3')), page('c', record('4'))]
    expect((await world.work(), await world.runs()).at(-1)).toMatchObject({ id: 2, state: 'SUCCEEDED', pages: 2 })
    expect(world.script.asked).toEqual([{ since: 'b' }])
    world.script.mapping = 'mới '
    expect(await world.sync('changes', 'REPLAY')).toMatchObject({ state: 'SUCCEEDED_WITH_REJECTS', written: 3 })
    world.script.mapping = ''
    world.script.pages.changes = [page('c', record('1'), record('3'), record('4'))]
    expect(await world.sync('changes', 'CENSUS')).toMatchObject({ state: 'SUCCEEDED', removed: 1, left_over: 1 })
    expect(await world.things()).toEqual({ 1: 'Tên 1', 3: 'Tên 3', 4: 'Tên 4' })
    expect(await releaseQuarantined(world.engine, [1])).toBe(0)
  })
})
