import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEmbedded } from '../../src/db/embedded.ts'
import { migrate } from '../../src/db/migrate.ts'
import { openDatabase } from '../../src/db/open.ts'
import type { Fresh } from './answers.ts'

/** Runs with databases of a PostgreSQL of its own, for whoever is not a test; it is gone when this settles. */
export async function withServer<T>(run: (fresh: Fresh) => Promise<T>): Promise<T> {
  const home = mkdtempSync(join(tmpdir(), 'hub-worlds-'))
  const quick = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', shared_buffers: '128MB' }
  const embedded = await openEmbedded({ home, settings: quick })
  const server = openDatabase(embedded.url, { max: 1 })
  const urlOf = (name: string): string => Object.assign(new URL(embedded.url), { pathname: `/${name}` }).href
  try {
    await server.pool.query('create database worlds_template')
    const template = openDatabase(urlOf('worlds_template'), { max: 2 })
    await migrate(template.db)
    await template.close()
    let made = 0
    return await run(async () => {
      made += 1
      const name = `world_${made}`
      await server.pool.query(`create database ${name} template worlds_template strategy wal_log`)
      const { db, pool, close } = openDatabase(urlOf(name), { max: 4, applicationName: name })
      const drop = async (): Promise<void> => {
        await close()
        await server.pool.query(`drop database if exists ${name} with (force)`)
      }
      return { url: urlOf(name), db, pool, drop }
    })
  } finally {
    await server.close()
    await embedded.stop()
    // Root had to take a place outside its home.
    const { outside } = JSON.parse(readFileSync(join(home, 'postgres.json'), 'utf8')) as { outside?: string }
    if (outside !== undefined) rmSync(outside, { recursive: true, force: true })
    rmSync(home, { recursive: true, force: true })
  }
}
