// Time limits of tests: they find what is stuck, and must not fail what only waits for a core.
import { readFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'

/** The limit for an idle machine, longer by how many processes there are to each core: of the last minute, or right now. */
export function underLoad(limit: number): number {
  const processes = Math.max(loadavg()[0] ?? 0, runnable())
  return limit * Math.max(1, (2 * processes) / availableParallelism())
}

/** Processes that run or wait for a core at this moment; 0 where the system does not say. */
function runnable(): number {
  try {
    return Number(/ (\d+)\/\d+ /.exec(readFileSync('/proc/loadavg', 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}
