/** One way of doing a thing, to be compared with others in the same run. */
export interface Way {
  readonly name: string
  /** Does it once; safe to repeat. */
  once(): Promise<unknown>
}

export interface Measured {
  readonly name: string
  /** CPU of this process a time, in microseconds: the median of the rounds. */
  readonly cpuMicroseconds: number
  /** Wall time a time, in microseconds: the median of the rounds. */
  readonly wallMicroseconds: number
}

export interface Rounds {
  readonly rounds?: number
  /** Times a round. */
  readonly times?: number
  /** How many at once. */
  readonly atOnce?: number
}

/**
 * Measures the ways in turns, so that what else the machine does falls on all of them. The first round warms up and does
 * not count. Ratios hold within one run only.
 */
export async function measure(ways: readonly Way[], options: Rounds = {}): Promise<readonly Measured[]> {
  const { rounds = 9, times = 60, atOnce = 1 } = options
  const cpu = ways.map((): number[] => [])
  const wall = ways.map((): number[] => [])
  for (let round = 0; round <= rounds; round += 1) {
    for (const [place, way] of ways.entries()) {
      const before = process.cpuUsage()
      const begun = performance.now()
      for (let done = 0; done < times; done += atOnce) {
        if (atOnce === 1) await way.once()
        else await Promise.all(Array.from({ length: atOnce }, () => way.once()))
      }
      const took = performance.now() - begun
      const { user, system } = process.cpuUsage(before)
      if (round === 0) continue
      cpu[place]!.push((user + system) / times)
      wall[place]!.push((took * 1000) / times)
    }
  }
  return ways.map(({ name }, place) => ({
    name,
    cpuMicroseconds: median(cpu[place]!),
    wallMicroseconds: median(wall[place]!),
  }))
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
