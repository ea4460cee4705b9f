// Which suppressed numbers all sums together determine: one solution of the linear system of suppressed numbers.

/** A number and those that add up to it, by their positions. */
export interface Sum {
  readonly whole: number
  readonly parts: readonly number[]
}

type Row = Map<number, number>

/** Small enough that products stay exact. */
const prime = 1_048_573

/** Steps of one solution at most: about a second. */
const maxSteps = 4_000_000

/**
 * Whether the released numbers and all sums together determine the sum of these suppressed numbers, but for a chance of one
 * in a million; null where finding it out takes too long.
 */
export function openLinearSystem(
  sums: readonly Sum[],
  suppressed: ReadonlySet<number>,
): ((positions: readonly number[]) => boolean) | null {
  const solved = eliminated(sums, suppressed)
  if (solved === null) return null
  const change = unseenChange(solved, suppressed)
  return (positions) => positions.reduce((sum, position) => (sum + (change.get(position) ?? 0)) % prime, 0) === 0
}

/** The sums as equations of suppressed numbers alone, shortest first, and how many of them each number is in. */
function equations(
  sums: readonly Sum[],
  suppressed: ReadonlySet<number>,
): { readonly rows: Row[]; readonly uses: ReadonlyMap<number, number> } {
  const rows: Row[] = []
  const uses = new Map<number, number>()
  for (const { whole, parts } of sums) {
    const row: Row = new Map()
    if (suppressed.has(whole)) row.set(whole, prime - 1)
    for (const part of parts) if (suppressed.has(part)) row.set(part, 1)
    if (row.size === 0) continue
    rows.push(row)
    for (const position of row.keys()) uses.set(position, (uses.get(position) ?? 0) + 1)
  }
  return { rows: rows.sort((a, b) => a.size - b.size), uses }
}

/** The equations solved for one number each, in the order in which they were; null after too many steps. */
function eliminated(sums: readonly Sum[], suppressed: ReadonlySet<number>): ReadonlyMap<number, Row> | null {
  const { rows, uses } = equations(sums, suppressed)
  let steps = 0
  const solved = new Map<number, Row>()
  for (const row of rows) {
    for (;;) {
      let pivot: number | undefined
      for (const position of row.keys()) if (solved.has(position)) pivot = position
      if (pivot === undefined) break
      const by = solved.get(pivot)!
      steps += by.size + row.size
      if (steps > maxSteps) return null
      subtract(row, by, prime - row.get(pivot)!)
    }
    let pivot: number | undefined
    for (const position of row.keys()) {
      if (pivot === undefined || uses.get(position)! < uses.get(pivot)!) pivot = position
    }
    if (pivot === undefined) continue
    const factor = inverse(row.get(pivot)!)
    for (const [position, value] of row) row.set(position, (value * factor) % prime)
    solved.set(pivot, row)
  }
  return solved
}

function subtract(row: Row, by: Row, factor: number): void {
  for (const [position, value] of by) {
    const sum = ((row.get(position) ?? 0) + factor * value) % prime
    if (sum === 0) row.delete(position)
    else row.set(position, sum)
  }
}

/** Numbers that could be added to the suppressed ones without any sum changing. */
function unseenChange(solved: ReadonlyMap<number, Row>, suppressed: ReadonlySet<number>): Row {
  // A number that no equation is solved for may change by anything; the rest follows, the last solved first.
  const change: Row = new Map()
  let state = 12_345
  for (const position of suppressed) {
    if (solved.has(position)) continue
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    change.set(position, 1 + ((state >>> 4) % (prime - 1)))
  }
  for (const [pivot, row] of [...solved].toReversed()) {
    let rest = 0
    for (const [position, value] of row) if (position !== pivot) rest = (rest + value * change.get(position)!) % prime
    change.set(pivot, (prime - rest) % prime)
  }
  return change
}

function inverse(value: number): number {
  let [result, base, power] = [1, value, prime - 2]
  for (; power > 0; power = Math.floor(power / 2)) {
    if (power % 2 === 1) result = (result * base) % prime
    base = (base * base) % prime
  }
  return result
}
