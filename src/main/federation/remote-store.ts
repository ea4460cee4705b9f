// What is known of the remote subgraphs, kept in the hub's database.
import { type Kysely, sql } from 'kysely'
import type { Tables } from '../../db/tables.ts'
import type { Difference } from '../../federation/remotes/difference.ts'
import type { RemoteStore } from '../../federation/remotes/registry.ts'

const keptGenerations = 20

/** What is known of the remote subgraphs, in the hub's database. All of it is safe to repeat, also from several processes. */
export const remoteStore = (db: Kysely<Tables>): RemoteStore => ({
  async load() {
    const rows = await db
      .selectFrom('subgraph')
      .select(['name', 'sdl', 'accepted_at'])
      .where('sdl', 'is not', null)
      .execute()
    return new Map(rows.map((row) => [row.name, { sdl: row.sdl!, acceptedAt: row.accepted_at ?? '' }]))
  },
  async accept(name, url, sdl) {
    await sql`
      insert into subgraph (name, url, sdl, accepted_at) values (${name}, ${url}, ${sdl}, now())
      on conflict (name) do update set url = excluded.url, sdl = excluded.sdl, accepted_at = excluded.accepted_at
    `.execute(db)
  },
  async checked(name, url, problem) {
    await sql`
      insert into subgraph (name, url, checked_at, problem) values (${name}, ${url}, now(), ${problem})
      on conflict (name) do update set url = excluded.url, checked_at = excluded.checked_at, problem = excluded.problem
    `.execute(db)
  },
  async generation(supergraph, publicSdl, changes) {
    await db.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(hashtext('hub supergraph'))`.execute(trx)
      await sql`
        insert into supergraph (sdl, public_sdl, changes)
        select ${supergraph}, ${publicSdl}, ${JSON.stringify(changes)}::json
        where ${supergraph} is distinct from (select s.sdl from supergraph s order by s.id desc limit 1)
      `.execute(trx)
      await sql`
        delete from supergraph where id not in (select s.id from supergraph s order by s.id desc limit ${keptGenerations})
      `.execute(trx)
    })
  },
  async lastPublicSdl() {
    const last = await db.selectFrom('supergraph').select('public_sdl').orderBy('id', 'desc').executeTakeFirst()
    return last?.public_sdl ?? null
  },
})

export interface LastGeneration {
  readonly sdl: string
  readonly changes: Difference
  readonly madeAt: string
}

/** The supergraph that came into use last; null where there never was one. */
export async function lastGeneration(db: Kysely<Tables>): Promise<LastGeneration | null> {
  const row = await db
    .selectFrom('supergraph')
    .select(['sdl', 'changes', 'made_at'])
    .orderBy('id', 'desc')
    .executeTakeFirst()
  return row === undefined ? null : { sdl: row.sdl, changes: row.changes as Difference, madeAt: row.made_at }
}
