// Streams whose runs were given back because the database was unavailable: each rests for a while before it is taken again.
import type { Wanted } from './claim.ts'

export interface RestingStreams {
  /** After a run of the stream ended: `unavailable` lets it rest, 0.25 s at first, twice as long each time, 10 s at most. */
  ended(stream: Wanted, unavailable: boolean): void
  /** Whether any stream rests now. */
  any(): boolean
  /** Those of the streams that do not rest now. */
  rested(streams: readonly Wanted[]): readonly Wanted[]
}

/** `now` in milliseconds, of any clock that does not go back. */
export function openRestingStreams(now: () => number): RestingStreams {
  const resting = new Map<string, { readonly until: number; readonly times: number }>()
  const nameOf = ({ source, stream }: Wanted): string => `${source}/${stream}`
  return {
    ended(stream, unavailable) {
      const name = nameOf(stream)
      const times = (resting.get(name)?.times ?? 0) + 1
      if (!unavailable) resting.delete(name)
      else resting.set(name, { until: now() + Math.min(250 * 2 ** (times - 1), 10_000), times })
    },
    any: () => [...resting.values()].some((one) => one.until > now()),
    rested: (streams) => streams.filter((stream) => (resting.get(nameOf(stream))?.until ?? 0) <= now()),
  }
}
