import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, expect, it } from 'vitest'
import { underLoad } from '../kit/under-load.ts'
import { begin, hub, type HubProcess, removeHome } from '../kit/world/hub-process.ts'

const few = 8
const home = mkdtempSync(join(tmpdir(), 'hub killed '))
let running: HubProcess | null = null
afterAll(async () => {
  if (running?.child.exitCode === null) await running.end('SIGINT')
  removeHome(home)
})

/** Asks the database of the home; null while it cannot be reached. */
async function ask<T extends object>(text: string): Promise<T[] | null> {
  let client: pg.Client | null = null
  try {
    const { port, password } = JSON.parse(readFileSync(join(home, 'postgres.json'), 'utf8')) as Record<string, string>
    client = new pg.Client({ host: '127.0.0.1', port: Number(port), user: 'hub', password: password!, database: 'hub' })
    client.on('error', () => undefined)
    await client.connect()
    return (await client.query<T>(text)).rows
  } catch {
    return null
  } finally {
    await client?.end().catch(() => undefined)
  }
}

/** Pages that stand in the database: of all runs. */
const pages = async (): Promise<number> =>
  Number((await ask<{ pages: string }>('select coalesce(sum(pages), 0) as pages from run'))?.[0]?.pages ?? -1)

async function untilPages(most: number): Promise<void> {
  while ((await pages()) <= most) await sleep(20)
}

it('a worker that is killed in the middle of the first pull commits again within ten seconds, and what it pulled is whole', async () => {
  const waited: number[] = []
  let limit = 0
  running = begin(home, ['work'])
  for (const page of [1, 12, 30]) {
    await untilPages(page)
    await running.end('SIGKILL')
    expect(running.said.out).not.toContain('Ready')
    const before = await pages()
    const killed = performance.now()
    running = begin(home, ['work'])
    await untilPages(Math.max(before, page))
    waited.push(Math.round(performance.now() - killed))
    limit = Math.max(limit, underLoad(10_000))
  }
  console.log(`first page after a kill: ${waited.join(', ')} ms`)
  await running.until(/Ready/)
  expect(Math.max(...waited)).toBeLessThan(limit)
  // Each run that was cut off was carried on: none was given up, none was made beside it. Later ones are the schedule's.
  expect(
    await ask(`select b.source_id, b.stream_id from run a join run b using (source_id, stream_id)
      where a.id < b.id and b.started_at < a.finished_at`),
  ).toEqual([])
  expect(
    await ask(`select * from run where state not in ('SUCCEEDED', 'SUCCEEDED_WITH_REJECTS', 'WAITING', 'RUNNING')`),
  ).toEqual([])
  expect(await running.end('SIGINT')).toBe(0)
  running = null

  // The sources counted whole, and what cannot be counted read anew: nothing was lost and nothing is too much.
  const census = await hub(home, ['census', '--json'])
  const counted = census.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect({ code: census.code, err: census.err }).toEqual({ code: 0, err: '' })
  const countable = counted.filter(({ state }) => state !== 'NOT_COUNTABLE')
  expect(countable.length).toBeGreaterThan(5)
  // The town lives on meanwhile: a few things are new. A page that was lost would be more.
  expect(countable.filter(({ missing, leftOver }) => Number(missing) > few || Number(leftOver ?? 0) > few)).toEqual([])
  const anew = await hub(home, ['sync', 'e-office', '--full', '--json'])
  const runs = anew.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(runs.filter(({ written }) => Number(written) > few)).toEqual([])
})
