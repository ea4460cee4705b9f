// When a cron expression is due next.
import { createTask } from 'node-cron'

/** The next time of a cron expression, strictly after now, in the time zone's calendar. Throws where there is none. */
export function nextFire(schedule: string, timezone: string): Date {
  const task = createTask(schedule, () => undefined, { timezone })
  const next = task.getNextRuns(1)[0]
  void task.destroy()
  if (next === undefined) throw new Error(`the schedule ${schedule} names no time to come`)
  return next
}

/**
 * Milliseconds until that time. Due times are written as a distance from the database's clock, so that a hub whose own
 * clock is wrong neither runs without pause nor sleeps for a day.
 */
export const untilNextFire = (schedule: string, timezone: string): number =>
  Math.max(0, nextFire(schedule, timezone).getTime() - Date.now())
