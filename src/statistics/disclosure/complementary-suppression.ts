// Which numbers are suppressed beside the small ones, so that no sum or difference of released numbers gives a small one away.
import { openLinearSystem, type Sum } from './linear-system.ts'
import { isDerivable, isSmall } from './threshold.ts'

/** A sum of which several neighbouring parts may be asked for as one: together they may not be small either. */
export interface LatticeSum extends Sum {
  readonly spans: boolean
}

export interface Numbers {
  readonly values: readonly number[]
  /** Whether every number is known to be at least one, as that of a cell that is listed. */
  readonly positive: boolean
  readonly sums: readonly LatticeSum[]
  /** Numbers that are shown together: of these the next smallest is suppressed with a single one. */
  readonly families: readonly (readonly number[])[]
  /** Numbers that no breakdown shows: suppressed first, as it costs nothing. */
  readonly neverShown: readonly boolean[]
  /** Numbers that are asked for most: suppressed last. */
  readonly mostAsked: readonly boolean[]
  /** Suppressed already, for another reason. */
  readonly suppressed: Iterable<number>
}

/**
 * The positions of numbers to suppress: the small ones, with each family's single one the next smallest, and as many others
 * as it takes that no sum or difference of released numbers gives a small one away. Where solving all sums takes too long, no
 * single sum does, and more is suppressed than need be.
 */
export function suppressNumbers(numbers: Numbers): ReadonlySet<number> {
  return (numbers.positive ? suppressedBy(numbers, true) : null) ?? suppressedBy(numbers, false)!
}

const maxExact = 6_000
const maxRounds = 200

/** What is suppressed so far, and the sums that have to be looked at again. */
interface Suppression extends Omit<Numbers, 'suppressed'> {
  /** What no breakdown shows is suppressed from the start, and only what all sums together give away is covered. */
  readonly exact: boolean
  readonly suppressed: Set<number>
  /** Of each number the sums that it is in. */
  readonly sumsWith: readonly number[][]
  readonly due: number[]
  readonly isDue: Uint8Array
}

function suppressedBy(numbers: Numbers, exact: boolean): ReadonlySet<number> | null {
  const state = openSuppression(numbers, exact)
  if (exact && state.suppressed.size > maxExact) return null
  suppressInFamilies(state)
  suppressInSums(state)
  for (let rounds = 0; exact; rounds += 1) {
    const determines = rounds < maxRounds ? openLinearSystem(state.sums, state.suppressed) : null
    if (determines === null) return null
    const found = sensitive(state).filter(determines)
    if (found.length === 0) break
    // Covering one often covers others; many are not worth a solution each.
    const some = state.suppressed.size > 1_500 ? found : found.slice(0, 1)
    if (some.filter((positions) => coverNear(state, positions[0]!)).length === 0) break
    suppressInSums(state)
  }
  return state.suppressed
}

function openSuppression(numbers: Numbers, exact: boolean): Suppression {
  const { values, sums, neverShown } = numbers
  const sumsWith: number[][] = values.map(() => [])
  for (const [at, { whole, parts }] of sums.entries()) {
    for (const position of [whole, ...parts]) sumsWith[position]!.push(at)
  }
  const suppressed = new Set(numbers.suppressed)
  const state = { ...numbers, exact, suppressed, sumsWith, due: [], isDue: new Uint8Array(sums.length) }
  for (const position of suppressed) for (const at of sumsWith[position]!) lookAgain(state, at)
  for (const [position, value] of values.entries()) {
    if (isSmall(value) || (exact && neverShown[position] === true)) suppress(state, position)
  }
  return state
}

function lookAgain({ due, isDue }: Suppression, at: number): void {
  if (isDue[at] === 1) return
  isDue[at] = 1
  due.push(at)
}

function suppress(state: Suppression, position: number): void {
  if (state.suppressed.has(position)) return
  state.suppressed.add(position)
  for (const at of state.sumsWith[position]!) lookAgain(state, at)
}

function leastOf({ values }: Suppression, positions: readonly number[]): number | undefined {
  let found: number | undefined
  for (const position of positions) if (found === undefined || values[position]! < values[found]!) found = position
  return found
}

function suppressInFamilies(state: Suppression): void {
  const { families, suppressed, values, positive } = state
  for (let grown = true; grown;) {
    grown = false
    for (const family of families) {
      const inside = family.filter((position) => suppressed.has(position)).map((position) => values[position]!)
      if (inside.length === 0 || !isDerivable(inside, positive)) continue
      const released = family.filter((position) => !suppressed.has(position))
      const next = leastOf(state, released)
      if (next === undefined) continue
      suppress(state, next)
      grown = true
    }
  }
}

/** Suppresses until no sum by itself gives a number away. */
function suppressInSums(state: Suppression): void {
  for (let at = state.due.pop(); at !== undefined; at = state.due.pop()) {
    state.isDue[at] = 0
    if (!givesAway(state, state.sums[at]!)) continue
    const next = cheapestIn(state, at)
    // What is asked for most is suppressed only where solving all sums shows that it must be.
    if (next === undefined || state.mostAsked[next] === true) continue
    suppress(state, next)
    lookAgain(state, at)
  }
}

function givesAway({ suppressed, values, exact, positive }: Suppression, { whole, parts, spans }: LatticeSum): boolean {
  const inside = parts.filter((position) => suppressed.has(position)).map((position) => values[position]!)
  const wholeSuppressed = suppressed.has(whole)
  if (wholeSuppressed ? exact || inside.length > 0 : inside.length < (exact ? 2 : 1)) return false
  const smallTogether = spans && isSmall(inside.reduce((sum, value) => sum + value, 0))
  return wholeSuppressed || smallTogether || isDerivable(inside, positive)
}

/** The released number of a sum whose suppression costs least: nothing at first, then what is a part, then the whole. */
function cheapestIn(state: Suppression, at: number): number | undefined {
  const { sums, suppressed, neverShown, mostAsked } = state
  const { whole, parts } = sums[at]!
  const released = [whole, ...parts].filter((position) => !suppressed.has(position))
  const plain = released.filter((position) => mostAsked[position] !== true)
  const free = released.filter((position) => neverShown[position] === true && costsNothing(state, position, at))
  return (
    leastOf(state, free) ??
    leastOf(
      state,
      plain.filter((position) => position !== whole && costsNothing(state, position, at)),
    ) ??
    leastOf(
      state,
      plain.filter((position) => position !== whole),
    ) ??
    plain[0] ??
    leastOf(
      state,
      released.filter((position) => position !== whole),
    ) ??
    released[0]
  )
}

/** Nothing else is given away by it, nor by what it takes to cover it. */
function costsNothing({ sums, sumsWith, suppressed }: Suppression, position: number, besides: number): boolean {
  return sumsWith[position]!.every((at) => {
    const { whole, parts } = sums[at]!
    return at === besides || suppressed.has(whole) || parts.some((other) => other !== position && suppressed.has(other))
  })
}

/** Suppresses the least number that is nearest to the position by way of sums; false where none is left. */
function coverNear(state: Suppression, from: number): boolean {
  const { sums, sumsWith, suppressed, neverShown, mostAsked } = state
  const seen = new Set([from])
  let last: number | undefined
  for (let edge = [from]; edge.length > 0;) {
    const near = new Set(
      edge.flatMap((position) => sumsWith[position]!.flatMap((at) => [sums[at]!.whole, ...sums[at]!.parts])),
    )
    const next = [...near].filter((position) => !seen.has(position))
    const released = next.filter((position) => !suppressed.has(position))
    const never = released.filter((position) => neverShown[position] === true)
    const plain = released.filter((position) => mostAsked[position] !== true)
    const least = leastOf(state, never) ?? leastOf(state, plain)
    if (least !== undefined) {
      suppress(state, least)
      return true
    }
    last ??= leastOf(state, released)
    for (const position of next) seen.add(position)
    edge = next
  }
  if (last === undefined) return false
  suppress(state, last)
  return true
}

/** What nobody may learn: each small number, and each run of parts that may be asked for as one and is small together. */
function sensitive({ values, sums, suppressed }: Suppression): number[][] {
  const found: number[][] = []
  for (const position of suppressed) if (isSmall(values[position]!)) found.push([position])
  for (const { parts, spans } of sums) {
    if (!spans) continue
    for (const first of parts.keys()) {
      let total = 0
      for (let last = first; last < parts.length && suppressed.has(parts[last]!); last += 1) {
        total += values[parts[last]!]!
        if (!isSmall(total)) break
        if (last > first) found.push(parts.slice(first, last + 1))
      }
    }
  }
  return found
}
