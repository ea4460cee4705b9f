// The emulated dossiers that exist at a moment, and lists of some of them.
import type { Town } from '#connector'
import { arrivalTime, arrived, courseOf } from './course.ts'
import type { Course } from './course.ts'
import { createOrder } from './order.ts'
import type { Order } from './order.ts'

export type Predicate = (index: number, course: Course, now: number) => boolean

/** The dossiers that exist at a moment, by the time of their last change; follows the clock from event to event. */
export interface Registry {
  /** Registers and changes what has come about by then. A clock that was set back is followed too. */
  advance(now: number): void
  readonly all: Order
  /** Those that satisfy a predicate, kept up to date for a while under that name. */
  filtered(name: string, matches: Predicate): Order
}

const keptViews = 8

export function createRegistry(town: Town, size: number): Registry {
  let at = Number.NaN
  let next = 0 // number of the next dossier to arrive
  let all = createOrder()
  let coming = createQueue()
  const views = new Map<string, { readonly matches: Predicate; readonly order: Order }>()

  const build = (now: number): void => {
    const count = arrived(town, size, now)
    const changed = new Float64Array(count)
    coming = createQueue()
    for (let index = 0; index < count; index += 1) {
      const { steps, undated } = courseOf(town, size, index)
      let step = steps.length - 1
      while (steps[step]!.at > now) step -= 1
      // Dossiers without a time of change sort below all others.
      changed[index] = undated ? 0 : steps[step]!.at
      const following = steps[step + 1]
      if (following !== undefined) coming.push(following.at, index)
    }
    all = createOrder(Int32Array.from(changed.keys()).sort((a, b) => changed[a]! - changed[b]! || a - b))
    next = count
    views.clear()
    at = now
  }

  const change = (index: number, now: number): void => {
    const course = courseOf(town, size, index)
    all.touch(index)
    for (const { matches, order } of views.values()) {
      if (matches(index, course, now)) order.touch(index)
      else order.remove(index)
    }
    const following = course.steps.find((step) => step.at > now)
    if (following !== undefined) coming.push(following.at, index)
  }

  return {
    get all() {
      return all
    },
    advance: (now) => {
      // Before the town was made, dossiers without a time of change still move: they stay at the end.
      if (Number.isNaN(at) || now < at || at < town.foundedAt.getTime()) {
        if (now !== at) build(now)
        return
      }
      for (;;) {
        const [event, arrival] = [coming.time(), arrivalTime(town, size, next)]
        const moment = Math.min(event, arrival)
        if (moment > now) break
        const index = arrival <= event ? next++ : coming.pop()
        change(index, moment)
      }
      at = now
    },
    filtered: (name, matches) => {
      const kept = views.get(name)
      if (kept !== undefined) {
        views.delete(name)
        views.set(name, kept)
        return kept.order
      }
      const matching = all.slice(0, all.count, true).filter((index) => matches(index, courseOf(town, size, index), at))
      const order = createOrder(matching)
      if (views.size >= keptViews) views.delete(views.keys().next().value!)
      views.set(name, { matches, order })
      return order
    },
  }
}

/** A binary heap of what comes next; its earliest time is Infinity when it is empty. */
function createQueue(): { push(time: number, index: number): void; time(): number; pop(): number } {
  const heap: (readonly [time: number, index: number])[] = []
  const earlier = (a: number, b: number): boolean => {
    const [one, other] = [heap[a]!, heap[b]!]
    return one[0] < other[0] || (one[0] === other[0] && one[1] < other[1])
  }
  const swap = (a: number, b: number): void => {
    const kept = heap[a]!
    heap[a] = heap[b]!
    heap[b] = kept
  }
  return {
    time: () => heap[0]?.[0] ?? Number.POSITIVE_INFINITY,
    push: (time, index) => {
      heap.push([time, index])
      for (let at = heap.length - 1; at > 0;) {
        const above = (at - 1) >> 1
        if (!earlier(at, above)) break
        swap(at, above)
        at = above
      }
    },
    pop: () => {
      const index = heap[0]![1]
      const last = heap.pop()!
      if (heap.length > 0) {
        heap[0] = last
        for (let at = 0; ;) {
          let least = at
          for (const below of [2 * at + 1, 2 * at + 2]) if (below < heap.length && earlier(below, least)) least = below
          if (least === at) break
          swap(at, least)
          at = least
        }
      }
      return index
    },
  }
}
