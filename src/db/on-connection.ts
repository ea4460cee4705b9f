// Kysely on one connection of a transaction that is already open.
import { Kysely, PostgresDialect } from 'kysely'
import type pg from 'pg'

/** Kysely on one connection, within its present transaction: it begins, ends and releases nothing. */
export function onConnection<T>(client: pg.ClientBase): Kysely<T> {
  const pool = {
    connect: () => Promise.resolve({ query: client.query.bind(client), release: () => undefined }),
    end: () => Promise.resolve(),
  }
  return new Kysely<T>({ dialect: new PostgresDialect({ pool: pool as unknown as pg.Pool }) })
}
