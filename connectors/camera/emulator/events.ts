// The emulated Frigate events of a town.
import { seededRandom } from '#connector'
import type { Town } from '#connector'
import { unlisted } from './frigate.ts'

export interface EmulatedEvent {
  readonly id: string
  /** Index in the server's list; null: a camera that the hub's settings do not list. */
  readonly camera: number | null
  readonly label: string
  /** Unix time in microseconds. */
  readonly start: number
  readonly end: number
}

/** Bounds of a start in Unix seconds, both exclusive. */
export interface EventBounds {
  readonly after: number
  readonly before: number
}

const labels = ['person', 'car', 'motorcycle', 'truck', 'bicycle', 'dog'] as const
const slot = 300_000
const history = 3 * 86_400_000
/** The first slots of all begin with an event of an unlisted camera. */
export const dirtyEvents = 3

/**
 * The events that have begun by a moment, newest first, made as they are asked for: three days of them when the town was made, and
 * on from there as the clock goes, a few in five minutes. Some last for hours, some share one start.
 */
export function* eventsOf(town: Town, cameras: number, time: number, bounds: EventBounds): Generator<EmulatedEvent> {
  const begins = town.foundedAt.getTime() - history
  const until = Math.min(time, bounds.before * 1000)
  for (let at = Math.floor((until - begins) / slot); at >= 0; at -= 1) {
    if ((begins + (at + 1) * slot) / 1000 <= bounds.after) return
    for (const event of eventsIn(town, cameras, at, begins + at * slot)) {
      const seconds = event.start / 1_000_000
      if (event.start <= time * 1000 && seconds < bounds.before && seconds > bounds.after) yield event
    }
  }
}

function eventsIn(town: Town, cameras: number, at: number, from: number): EmulatedEvent[] {
  const random = seededRandom(town.seed, 'camera events', at)
  const rate = Math.min(6, Math.max(0.5, cameras / 100))
  const count = Math.max(at < dirtyEvents ? 1 : 0, cameras === 0 ? 0 : Math.floor(rate + random()))
  const events: EmulatedEvent[] = []
  for (let nth = 0; nth < count; nth += 1) {
    const previous = events.at(-1)?.start
    const fresh = (from + Math.floor(random() * slot)) * 1000 + Math.floor(random() * 1000)
    const start = previous !== undefined && random() < 0.1 ? previous : fresh
    const kind = random()
    const seconds = kind < 0.8 ? 3 + random() * 57 : kind < 0.98 ? 60 + random() * 540 : 1200 + random() * 9600
    events.push({
      id: `${start / 1_000_000}-${Math.floor(random() * 2_176_782_336)
        .toString(36)
        .padStart(6, '0')}`,
      camera: at < dirtyEvents && nth === 0 ? null : Math.floor(random() * cameras),
      label: labels[Math.floor(random() * labels.length)]!,
      start,
      end: start + Math.floor(seconds * 1_000_000),
    })
  }
  return events.sort((a, b) => b.start - a.start || (a.id < b.id ? 1 : -1))
}

/** An event as the server writes it: it has no end while it lasts, and has what the hub must not keep. */
export function eventJson(event: EmulatedEvent, name: (camera: number) => string, time: number): unknown {
  const ended = event.end <= time * 1000
  return {
    id: event.id,
    label: event.label,
    sub_label: event.label === 'car' ? `70A-${String(event.start).slice(-5)}` : null,
    camera: event.camera === null ? unlisted[1] : name(event.camera),
    start_time: event.start / 1_000_000,
    end_time: ended ? event.end / 1_000_000 : null,
    zones: event.label === 'person' ? ['loi_vao'] : [],
    has_clip: true,
    has_snapshot: ended,
    retain_indefinitely: false,
    data: { type: 'object', score: 0.82, box: [0.1, 0.2, 0.3, 0.4] },
  }
}
