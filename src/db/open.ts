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
  /** Connections at most. Default 10. */
  readonly max?: number
  /** What `pg_stat_activity` shows. Default `hub`. */
  readonly applicationName?: string
  /** A statement that takes longer is ended by the database (57014). Default: none is. */
  readonly statementTimeoutMs?: number
  /**
   * Its connections take the role that owns nothing and may only read: rows of protected tables are seen within the scope
   * that a statement is given (`queryWithin`), and none without one. Default false: the account of the URL.
   */
  readonly reads?: boolean
  /**
   * A transaction in which nothing is said for so long is ended by the database (25P03): a process that was frozen in the
   * midst of one holds its locks no longer. Default 60 s.
   */
  readonly idleTransactionMs?: number
  /** Told of a connection that broke while idle; the pool replaces it by itself. */
  readonly onError?: (error: Error) => void
}

/**
 * A pool on the database, no connection made yet. Every connection lives in Vietnam's time; values come as
 * `column-types.ts` says: instants and dates as ISO text, exact numbers as text, int8 as a number where it is safe.
 */
export function openDatabase(url: string, options: OpenOptions = {}): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 10,
    application_name: options.applicationName ?? 'hub',
    connectionTimeoutMillis: 30_000,
    keepAlive: true,
    types: { getTypeParser: columnParser },
    // The pool waits for what this returns, although its types do not say so.
    onConnect: (client): unknown =>
      client.query(
        `set timezone to 'Asia/Ho_Chi_Minh'; set datestyle to 'ISO'; set intervalstyle to 'iso_8601';
         set statement_timeout to ${Math.trunc(options.statementTimeoutMs ?? 0)};
         set idle_in_transaction_session_timeout to ${Math.trunc(options.idleTransactionMs ?? 60_000)};
         ${options.reads === true ? 'set role hub_reader' : ''}`,
      ),
  })
  pool.on('error', (error) => options.onError?.(error))
  // While a connection is lent the pool does not listen to it: one that breaks between two statements of a transaction would
  // end the process. Whoever has it is told by the next statement.
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
