import { Kysely, PostgresDialect } from 'kysely'
import type pg from 'pg'

/** Kysely on one connection, in whatever transaction that is: nothing is begun, ended or given back. */
export function onConnection<T>(client: pg.ClientBase): Kysely<T> {
  const pool = {
    connect: () => Promise.resolve({ query: client.query.bind(client), release: () => undefined }),
    end: () => Promise.resolve(),
  }
  return new Kysely<T>({ dialect: new PostgresDialect({ pool: pool as unknown as pg.Pool }) })
}
