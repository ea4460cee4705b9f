// Tests of the feed of changes under concurrent writers.
import { sql } from 'kysely'
import pg from 'pg'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type FeedChange, feedEnd, FeedGone, pruneFeed, readFeed, restartFeed } from '../../src/db/feed.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'

const opened: FreshDatabase[] = []
afterEach(async () => {
  for (const one of opened.splice(0)) await one.drop()
})
async function fresh(): Promise<FreshDatabase> {
  const database = await freshDatabase()
  opened.push(database)
  return database
}

const insert = (key: string): string =>
  `insert into change (entity, source_id, stream_id, key, kind, run_id) values ('Dossier', 's', 'x', '${key}', 'UPSERT', 1)`

const keysOf = (changes: readonly FeedChange[]): string[] => changes.map((one) => one.key)

/** A sequence of numbers from 0 to 1 that a seed fixes (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** No transaction is open any more, of this test or of another one on the same server, that the feed would wait for. */
async function quiet(database: FreshDatabase): Promise<void> {
  const snapshot = 'pg_current_snapshot()'
  const { rows } = await database.pool.query<{ now: string }>(`select pg_snapshot_xmax(${snapshot})::text as now`)
  await vi.waitUntil(
    async () =>
      (await database.pool.query(`select 1 where pg_snapshot_xmin(${snapshot}) >= $1::xid8`, [rows[0]!.now]))
        .rowCount === 1,
    { timeout: 20_000, interval: 10 },
  )
}

async function all(database: FreshDatabase, from: string, limit: number): Promise<{ keys: string[]; next: string }> {
  const keys: string[] = []
  let next = from
  await quiet(database)
  for (;;) {
    const read = await readFeed(database.db, next, limit)
    keys.push(...keysOf(read.changes))
    next = read.next
    if (read.changes.length < limit) return { keys, next }
  }
}

describe('the feed of changes', () => {
  it.each([1, 2, 3])(
    'gives every committed change once, in an order that no late commit alters, where numbers alone lose some (seed %i)',
    async (seed) => {
      const database = await fresh()
      const random = randomOf(seed)
      const start = await feedEnd(database.db)
      const writers = 6
      const transactions = 15
      const committed: string[] = []
      let writing = true
      const write = async (writer: number): Promise<void> => {
        const client = new pg.Client({ connectionString: database.url })
        await client.connect()
        for (let at = 0; at < transactions; at += 1) {
          const count = 1 + Math.floor(random() * 4)
          const keys = Array.from({ length: count }, (_, n) => `${writer}-${at}-${n}`)
          const kept = random() < 0.8
          await client.query('begin')
          for (const key of keys) {
            await client.query(insert(key))
            if (random() < 0.3) await client.query(`select pg_sleep(${(random() * 0.06).toFixed(3)})`)
          }
          await client.query(kept ? 'commit' : 'rollback')
          if (kept) committed.push(...keys)
        }
        await client.end()
      }
      const read: string[] = []
      const naive: string[] = []
      const reading = async (): Promise<void> => {
        let next = start
        let after = 0
        for (let last = false; ;) {
          last = !writing
          const got = await readFeed(database.db, next, 1 + Math.floor(random() * 20))
          read.push(...keysOf(got.changes))
          next = got.next
          const { rows } = await database.pool.query<{ key: string; seq: number }>(
            `select key, seq from change where seq > ${after} order by seq`,
          )
          naive.push(...rows.map((row) => row.key))
          after = rows.at(-1)?.seq ?? after
          if (last && got.changes.length === 0) return
        }
      }
      const reader = reading()
      await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)))
      await quiet(database)
      writing = false
      await reader
      expect(read.toSorted()).toEqual(committed.toSorted())
      expect((await all(database, start, 1000)).keys).toEqual(read)
      expect(naive.length).toBeLessThan(committed.length)
    },
  )

  it('gives the changes of one transaction together, in their order, also over a limit that cuts through them', async () => {
    const database = await fresh()
    const start = await feedEnd(database.db)
    await database.pool.query('begin; ' + ['a', 'b', 'c', 'd', 'e'].map(insert).join('; ') + '; commit')
    expect((await all(database, start, 2)).keys).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  it('has behind its end what is committed and nothing of what is still being written, whatever is older', async () => {
    const database = await fresh()
    const [slow, quick] = [new pg.Client(database.url), new pg.Client(database.url)]
    await Promise.all([slow.connect(), quick.connect()])
    await slow.query('begin')
    await slow.query(insert('slow'))
    await quick.query(insert('before'))
    const end = await feedEnd(database.db)
    await quick.query(insert('after'))
    expect(keysOf((await readFeed(database.db, end, 10)).changes)).toEqual([])
    await slow.query('commit')
    const { keys, next } = await all(database, end, 1)
    expect(keys).toEqual(['slow', 'after'])
    expect((await all(database, next, 1)).keys).toEqual([])
    await Promise.all([slow.end(), quick.end()])
  })

  it('says what changed, where, by which run and when', async () => {
    const database = await fresh()
    const start = await feedEnd(database.db)
    await database.pool.query(insert('k').replace("'UPSERT', 1", "'REMOVE', 7"))
    await quiet(database)
    const { changes } = await readFeed(database.db, start, 10)
    expect(changes).toEqual([
      { entity: 'Dossier', source: 's', stream: 'x', key: 'k', kind: 'REMOVE', run: 7, at: expect.any(String) },
    ])
    expect(Math.abs(Date.parse(changes[0]!.at) - Date.now())).toBeLessThan(60_000)
  })

  it('calls listeners once a commit, and not for what is rolled back or writes nothing', async () => {
    const database = await fresh()
    const client = await database.pool.connect()
    const called: string[] = []
    client.on('notification', (message) => called.push(message.channel))
    await client.query('listen hub_change')
    await database.pool.query(`begin; ${insert('a')}; ${insert('b')}; commit`)
    await database.pool.query(`begin; ${insert('c')}; rollback`)
    await database.pool.query(
      `insert into change (entity, source_id, stream_id, key, kind, run_id)
       select 'Dossier', 's', 'x', 'none', 'UPSERT', 1 where false`,
    )
    await client.query('select 1')
    await client.query('select pg_sleep(0.05)')
    expect(called).toEqual(['hub_change'])
    client.release()
  })

  it('prunes old changes, and refuses only a reader that has not read them', async () => {
    const database = await fresh()
    const start = await feedEnd(database.db)
    for (const key of ['a', 'b', 'c']) await database.pool.query(insert(key))
    await quiet(database)
    const middle = (await readFeed(database.db, start, 2)).next
    const { next: read } = await all(database, start, 100)
    await database.pool.query(`update change set at = now() - interval '8 days' where key in ('a', 'b')`)
    await quiet(database)
    expect(await pruneFeed(database.db, 7 * 86_400_000)).toBe(2)
    await expect(readFeed(database.db, start, 10)).rejects.toThrow(FeedGone)
    expect((await all(database, middle, 10)).keys).toEqual(['c'])
    await database.pool.query(`update change set at = now() - interval '8 days'`)
    await quiet(database)
    expect(await pruneFeed(database.db, 7 * 86_400_000)).toBe(1)
    await expect(readFeed(database.db, middle, 10)).rejects.toThrow(FeedGone)
    expect((await all(database, read, 10)).keys).toEqual([])
    await quiet(database)
    expect(await pruneFeed(database.db, 7 * 86_400_000)).toBe(0)
  })

  it('refuses a cursor from before a restore, and one that lies ahead of the database', async () => {
    const database = await fresh()
    await database.pool.query(insert('a'))
    const before = await feedEnd(database.db)
    await database.db.transaction().execute((trx) => restartFeed(trx))
    await expect(readFeed(database.db, before, 10)).rejects.toThrow(FeedGone)
    const end = await feedEnd(database.db)
    await database.pool.query(insert('b'))
    expect((await all(database, end, 10)).keys).toEqual(['b'])
    const ahead = end.split('/').with(1, '999999999999').slice(0, 3).join('/')
    await expect(readFeed(database.db, ahead, 10)).rejects.toThrow(FeedGone)
  })

  it.each(['', 'x', '1/2/3', "' or true --"])('refuses a text that is no cursor: %j', async (text) => {
    const database = await fresh()
    await expect(readFeed(database.db, text, 10)).rejects.toThrow(FeedGone)
    expect((await sql`select 1 from feed`.execute(database.db)).rows).toHaveLength(1)
  })
})
