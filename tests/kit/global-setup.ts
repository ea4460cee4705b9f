import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { TestProject } from 'vitest/node'

import { openEmbedded } from '../../src/db/embedded/embedded.ts'
import { isOwnerAlive, processMark } from '../../src/db/embedded/lock.ts'
import { migrate } from '../../src/db/migrate.ts'
import { type Database, openDatabase } from '../../src/db/open.ts'
import { loadShippedReference } from '../../src/reference/index.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The test server's URL. No connections to its databases `hub_template`, migrated, and `hub_reference`, with the shipped reference tables. */
    databaseUrl: string
  }
}

const prefix = 'hub-tests-'

/** One PostgreSQL for the whole run, in a temporary folder, without waiting for the disk. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await clearAbandoned()
  const home = mkdtempSync(join(tmpdir(), prefix))
  writeFileSync(join(home, 'owner'), processMark(process.pid))
  const quick = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', shared_buffers: '128MB' }
  const embedded = await openEmbedded({ home, settings: quick })
  const stop = async () => {
    await embedded.stop()
    removeHome(home)
  }
  try {
    await makeTemplate(embedded.url, 'hub_template', 'template1', ({ db }) => migrate(db))
    await makeTemplate(embedded.url, 'hub_reference', 'hub_template', ({ db }) => loadShippedReference(db))
  } catch (error) {
    await stop()
    throw error
  }
  project.provide('databaseUrl', embedded.url)
  return stop
}

async function makeTemplate(
  url: string,
  name: string,
  from: string,
  fill: (database: Database) => Promise<unknown>,
): Promise<void> {
  const server = openDatabase(url, { max: 1 })
  await server.pool.query(`create database ${name} template ${from}`)
  await server.close()
  const templateUrl = new URL(url)
  templateUrl.pathname = `/${name}`
  const template = openDatabase(templateUrl.href, { max: 2 })
  try {
    await fill(template)
  } finally {
    await template.close()
  }
}

/** Servers and folders of runs that were killed: adopted and stopped, then removed. */
async function clearAbandoned(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(prefix))) {
    const home = join(tmpdir(), name)
    try {
      if (statSync(home).uid !== process.getuid?.()) continue
      if (isOwnerAlive(readFileSync(join(home, 'owner'), 'utf8'))) continue
      const left = await openEmbedded({ home })
      await left.stop()
      removeHome(home)
    } catch {
      // A folder that is being made or removed by another run, or a server beyond saving: not ours to fail on.
    }
  }
}

/** Also the place outside the home, where root had to take one. */
function removeHome(home: string): void {
  try {
    const { outside } = JSON.parse(readFileSync(join(home, 'postgres.json'), 'utf8')) as { outside?: string }
    if (outside !== undefined) rmSync(outside, { recursive: true, force: true })
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}
