// The course of an emulated dossier: its steps, deadlines and end.
import { seededRandom } from '#connector'
import type { DossierStatus, Town, TownAgency, TownProcedure } from '#connector'

// The course of each dossier through the one-stop-shop: a pure function of town, size and number. Times are milliseconds.

export interface Step {
  readonly at: number
  readonly status: DossierStatus
  /** The promised time from this step on. */
  readonly dueAt: number | null
}
export interface Course {
  readonly procedure: TownProcedure
  readonly agency: TownAgency
  readonly channel: 'IN_PERSON' | 'ONLINE' | 'POSTAL'
  readonly acceptedAt: number | null
  readonly steps: readonly Step[]
  /** Its state is one that the national list does not have. */
  readonly unknownStatus: boolean
  /** The source forgot when it last changed. Only long-finished dossiers. */
  readonly undated: boolean
}

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const zone = 7 * hour

const dayOf = (time: number): number => Math.floor((time + zone) / day)
const startOfDay = (number: number): number => number * day - zone
/** Nights are pushed into the working day from 07:00 to 17:00, in order. */
const inOfficeHours = (time: number): number => {
  const start = startOfDay(dayOf(time))
  return start + 7 * hour + Math.floor(((time - start) * 10) / 24)
}
/** Day numbers count from Thursday, 1 January 1970. */
function addWorkingDays(from: number, count: number): number {
  let at = from
  for (let left = count; left > 0;) {
    at += 1
    const weekday = (at + 4) % 7
    if (weekday !== 0 && weekday !== 6) left -= 1
  }
  return at
}

/** When dossier number `index` is registered; grows with the number, so that arrivals can be counted by bisection. */
export function arrivalTime(town: Town, size: number, index: number): number {
  const [begins, founded] = [town.beginsAt.getTime(), town.foundedAt.getTime()]
  const shake = seededRandom(town.seed, 'arrival', index)()
  if (index >= size) return Math.floor(founded + (index - size + shake) * ((20_000 * 20_000) / Math.max(1, size)))
  const time = Math.floor(begins + ((index + shake) / size) * (founded - begins))
  return dayOf(time) === dayOf(founded) ? time : inOfficeHours(time)
}

/** How many dossiers there are at a time. */
export function arrived(town: Town, size: number, now: number): number {
  let [low, high] = [0, 1]
  while (arrivalTime(town, size, high - 1) <= now) high *= 2
  while (low < high) {
    const middle = (low + high) >>> 1
    if (arrivalTime(town, size, middle) <= now) low = middle + 1
    else high = middle
  }
  return low
}

export function courseOf(town: Town, size: number, index: number): Course {
  const random = seededRandom(town.seed, 'course', index)
  const founded = town.foundedAt.getTime()
  const live = index >= size
  // Open when the town was made and moving on in its first hours, so that the hub sees old dossiers change too.
  const awaited = !live && index >= size * 0.96 && random() < 0.5
  const quick = live && random() < 0.6
  const registered = arrivalTime(town, size, index)
  const procedure = town.procedures[Math.floor(random() ** 2 * town.procedures.length)]!
  const agency = agencyFor(town, procedure, random)
  const share = random()
  const channel = share < 0.55 ? 'ONLINE' : share < 0.92 ? 'IN_PERSON' : 'POSTAL'
  const base = { procedure, agency, channel } as const

  const stride = Math.max(23, Math.floor(size / 6))
  if (index % stride === 13) {
    const steps: Step[] = [{ at: registered, status: 'PROCESSING', dueAt: null }]
    return { ...base, acceptedAt: registered, steps, unknownStatus: true, undated: false }
  }

  const steps: Step[] = []
  let dueAt: number | null = null
  let at = registered
  const step = (status: DossierStatus, delay: number): void => {
    const raw = Math.floor(at + delay)
    at = steps.length === 0 ? at : Math.max(at + minute, live || raw >= founded ? raw : inOfficeHours(raw))
    steps.push({ at, status, dueAt })
  }
  /** A delay of a quick course in minutes, of an ordinary one in hours. */
  const between = (minutes: readonly [number, number], hours: readonly [number, number]): number => {
    const [[from, to], unit] = quick ? [minutes, minute] : [hours, hour]
    return (from + random() * (to - from)) * unit
  }
  /** Within some hours, most of it early. */
  const soon = (hours: number): number => Math.floor(random() ** 2 * hours * hour)
  const dueStyle = random()
  step('REGISTERED', 0)
  const fate = random()
  let acceptedAt: number | null = null
  if (fate < 0.04) step('REFUSED', between([2, 20], [1, 30]))
  else if (fate < 0.055) step('WITHDRAWN', between([2, 20], [1, 40]))
  else {
    const intake = between([1, 8], channel === 'IN_PERSON' ? [0.1, 0.5] : [0.5, 8])
    dueAt = awaited
      ? dueTime(dueStyle, dayOf(founded) + Math.floor(random() * 20) - 5)
      : dueTime(dueStyle, addWorkingDays(dayOf(registered + intake), Math.max(1, procedure.days)))
    step('ACCEPTED', intake)
    acceptedAt = at
    step('PROCESSING', between([2, 10], [1, 6]))
    if (awaited) at = Math.max(at, founded + soon(12))
    if (random() < (awaited ? 0.5 : 0.12)) {
      step('SUPPLEMENT_REQUIRED', awaited ? 0 : between([2, 15], [3, 30]))
      if (random() < 0.85) {
        dueAt = dueTime(dueStyle, addWorkingDays(dayOf(at) + 1, Math.max(2, procedure.days)))
        step('PROCESSING', awaited ? soon(3) : between([5, 40], [10, 150]))
      } else if (random() < 0.5) step('WITHDRAWN', between([20, 60], [100, 400]))
    }
    finish()
  }
  function finish(): void {
    if (steps.at(-1)!.status !== 'PROCESSING') return
    if (random() < 0.08) {
      step('PAYMENT_REQUIRED', awaited ? soon(1) : between([2, 15], [2, 20]))
      if (random() < 0.1) return
      step('PROCESSING', between([5, 30], [2, 70]))
    }
    if (random() < 0.02) return step('STOPPED', between([10, 40], [10, 60]))
    const share = random() < 0.08 ? 1.3 + random() * 2 : 0.1 + random() * 0.6
    step('PROCESSED', awaited ? soon(4) : quick ? between([10, 60], [0, 0]) : share * procedure.days * day)
    if (random() < 0.95) step('RETURNED', awaited ? soon(3) : between([3, 40], [0.5, 48]))
  }
  const undated = index % Math.max(29, Math.floor(size / 8)) === 7 && at < founded - 30 * day
  return { ...base, acceptedAt, steps, unknownStatus: false, undated }
}

/** The deadline on a day of the town: at midnight, at five, or at some time of the working day. */
function dueTime(dueStyle: number, number: number): number {
  const start = startOfDay(number)
  return dueStyle < 0.45
    ? start
    : dueStyle < 0.8
      ? start + 17 * hour
      : start + 8 * hour + Math.floor(dueStyle * 60) * minute
}

function agencyFor(town: Town, procedure: TownProcedure, random: () => number): TownAgency {
  const own = town.agencies.find(({ code }) => code === procedure.agency)
  const [stays, which] = [random() < 0.5, random()]
  if (stays && own?.oneStop === true) return own
  const open = oneStops(town)
  return open[Math.floor(which * open.length)]!
}

const openAgencies = new WeakMap<Town, readonly TownAgency[]>()
function oneStops(town: Town): readonly TownAgency[] {
  let open = openAgencies.get(town)
  if (open === undefined) {
    const taking = town.agencies.filter(({ oneStop }) => oneStop)
    open = taking.length > 0 ? taking : town.agencies
    openAgencies.set(town, open)
  }
  return open
}

/** The step that a dossier has reached; undefined before it is registered. */
export const stepAt = (course: Course, now: number): Step | undefined => course.steps.findLast(({ at }) => at <= now)
