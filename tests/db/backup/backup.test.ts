// Tests of backup and restore.
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifyAudit } from '../../../src/access/audit/verify.ts'
import { revoke } from '../../../src/access/token/revocation.ts'
import { writeBackup } from '../../../src/db/backup/backup.ts'
import { backupTables, contentOf, notCopied, sameText } from '../../../src/db/backup/tables.ts'
import { openKeyring } from '../../../src/db/encryption/keyring.ts'
import { feedEnd, readFeed } from '../../../src/db/feed.ts'
import { loadMigrations } from '../../../src/db/migrate.ts'
import { restoreBackup, type RestoreOptions } from '../../../src/db/backup/restore.ts'
import { clearSchema, runMigrations } from '../../../src/db/backup/restore-schema.ts'
import { loadShippedReference } from '../../../src/reference/index.ts'
import { keyring, openGraph, type OpenGraph } from '../../kit/world/graph.ts'
import { dossierOf, newDocument, partyOf } from '../../kit/world/records.ts'
import { sampleTown } from '../../kit/world/sample-town.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'

const folder = mkdtempSync(join(tmpdir(), 'backup '))
const file = join(folder, 'hub.backup')
let graph: OpenGraph
let filled: ReadonlyMap<string, string>

/** Every table by the rows that it has, written alike. */
async function contents(pool: pg.Pool): Promise<Map<string, string>> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query(sameText)
    const found = new Map<string, string>()
    for (const table of await backupTables(client)) {
      const { rows, content } = await contentOf(client, table)
      const generated = await client.query<{ all: string | null }>(
        `select md5(string_agg(t::text, '|' order by t::text)) as all from "${table.name}" t`,
      )
      found.set(table.name, `${rows} ${content} ${table.name === 'stream' ? '' : generated.rows[0]!.all}`)
    }
    await client.query('rollback')
    return found
  } finally {
    client.release()
  }
}
const restore = (database: FreshDatabase, more: Partial<RestoreOptions> = {}) =>
  restoreBackup({ pool: database.pool, keyring, file, force: false, ownSessions: 'test', ...more })
const withDatabase = async (work: (database: FreshDatabase) => Promise<void>): Promise<void> => {
  const database = await freshDatabase()
  try {
    await work(database)
  } finally {
    await database.drop()
  }
}

beforeAll(async () => {
  graph = await openGraph()
  const { pool, db } = graph.database
  await loadShippedReference(db)
  const clerk = await sampleTown(graph)
  await graph.put(
    'Dossier',
    's',
    Array.from({ length: 500 }, (_, at) =>
      dossierOf(`N${at}`, {
        subject: `Tab\tline\nback\\slash \\N ${'đ'.repeat(at % 50)}`,
        applicant: partyOf(`Lê ${at}`),
        dueAt: '2026-03-05T00:00:00.123+07:00',
      }),
    ),
  )
  await graph.put('Document', 's', [newDocument('H53', 'D1', ['H53.21', 'H53.21.3'])], {
    stream: 'documents',
    key: () => 'D1',
  })
  await pool.query(`
    insert into run (source_id, stream_id, kind, range, state, started_at) values ('s', 'list', 'FULL', '{"all": true}', 'RUNNING', now());
    update stream set run_id = 1, lease_owner = 'w/1', lease_pid = 1, lease_until = now() + interval '1 hour', lease_epoch = 7,
      checkpoint = 'c1' where source_id = 's' and id = 'list';
    insert into change (entity, source_id, stream_id, key, kind, run_id) values ('Dossier', 's', 'list', 'N1', 'UPSERT', 1)`)
  await pool.query(
    `insert into raw_page (run_id, source_id, stream_id, page, body) values (1, 's', 'list', 1, $1), (1, 's', 'list', 2, $2)`,
    [randomBytes(1_500_000), keyring.seal(gzipSync('[]'), 'raw')],
  )
  await pool.query(`insert into raw_page (run_id, source_id, stream_id, page, body) values (1, 's', 'list', 3, '')`)
  await pool.query('delete from raw_page where page = 3') // a number that must not be given again
  await graph.ask('{ dossiers(first: 20) { nodes { applicant { name } } } }', clerk)
  await revoke(db, { kind: 'TOKEN', value: 'of then' }, null)
  filled = await contents(pool)
  await writeBackup({ pool, keyring, file })
})
afterAll(async () => {
  await graph.close()
  rmSync(folder, { recursive: true })
})

describe('a backup', () => {
  it('restored into another database is the same, table by table', async () => {
    await withDatabase(async (database) => {
      const reported: string[] = []
      const report = await restore(database, { onTable: ({ table }) => reported.push(table) })
      expect(report).toMatchObject({
        tables: filled.size,
        rows: expect.any(Number),
        at: expect.stringMatching(/^20.*Z$/),
      })
      expect(report.rows).toBeGreaterThan(2000)
      const restored = await contents(database.pool)
      expect([...restored.keys()]).toEqual(reported)
      for (const [table, content] of filled) {
        if (table !== 'stream') expect(`${table} ${restored.get(table)}`).toBe(`${table} ${content}`)
      }
      // What is left out is known by name.
      const { rows } = await database.pool.query<{ name: string }>(
        `select table_name::text as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
      )
      expect(
        rows
          .map(({ name }) => name)
          .filter((name) => !restored.has(name))
          .toSorted(),
      ).toEqual([...notCopied].toSorted())
      const trigger = await database.pool.query(
        `select tgname from pg_trigger where not tgisinternal and tgenabled <> 'O'`,
      )
      expect(trigger.rows).toEqual([])
    })
  })

  it('goes on where it was: numbers, leases, runs, the access log', async () => {
    await withDatabase(async (database) => {
      const { pool, db } = database
      const before = await feedEnd(db)
      await restore(database)
      const { rows: streams } = await pool.query(
        `select run_id, checkpoint, lease_owner, lease_pid, lease_until, lease_epoch, due_at <= now() as due from stream where source_id = 's' and id = 'list'`,
      )
      expect(streams).toEqual([
        {
          run_id: 1,
          checkpoint: 'c1',
          lease_owner: null,
          lease_pid: null,
          lease_until: null,
          lease_epoch: 8,
          due: true,
        },
      ])
      const { rows: pages } = await pool.query(
        `insert into raw_page (run_id, source_id, stream_id, page, body) values (1, 's', 'list', 4, '') returning id`,
      )
      expect(pages).toEqual([{ id: 4 }])
      expect(await verifyAudit(pool, keyring, [])).toMatchObject({ entries: 20, fault: null })
      await expect(pool.query('delete from access_entry')).rejects.toThrow('only added to')
      await expect(readFeed(db, before, 10)).rejects.toThrow('another history')
      expect((await readFeed(db, await feedEnd(db), 10)).changes).toEqual([])
    })
  })

  it('replaces data only by force, and what was revoked since stays so', async () => {
    await withDatabase(async (database) => {
      await database.pool.query(
        `insert into source (id, connector, title, agency_code, schedule, timezone) values ('mine', 'x', 'x', 'H53', '*', 'x')`,
      )
      await revoke(database.db, { kind: 'TOKEN', value: 'of now' }, null)
      await expect(restore(database)).rejects.toThrow('the database is not empty (source)')
      expect((await database.pool.query('select id from source')).rows).toEqual([{ id: 'mine' }])
      await restore(database, { force: true })
      expect((await database.pool.query('select id from source order by id')).rows).toEqual([{ id: 's' }])
      expect((await database.pool.query('select value from revocation order by 1')).rows).toEqual([
        { value: 'of now' },
        { value: 'of then' },
      ])
    })
  })

  it('is refused while a hub is using the database', async () => {
    await withDatabase(async (database) => {
      const hub = new pg.Client({ connectionString: database.url, application_name: 'hub work' })
      await hub.connect()
      await expect(restore(database)).rejects.toThrow('a hub is using this database (hub work): stop it first')
      await hub.end()
    })
  })

  it('of another version is refused, and one of an older version is brought to this one', async () => {
    const migrations = await loadMigrations()
    const names = Object.keys(migrations)
    await withDatabase(async (database) => {
      const fewer = Object.fromEntries(Object.entries(migrations).slice(0, -1))
      await expect(restore(database, { migrations: fewer })).rejects.toThrow(/of another version \(\d{4}-/)
    })
    const old = await freshDatabase('template1')
    const client = await old.pool.connect()
    await clearSchema(client)
    await runMigrations(client, migrations, names.slice(0, -1))
    await client.query(
      `insert into access_entry (id, at, caller, field, key_id, mac) values (1, now(), 'of then', 'x', 0, '')`,
    )
    await client.query(
      `insert into source (id, connector, title, agency_code, schedule, timezone) values ('old', 'x', 'x', 'H53', '*', 'x')`,
    )
    client.release()
    const older = join(folder, 'older.backup')
    await writeBackup({ pool: old.pool, keyring, file: older })
    await old.drop()
    await withDatabase(async (database) => {
      await restore(database, { file: older })
      const { rows } = await database.pool.query<{ name: string }>('select name from kysely_migration order by name')
      expect(rows.map(({ name }) => name)).toEqual(names)
      expect((await database.pool.query('select id, caller from access_entry')).rows).toEqual([
        { id: 1, caller: 'of then' },
      ])
      expect((await database.pool.query('select id from source')).rows).toEqual([{ id: 'old' }])
    })
  })

  it('is readable by its owner alone, says nothing in the clear, and is never seen half-written', async () => {
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const bytes = readFileSync(file)
    for (const word of ['manifest', 'dossier', 'H53.21']) expect(bytes.includes(word)).toBe(false)
    const stop = new AbortController()
    stop.abort()
    const { pool } = graph.database
    await expect(writeBackup({ pool, keyring, file, signal: stop.signal })).rejects.toThrow('no file was left')
    expect(createHash('sha256').update(readFileSync(file)).digest()).toEqual(
      createHash('sha256').update(bytes).digest(),
    )
    await expect(writeBackup({ pool, keyring, file: join(folder, 'no', 'such') })).rejects.toThrow(
      'cannot be written (ENOENT)',
    )
    expect(readdirSync(folder).filter((name) => name.includes('unfinished'))).toEqual([])
  })

  it('contains one moment, whatever is written beside it', async () => {
    const { pool } = graph.database
    const snapshot = join(folder, 'moment.backup')
    let wrote = false
    await writeBackup({
      pool,
      keyring,
      file: snapshot,
      onTable: () => {
        if (wrote) return
        wrote = true
        void pool.query(
          `insert into raw_page (run_id, source_id, stream_id, page, body) values (1, 's', 'list', 9, 'late')`,
        )
      },
    })
    await withDatabase(async (database) => {
      await restore(database, { file: snapshot })
      expect((await database.pool.query('select 1 from raw_page where page = 9')).rows).toEqual([])
      expect((await pool.query('select 1 from raw_page where page = 9')).rows).toHaveLength(1)
    })
  })
})

describe('a file that is not what was written', () => {
  it('truncated or altered in any bit changes nothing', async () => {
    const whole = readFileSync(file)
    const spoiled = join(folder, 'spoiled.backup')
    const refused = async (bytes: Uint8Array, reason: RegExp): Promise<void> => {
      writeFileSync(spoiled, bytes)
      await expect(restore(database, { file: spoiled })).rejects.toThrow(reason)
    }
    const database = await freshDatabase()
    const empty = await contents(database.pool)
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length * 8 - 1), async (bit) => {
        const altered = Buffer.from(whole)
        altered[bit >> 3]! ^= 1 << (bit & 7)
        await refused(altered, /damaged|truncated|no backup|format|a key that the hub does not have/)
      }),
      { numRuns: 6 },
    )
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), (length) => refused(whole.subarray(0, length), /truncated|no backup/)),
      { numRuns: 6 },
    )
    // Cut exactly between two frames: its last one, and all of them.
    const frames: number[] = []
    for (let at = 26; at < whole.length; at += 4 + whole.readUInt32BE(at)) frames.push(at)
    const last = frames.at(-1)!
    await refused(whole.subarray(0, last), /truncated/)
    await refused(whole.subarray(0, 26), /truncated/)
    await refused(Buffer.concat([whole, whole.subarray(last)]), /damaged/)
    await refused(Buffer.concat([whole, Buffer.of(0)]), /truncated/)
    // Two that follow each other, the largest, exchanged.
    const sizes = frames.slice(0, -2).map((from, at) => frames[at + 2]! - from)
    const large = sizes.indexOf(Math.max(...sizes))
    const [from, middle, to] = frames.slice(large, large + 3) as [number, number, number]
    const [before, one, two, after] = [[0, from], [from, middle], [middle, to], [to]].map((range) =>
      whole.subarray(...range),
    )
    await refused(Buffer.concat([before!, two!, one!, after!]), /spoiled.backup is damaged/)
    // The last frame of another file of the same key.
    await refused(Buffer.concat([whole.subarray(0, 10), randomBytes(16), whole.subarray(26)]), /damaged/)
    await refused(Buffer.from('{}'), /is no backup of a hub/)
    await expect(restore(database, { file: join(folder, 'none') })).rejects.toThrow('cannot be read (ENOENT)')
    expect(await contents(database.pool)).toEqual(empty)
    await database.drop()
  })

  it('under another key says which key is wanted', async () => {
    await withDatabase(async (database) => {
      await expect(restore(database, { keyring: openKeyring(new Uint8Array(32)) })).rejects.toThrow(
        'sealed under a key that the hub does not have: put the key',
      )
    })
  })

  it('stopped in the middle changes nothing', async () => {
    await withDatabase(async (database) => {
      const empty = await contents(database.pool)
      const stop = new AbortController()
      const onTable = () => stop.abort()
      await expect(restore(database, { signal: stop.signal, onTable })).rejects.toThrow('nothing was changed')
      expect(await contents(database.pool)).toEqual(empty)
    })
  })
})
