// Restores a backup, with proof of every table, in one transaction.
import { createHash } from 'node:crypto'
import type { Migration } from 'kysely/migration'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { BackupFailure } from './failure.ts'
import { type Frame, readFrames } from './frames.ts'
import {
  type BackupEnd,
  type BackupTable,
  columnsOf,
  contentOf,
  type Manifest,
  notCopied,
  quoted,
  sameText,
  type TableEnd,
  tableNames,
} from './tables.ts'
import type { Keyring } from '../encryption/keyring.ts'
import { loadMigrations } from '../migrate.ts'
import { settle } from './restore-settle.ts'
import { clearSchema, laterMigrations, runMigrations } from './restore-schema.ts'

export interface RestoreOptions {
  readonly pool: pg.Pool
  readonly keyring: Keyring
  readonly file: string
  /** Replaces the data of a database that is not empty. */
  readonly force: boolean
  /** Prefix of this process's own session names in `pg_stat_activity`. */
  readonly ownSessions: string
  readonly signal?: AbortSignal
  readonly onTable?: (table: TableEnd) => void
  readonly migrations?: Readonly<Record<string, Migration>>
}

export interface RestoreReport {
  readonly file: string
  /** The moment of the restored state, ISO 8601. */
  readonly at: string
  readonly tables: number
  readonly rows: number
}

/**
 * After this the database is as it was when the backup was taken, proved table by table, migrated to this code's version.
 * Open runs will be continued, the feed of changes starts again, and every stream is due. One transaction: after an error
 * nothing has changed. Throws BackupFailure, also while a hub uses the database.
 */
export async function restoreBackup(options: RestoreOptions): Promise<RestoreReport> {
  const migrations = options.migrations ?? (await loadMigrations())
  const frames = readFrames(options.file, options.keyring)
  const client = await options.pool.connect()
  try {
    const manifest = messageOf<Manifest>((await frames.next()).value, 'manifest', options.file)
    const later = laterMigrations(migrations, manifest.migrations)
    await client.query(`begin; set local lock_timeout = '10s'`)
    await client.query(sameText)
    await client.query(`select set_config('hub.audit', 'keeping', true)`)
    await refuse(client, options)
    await prepare(client, manifest, later.length > 0 ? migrations : null)
    const rows = await load(client, frames, manifest, options)
    await setSequences(client, manifest)
    await runMigrations(client, migrations, later)
    await settle(client)
    if (options.signal?.aborted === true) throw stopped()
    await client.query('commit')
    await client.query('analyze').catch(() => undefined) // the planner's statistics; PostgreSQL gathers them later anyway
    return { file: options.file, at: manifest.at, tables: manifest.tables.length, rows }
  } catch (error) {
    if ((error as { code?: string }).code === '55P03') {
      throw new BackupFailure(
        'another session has locked the tables of this database, or restores into it: stop it first',
        {
          cause: error,
        },
      )
    }
    throw error
  } finally {
    await frames.return(undefined)
    client.release(true)
  }
}

const stopped = (): BackupFailure => new BackupFailure('the restore was stopped; nothing was changed')

/** Throws BackupFailure where a hub uses the database, or where data would be lost without `force`. */
async function refuse(client: pg.ClientBase, { force, ownSessions }: RestoreOptions): Promise<void> {
  await client.query(`select pg_advisory_xact_lock(hashtext('hub restore'))`)
  const { rows: others } = await client.query<{ name: string }>(
    `select distinct application_name as name from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and application_name like 'hub%' and not starts_with(application_name, $1)`,
    [ownSessions],
  )
  if (others.length > 0) {
    throw new BackupFailure(
      `a hub is using this database (${others.map(({ name }) => name).join(', ')}): stop it first`,
    )
  }
  const filled: string[] = []
  for (const name of await signsOfLife(client)) {
    const { rows } = await client.query(`select 1 from ${quoted(name)} limit 1`)
    if (rows.length > 0) filled.push(name)
  }
  if (filled.length > 0 && !force) {
    throw new BackupFailure(`the database is not empty (${filled.join(', ')}); with --force its data are replaced`)
  }
}

/** Reference data come with every hub; the tables of sources, runs and what runs wrote are filled only in one that has worked. */
async function signsOfLife(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(`
    select distinct c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
      and (a.attname = 'run_id' or c.relname in ('source', 'run', 'access_entry'))
    order by 1`)
  const written = new Set(await tableNames(client))
  return rows.map(({ name }) => name).filter((name) => written.has(name) && !notCopied.has(name))
}

/** Makes empty tables of the backup's version; later revocations are kept. */
async function prepare(
  client: pg.ClientBase,
  manifest: Manifest,
  rebuild: Readonly<Record<string, Migration>> | null,
): Promise<void> {
  const before = await tableNames(client)
  if (before.includes('revocation')) {
    await client.query('create temporary table kept_revocation on commit drop as table revocation')
  }
  if (rebuild !== null) {
    await clearSchema(client)
    await runMigrations(client, rebuild, manifest.migrations)
  }
  const tables = await tableNames(client)
  const missing = manifest.tables.find(({ name }) => !tables.includes(name))
  if (missing !== undefined)
    throw new BackupFailure(`the backup has a table ${missing.name} that its version does not have`)
  const emptied = tables.filter((name) => !name.startsWith('kysely_migration'))
  await client.query(`truncate ${emptied.map(quoted).join(', ')} restart identity`)
  // Rows come back as they were: triggers must not compute anything from them again.
  for (const name of emptied) await client.query(`alter table ${quoted(name)} disable trigger user`)
}

async function load(
  client: pg.ClientBase,
  frames: AsyncGenerator<Frame>,
  manifest: Manifest,
  { file, signal, onTable }: RestoreOptions,
): Promise<number> {
  let rows = 0
  for (const table of manifest.tables) {
    const end = await loadTable(client, frames, table, file, signal)
    rows += end.rows
    onTable?.(end)
  }
  const end = messageOf<BackupEnd>((await frames.next()).value, 'end', file)
  if (end.rows !== rows || end.tables !== manifest.tables.length || (await frames.next()).done !== true)
    throw damaged(file)
  for (const name of (await tableNames(client)).filter((one) => !one.startsWith('kysely_migration'))) {
    await client.query(`alter table ${quoted(name)} enable trigger user`)
  }
  return rows
}

async function loadTable(
  client: pg.ClientBase,
  frames: AsyncGenerator<Frame>,
  table: BackupTable,
  file: string,
  signal: AbortSignal | undefined,
): Promise<TableEnd> {
  const hash = createHash('sha256')
  const copy = client.query(copyFrom(`copy ${quoted(table.name)} (${columnsOf(table)}) from stdin`))
  let fault: Error | undefined
  copy.on('error', (error) => (fault = error))
  let end: TableEnd
  for (;;) {
    const { value } = await frames.next()
    if (signal?.aborted === true) throw stopped()
    if (fault !== undefined) throw fault
    if (value === undefined || !('data' in value)) {
      end = messageOf<TableEnd>(value, 'table', file)
      break
    }
    hash.update(value.data)
    if (!copy.write(value.data)) await drained(copy)
  }
  await new Promise<void>((resolve, reject) => {
    copy.once('error', reject)
    copy.once('finish', resolve)
    copy.end()
  })
  const found = await contentOf(client, table)
  const same = end.table === table.name && end.sha256 === hash.digest('hex') && end.rows === copy.rowCount
  if (!same || found.rows !== end.rows || found.content !== end.content) {
    throw new BackupFailure(`${table.name} is not what was backed up: ${found.rows} rows, expected ${end.rows}`)
  }
  return end
}

const drained = (copy: NodeJS.WritableStream): Promise<void> =>
  new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      copy.off('drain', settle)
      copy.off('error', settle)
      if (error === undefined) resolve()
      else reject(error)
    }
    copy.on('drain', settle)
    copy.on('error', settle)
  })

/** Sequences continue after the numbers that were given, also where those rows are gone. */
async function setSequences(client: pg.ClientBase, manifest: Manifest): Promise<void> {
  await client.query(
    `select setval(format('%I.%I', current_schema(), s.name)::regclass, s.last::bigint)
     from json_to_recordset($1) as s(name text, last text)
     where to_regclass(format('%I.%I', current_schema(), s.name)) is not null`,
    [JSON.stringify(manifest.sequences)],
  )
}

function messageOf<T extends { readonly kind: string }>(
  frame: Frame | undefined | void,
  kind: T['kind'],
  file: string,
): T {
  if (frame === undefined) throw new BackupFailure(`${file} is truncated`)
  const value = 'message' in frame ? (frame.message as T) : null
  if (value?.kind !== kind) throw damaged(file)
  return value
}

const damaged = (file: string): BackupFailure => new BackupFailure(`${file} is damaged`)
