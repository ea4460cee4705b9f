import { createTask } from 'node-cron'

/** The next time that a cron expression names, strictly after now; node-cron knows the zone's calendar. */
export function nextFire(schedule: string, timezone: string): Date {
  const task = createTask(schedule, () => undefined, { timezone })
  const next = task.getNextRuns(1)[0]
  void task.destroy()
  if (next === undefined) throw new Error(`the schedule ${schedule} names no time to come`)
  return next
}

/**
 * Milliseconds until that time. What is due is written as a distance from the database's clock, so that a hub whose own clock
 * stands wrong neither runs without pause nor sleeps for a day.
 */
export const untilNextFire = (schedule: string, timezone: string): number =>
  Math.max(0, nextFire(schedule, timezone).getTime() - Date.now())
