import type { Sum } from './complementary-suppression.ts'

/** Small enough that products stay exact. */
const prime = 1_048_573

/** Steps of one solution at most: about a second. */
const maxSteps = 4_000_000

/**
 * Numbers for the withheld places that could be added to them without any sum changing, or null where finding them takes too
 * long. What is made of withheld numbers (one, or a sum of some) is told by the shown ones exactly if this is 0 for it, but
 * for a chance of one in a million.
 */
export function freedom(
  sums: readonly Sum[],
  hidden: ReadonlySet<number>,
): ((places: readonly number[]) => number) | null {
  const rows: Map<number, number>[] = []
  const uses = new Map<number, number>()
  for (const { whole, parts } of sums) {
    const row = new Map<number, number>()
    if (hidden.has(whole)) row.set(whole, prime - 1)
    for (const part of parts) if (hidden.has(part)) row.set(part, 1)
    if (row.size === 0) continue
    rows.push(row)
    for (const place of row.keys()) uses.set(place, (uses.get(place) ?? 0) + 1)
  }
  rows.sort((a, b) => a.size - b.size)

  let steps = 0
  const solved = new Map<number, Map<number, number>>()
  for (const row of rows) {
    for (;;) {
      let pivot: number | undefined
      for (const place of row.keys()) if (solved.has(place)) pivot = place
      if (pivot === undefined) break
      const by = solved.get(pivot)!
      const factor = prime - row.get(pivot)!
      steps += by.size + row.size
      if (steps > maxSteps) return null
      for (const [place, value] of by) {
        const sum = ((row.get(place) ?? 0) + factor * value) % prime
        if (sum === 0) row.delete(place)
        else row.set(place, sum)
      }
    }
    let pivot: number | undefined
    for (const place of row.keys()) {
      if (pivot === undefined || uses.get(place)! < uses.get(pivot)!) pivot = place
    }
    if (pivot === undefined) continue
    const factor = inverse(row.get(pivot)!)
    for (const [place, value] of row) row.set(place, (value * factor) % prime)
    solved.set(pivot, row)
  }

  // Whatever is not solved for is free to be anything; the rest follows, the last solved first.
  const values = new Map<number, number>()
  let state = 12_345
  for (const place of hidden) {
    if (solved.has(place)) continue
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    values.set(place, 1 + ((state >>> 4) % (prime - 1)))
  }
  for (const [pivot, row] of [...solved].toReversed()) {
    let rest = 0
    for (const [place, value] of row) if (place !== pivot) rest = (rest + value * values.get(place)!) % prime
    values.set(pivot, (prime - rest) % prime)
  }
  return (places) => places.reduce((sum, place) => (sum + (values.get(place) ?? 0)) % prime, 0)
}

function inverse(value: number): number {
  let [result, base, power] = [1, value, prime - 2]
  for (; power > 0; power = Math.floor(power / 2)) {
    if (power % 2 === 1) result = (result * base) % prime
    base = (base * base) % prime
  }
  return result
}
