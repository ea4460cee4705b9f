// Writes a backup of the database as it is at one moment.
import { createHash, randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import type pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { BackupFailure } from './failure.ts'
import { type FrameWriter, openFrameWriter } from './frames.ts'
import {
  type BackupEnd,
  type BackupTable,
  backupTables,
  columnsOf,
  contentOf,
  type Manifest,
  quoted,
  sameText,
  type TableEnd,
} from './tables.ts'
import type { Keyring } from '../encryption/keyring.ts'

export interface BackupOptions {
  readonly pool: pg.Pool
  readonly keyring: Keyring
  readonly file: string
  /** Stops the backup and leaves no file. */
  readonly signal?: AbortSignal
  /** Called after each table. */
  readonly onTable?: (table: TableEnd) => void
}

export interface BackupReport {
  readonly file: string
  /** The moment of the backed-up state, ISO 8601. */
  readonly at: string
  readonly tables: number
  readonly rows: number
  readonly bytes: number
}

/**
 * After this the file is the database as it was at one moment, sealed under the key of encryption at rest, which it does not
 * contain. Hubs work on meanwhile. The file appears complete; after a failure its name leads to what it led to before.
 * Throws BackupFailure.
 */
export async function writeBackup(options: BackupOptions): Promise<BackupReport> {
  const { pool, keyring, file } = options
  const unfinished = `${file}.${randomBytes(4).toString('hex')}.unfinished`
  const handle = await open(unfinished, 'wx', 0o600).catch((cause: NodeJS.ErrnoException) => {
    throw new BackupFailure(`${file} cannot be written (${cause.code})`, { cause })
  })
  try {
    const writer = await openFrameWriter(handle, keyring)
    const report = await writeAll(pool, writer, options)
    await handle.sync()
    await handle.close()
    await rename(unfinished, file)
    return { file, ...report, bytes: writer.bytes() }
  } catch (error) {
    await handle.close().catch(() => undefined)
    await rm(unfinished, { force: true })
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EIO' || code === 'EISDIR') {
      throw new BackupFailure(`${file} cannot be written (${code})`, { cause: error })
    }
    throw error
  }
}

async function writeAll(
  pool: pg.Pool,
  writer: FrameWriter,
  options: BackupOptions,
): Promise<Pick<BackupReport, 'at' | 'tables' | 'rows'>> {
  const client = await pool.connect()
  try {
    await client.query('begin isolation level repeatable read read only')
    await client.query(sameText)
    const manifest = await manifestOf(client)
    await writer.message(manifest)
    let rows = 0
    for (const table of manifest.tables) {
      const end = await writeTable(client, writer, table, options.signal)
      await writer.message(end)
      rows += end.rows
      options.onTable?.(end)
    }
    await writer.message({ kind: 'end', tables: manifest.tables.length, rows } satisfies BackupEnd)
    await client.query('commit')
    return { at: manifest.at, tables: manifest.tables.length, rows }
  } finally {
    client.release(true) // its settings go with it, and the rest of a broken COPY
  }
}

async function manifestOf(client: pg.ClientBase): Promise<Manifest> {
  const tables = await backupTables(client)
  // Locked until the end, so that no migration changes the tables meanwhile.
  await client.query(`lock table ${tables.map(({ name }) => quoted(name)).join(', ')} in access share mode`)
  const { rows } = await client.query<{ at: string; server: string }>(
    `select to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at, current_setting('server_version') as server`,
  )
  const migrations = await client.query<{ name: string }>('select name from kysely_migration order by name')
  // Read after the snapshot: never behind a number in it.
  const sequences = await client.query<{ name: string; last: string }>(
    `select sequencename::text as name, last_value::text as last from pg_sequences
     where schemaname = current_schema() and last_value is not null order by 1`,
  )
  return {
    kind: 'manifest',
    ...rows[0]!,
    migrations: migrations.rows.map(({ name }) => name),
    tables,
    sequences: sequences.rows,
  }
}

async function writeTable(
  client: pg.ClientBase,
  writer: FrameWriter,
  table: BackupTable,
  signal: AbortSignal | undefined,
): Promise<TableEnd> {
  const hash = createHash('sha256')
  let bytes = 0
  const copy = client.query(copyTo(`copy ${quoted(table.name)} (${columnsOf(table)}) to stdout`))
  for await (const chunk of copy as AsyncIterable<Buffer>) {
    if (signal?.aborted === true) throw new BackupFailure('the backup was stopped; no file was left')
    hash.update(chunk)
    bytes += chunk.length
    await writer.data(chunk)
  }
  const { rows, content } = await contentOf(client, table)
  if (copy.rowCount !== rows)
    throw new BackupFailure(`${table.name}: ${copy.rowCount} rows were read, expected ${rows}`)
  return { kind: 'table', table: table.name, rows, bytes, sha256: hash.digest('hex'), content }
}
