// Opens a pool on the database.
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'

import { columnParser } from './column-types.ts'
import { guardPool } from './row-scope.ts'
import type { Tables } from './tables.ts'

export interface Database {
  readonly db: Kysely<Tables>
  readonly pool: pg.Pool
  /** Waits for the queries under way and closes all connections. Safe to repeat. */
  close(): Promise<void>
}

export interface OpenOptions {
  /** The largest number of connections. Default 10. */
  readonly max?: number
  /** What `pg_stat_activity` shows. Default `hub`. */
  readonly applicationName?: string
  /** The database cancels a statement that takes longer (57014). Default: no limit. */
  readonly statementTimeoutMs?: number
  /**
   * Connections take the role that owns nothing and may only read: a statement sees rows of protected tables within its scope
   * (`queryWithin`), and none without one. Default false: the account of the URL.
   */
  readonly reads?: boolean
  /**
   * The database ends a transaction that is idle for longer (25P03), so that a frozen process does not keep its locks.
   * Default 60 s.
   */
  readonly idleTransactionMs?: number
  /** Called when an idle connection breaks; the pool replaces it. */
  readonly onError?: (error: Error) => void
}

/**
 * A pool on the database, without a connection yet. Every connection has Vietnam's time zone; values come as in
 * `column-types.ts`: instants and dates as ISO text, exact numbers as text, int8 as a number where it is safe.
 *
 * @example
 * const database = openDatabase('postgres://hub:secret@127.0.0.1:5432/hub')
 * await database.db.selectFrom('source').select('id').execute()
 * await database.close()
 */
export function openDatabase(url: string, options: OpenOptions = {}): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 10,
    application_name: options.applicationName ?? 'hub',
    connectionTimeoutMillis: 30_000,
    keepAlive: true,
    types: { getTypeParser: columnParser },
    // The pool waits for the returned promise, although its types do not say so.
    onConnect: (client): unknown =>
      client.query(
        `set timezone to 'Asia/Ho_Chi_Minh'; set datestyle to 'ISO'; set intervalstyle to 'iso_8601';
         set statement_timeout to ${Math.trunc(options.statementTimeoutMs ?? 0)};
         set idle_in_transaction_session_timeout to ${Math.trunc(options.idleTransactionMs ?? 60_000)};
         ${options.reads === true ? 'set role hub_reader' : ''}`,
      ),
  })
  pool.on('error', (error) => options.onError?.(error))
  // The pool does not listen to a connection in use: one that breaks between two statements of a transaction would end the
  // process. Its user gets the error with the next statement.
  pool.on('connect', (client) => void client.on('error', () => undefined))
  if (options.reads === true) guardPool(pool)
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  let closed: Promise<void> | undefined
  return { db, pool, close: () => (closed ??= end(db, pool)) }
}

async function end(db: Kysely<Tables>, pool: pg.Pool): Promise<void> {
  await db.destroy()
  if (!pool.ended && !pool.ending) await pool.end() // a Kysely that ran no query never took the pool
}
