import { createTask } from 'node-cron'

/** The next time that a cron expression names, strictly after now; node-cron knows the zone's calendar. */
export function nextFire(schedule: string, timezone: string): Date {
  const task = createTask(schedule, () => undefined, { timezone })
  const next = task.getNextRuns(1)[0]
  void task.destroy()
  if (next === undefined) throw new Error(`the schedule ${schedule} names no time to come`)
  return next
}
