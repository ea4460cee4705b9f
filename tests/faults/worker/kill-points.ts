import { setTimeout as sleep } from 'node:timers/promises'
import { requestRuns } from '../../../src/sync/queue/request.ts'
import { aheadOfRows } from '../weigh/ahead.ts'
import { sourceId } from '../engine-setup.ts'
import { ownOf } from '../injected/paging.ts'
import { streamNames } from '../subject/source.ts'
import { startChild, type WorkerChild } from './child.ts'
import { underLoad } from '../../kit/under-load.ts'
import type { World } from '../world.ts'

export interface KillReport {
  readonly kills: number
  /** Boundaries of one whole catching-up. */
  readonly boundaries: number
  /** From each restart, the start of the process included, to the first page or end that it committed. */
  readonly resumedSeconds: readonly number[]
  readonly findings: readonly string[]
}

const longestResumeSeconds = 10

/**
 * Kills a worker process at so many of its I/O boundaries, spread by chance over a whole catching-up, each time in the midst
 * of work, and starts the next one. After each kill no place may be ahead of the rows.
 */
export async function killAtBoundaries(world: World, kills: number): Promise<KillReport> {
  const findings: string[] = []
  const resumedSeconds: number[] = []
  const { journals, advance } = ownOf(world)
  const more = async (): Promise<void> => {
    advance(30_000)
    for (const name of streamNames) {
      journals[name].insert(45)
      journals[name].update(25)
      journals[name].remove(2)
    }
    advance(1_000)
    world.learn()
    const wanted = streamNames.map((stream) => ({ source: sourceId, stream }))
    await requestRuns(world.engine, wanted, 'CHANGES', null)
  }
  await more()
  const first = startChild(world)
  await first.go()
  await untilQuiet(world, first)
  first.signal('SIGTERM')
  await first.ended
  const boundaries = Number(first.said.find((line) => line.startsWith('stopped '))?.slice(8) ?? 0)
  if (boundaries === 0)
    return { kills: 0, boundaries, resumedSeconds, findings: [`the first worker did not work: ${first.complained()}`] }

  // Spread evenly, each at a place of its own in its part; a step further when the process lived through its work.
  const points = Array.from(
    { length: kills },
    (_, at) => 1 + Math.floor(((at + world.random()) / kills) * boundaries * 0.9),
  )
  points.sort(() => world.random() - 0.5)
  await more()
  let killed = 0
  let next: WorkerChild | null = startChild(world, { killAt: points[0]! })
  for (const [at, point] of points.entries()) {
    const child = next ?? startChild(world, { killAt: point })
    const boot = await child.ready
    const before = await progress(world)
    const started = performance.now()
    await child.go()
    // The one after it loads meanwhile, as a supervisor would have it ready.
    next = startChild(world, at + 1 < points.length ? { killAt: points[at + 1]! } : {})
    const resumed = await untilProgress(world, child, before)
    if (resumed !== null) resumedSeconds.push((resumed - started + boot) / 1000)
    const quiet = await untilQuiet(world, child)
    if (quiet) {
      // It had less to do than the point asks for: it gets more until it dies.
      for (let again = 0; again < 12 && (await stillThere(child)); again += 1) {
        await more()
        await untilQuiet(world, child)
      }
      await child.end()
    }
    const { signal } = await child.ended
    if (signal === 'SIGKILL') killed += 1
    else findings.push(`kill point ${point}: the process ended with ${signal}: ${child.complained()}`)
    for (const ahead of await aheadOfRows(world)) findings.push(`kill point ${point}: ${ahead}`)
    const [open] = await world.rows<{ count: number }>(
      `select count(*) as count from run where state in ('WAITING', 'RUNNING')`,
    )
    // Work is never out: where the kill came too late, the source lives on.
    if ((open?.count ?? 0) === 0 || at % 3 === 2) await more()
  }
  if (next !== null) {
    await next.go()
    await untilQuiet(world, next)
    next.signal('SIGTERM')
    await next.ended
  }
  for (const seconds of resumedSeconds) {
    if (seconds > underLoad(longestResumeSeconds))
      findings.push(`work resumed only ${seconds.toFixed(1)} s after a restart`)
  }
  return { kills: killed, boundaries, resumedSeconds, findings }
}

const stillThere = async (child: WorkerChild): Promise<boolean> =>
  Promise.race([child.ended.then(() => false), sleep(1).then(() => true)])

/** What grows with each page and each end of a run. */
const progress = async (world: World): Promise<string> =>
  JSON.stringify(
    await world.rows(
      `select count(*) filter (where state not in ('WAITING', 'RUNNING')) as ended, sum(pages) as pages from run`,
    ),
  )

async function untilProgress(world: World, child: WorkerChild, before: string): Promise<number | null> {
  for (let tries = 0; tries < 4_000; tries += 1) {
    if ((await progress(world)) !== before) return performance.now()
    if (!(await stillThere(child))) return null
    await sleep(20)
  }
  return performance.now()
}

/** True once no run waits or goes; false when the process has ended before. */
async function untilQuiet(world: World, child: WorkerChild): Promise<boolean> {
  for (;;) {
    const [open] = await world.rows<{ count: number }>(
      `select count(*) as count from run where state in ('WAITING', 'RUNNING')`,
    )
    if ((open?.count ?? 0) === 0) return true
    if (!(await stillThere(child))) return false
    await sleep(25)
  }
}
