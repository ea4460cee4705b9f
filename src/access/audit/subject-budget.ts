// The daily budget of different people whose personal data one caller may read.
import type { Caller } from '../caller.ts'
import { hubError } from '../error.ts'

export interface SubjectBudgetOptions {
  /** Different subjects whose personal fields one caller may read in a day. */
  readonly maxSubjects: number
  /** Called once for each caller and day when a fifth of the budget is used, and once when the caller is refused. */
  readonly alarm: (caller: Caller, subjects: number, refused: boolean) => void
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** Counts the subjects of a read of personal fields before the read. Throws RATE_LIMITED. */
export type SubjectBudget = (caller: Caller, subjects: readonly string[]) => void

const day = 86_400_000
const maxCallers = 10_000

/** Reading a whole register one row at a time is legal at each step: only the number of different people shows it. */
export function openSubjectBudget({ maxSubjects, alarm, now }: SubjectBudgetOptions): SubjectBudget {
  const callers = new Map<string, { readonly since: number; readonly seen: Set<string>; alarms: number }>()
  return (caller, subjects) => {
    const name = `${caller.issuer} ${caller.client ?? ''} ${caller.subject}`
    const time = now()
    let own = callers.get(name)
    callers.delete(name)
    if (own === undefined || time - own.since >= day) own = { since: time, seen: new Set(), alarms: 0 }
    if (callers.size >= maxCallers) callers.delete(callers.keys().next().value ?? '')
    callers.set(name, own)
    const fresh = subjects.filter((subject) => !own.seen.has(subject))
    if (own.seen.size + new Set(fresh).size > maxSubjects) {
      if (own.alarms < 2) alarm(caller, own.seen.size, true)
      own.alarms = 2
      throw hubError(
        'RATE_LIMITED',
        'Đã đọc dữ liệu cá nhân của quá nhiều người trong ngày. · Personal data of too many people was read in a day.',
      )
    }
    for (const subject of fresh) own.seen.add(subject)
    if (own.alarms === 0 && own.seen.size * 5 >= maxSubjects) {
      own.alarms = 1
      alarm(caller, own.seen.size, false)
    }
  }
}
