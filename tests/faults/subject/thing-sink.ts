import { sql } from 'kysely'
import type pg from 'pg'
import type { Sinks } from '../../../src/sync/engine.ts'

/** A table that forbids nothing: what is written twice stands in it twice. */
export async function makeThings(pool: pg.Pool): Promise<void> {
  await pool.query(`
    create table thing (source text, stream text, key text, name text, field text, run bigint);
    create index thing_by_key on thing (source, stream, key)`)
}

/** Sinks of all entities that write into it. Without a unique key, only the engine keeps rows from doubling. */
export const thingSinks: Sinks = new Proxy({} as Sinks, {
  get: () => ({
    async upsert(
      trx: Parameters<Sinks['Procedure']['upsert']>[0],
      changes: Parameters<Sinks['Procedure']['upsert']>[1],
    ) {
      const rows = changes.map(({ source, stream, key, record, run }) => {
        const { name, field } = record
        return { source, stream, key, name, field, run }
      })
      const given = sql`json_to_recordset(${JSON.stringify(rows)})
        as r(source text, stream text, key text, name text, field text, run bigint)`
      const same = sql`t.source = r.source and t.stream = r.stream and t.key = r.key`
      await sql`update thing t set name = r.name, field = r.field, run = r.run from ${given} where ${same}`.execute(trx)
      await sql`insert into thing select r.* from ${given} where not exists (select 1 from thing t where ${same})`.execute(
        trx,
      )
    },
    // As a store does that finds two units where a record names one.
    refuse: (_trx: unknown, records: readonly { key: string; record: { name: string } }[]) =>
      Promise.resolve(
        new Map(
          records
            .filter(({ record }) => record.name.startsWith('xã cũ'))
            .map(({ key }) => [
              key,
              { reject: 'AMBIGUOUS' as const, at: 'unit', found: '25645', expected: 'one of 25646, 25647' },
            ]),
        ),
      ),
    async remove(
      trx: Parameters<Sinks['Procedure']['remove']>[0],
      removals: Parameters<Sinks['Procedure']['remove']>[1],
    ) {
      await sql`
        delete from thing t using json_to_recordset(${JSON.stringify(removals)}) as r(source text, stream text, key text)
        where t.source = r.source and t.stream = r.stream and t.key = r.key
      `.execute(trx)
    },
  }),
})
