import { freedom } from './linear-system.ts'

/** A count of fewer people than this could point at one of them. */
export const smallest = 5

/** A number and those that add up to it, by their places. */
export interface Sum {
  readonly whole: number
  readonly parts: readonly number[]
  /** Whether several parts can be asked for as one: together they may not be small either. */
  readonly spans: boolean
}

export interface Numbers {
  readonly values: readonly number[]
  readonly small: (value: number) => boolean
  /** Whether every number is known to be at least one, as that of a cell that is listed. */
  readonly ones: boolean
  readonly sums: readonly Sum[]
  /** Numbers that are shown together: of these the next smallest is withheld with a single one. */
  readonly families: readonly (readonly number[])[]
  /** Numbers that nobody asks for: withheld first, as it costs nothing. */
  readonly unasked: readonly boolean[]
  /** Numbers that are asked for most: withheld last. */
  readonly prized: readonly boolean[]
  /** Withheld already, for another reason. */
  readonly withheld: Iterable<number>
}

/**
 * The places of numbers to withhold: the small ones, with each family's single one the next smallest, and as many others as
 * it takes that no sum or difference of shown numbers tells a small one. Where solving all sums takes too long, no single
 * sum does, and more is withheld than need be.
 */
export function withhold(numbers: Numbers): ReadonlySet<number> {
  return (numbers.ones ? attempt(numbers, true) : null) ?? attempt(numbers, false)!
}

const maxExact = 6_000
const maxRounds = 200

/** `exact`: what nobody asks for is withheld from the start, and only what all sums together tell is covered. */
function attempt(
  { values, small, ones, sums, families, unasked, prized, withheld }: Numbers,
  exact: boolean,
): ReadonlySet<number> | null {
  const hidden = new Set(withheld)
  const sumsWith: number[][] = values.map(() => [])
  for (const [at, { whole, parts }] of sums.entries()) {
    for (const place of [whole, ...parts]) sumsWith[place]!.push(at)
  }
  const due: number[] = []
  const waits = new Uint8Array(sums.length)
  const wait = (at: number): void => {
    if (waits[at] === 1) return
    waits[at] = 1
    due.push(at)
  }
  const hide = (place: number): void => {
    if (hidden.has(place)) return
    hidden.add(place)
    for (const at of sumsWith[place]!) wait(at)
  }
  for (const place of hidden) for (const at of sumsWith[place]!) wait(at)
  for (const [place, value] of values.entries()) if (small(value) || (exact && unasked[place] === true)) hide(place)
  if (exact && hidden.size > maxExact) return null

  for (let grown = true; grown;) {
    grown = false
    for (const family of families) {
      const inside = family.filter((place) => hidden.has(place))
      if (
        inside.length === 0 ||
        !isTold(
          inside.map((place) => values[place]!),
          ones,
        )
      )
        continue
      const next = leastOf(family.filter((place) => !hidden.has(place)))
      if (next === undefined) continue
      hide(next)
      grown = true
    }
  }

  function leastOf(places: readonly number[]): number | undefined {
    let found: number | undefined
    for (const place of places) if (found === undefined || values[place]! < values[found]!) found = place
    return found
  }
  /** Nothing else is told by it, nor by what it takes to cover it. */
  const costsNothing = (place: number, besides: number): boolean =>
    sumsWith[place]!.every((at) => {
      const { whole, parts } = sums[at]!
      return at === besides || hidden.has(whole) || parts.some((other) => other !== place && hidden.has(other))
    })

  function settle(): void {
    for (let at = due.pop(); at !== undefined; at = due.pop()) {
      waits[at] = 0
      const { whole, parts, spans } = sums[at]!
      const inside = parts.filter((place) => hidden.has(place)).map((place) => values[place]!)
      const wholeHidden = hidden.has(whole)
      if (wholeHidden ? exact || inside.length > 0 : inside.length < (exact ? 2 : 1)) continue
      const little = spans && small(inside.reduce((sum, value) => sum + value, 0))
      if (!wholeHidden && !little && !isTold(inside, ones)) continue
      const shown = [whole, ...parts].filter((place) => !hidden.has(place))
      const plain = shown.filter((place) => prized[place] !== true)
      const free = shown.filter((place) => unasked[place] === true && costsNothing(place, at))
      const next =
        leastOf(free) ??
        leastOf(plain.filter((place) => place !== whole && costsNothing(place, at!))) ??
        leastOf(plain.filter((place) => place !== whole)) ??
        plain[0] ??
        leastOf(shown.filter((place) => place !== whole)) ??
        shown[0]
      // What is asked for most is withheld only where solving all sums shows that it must be.
      if (next === undefined || prized[next] === true) continue
      hide(next)
      wait(at)
    }
  }

  settle()
  for (let rounds = 0; exact; rounds += 1) {
    const free = rounds < maxRounds ? freedom(sums, hidden) : null
    if (free === null) return null
    const told = secrets(values, small, sums, hidden).filter((places) => free(places) === 0)
    if (told.length === 0) break
    // Covering one often covers others; many are not worth a solution each.
    const some = hidden.size > 1_500 ? told : told.slice(0, 1)
    if (some.filter((places) => cover(places[0]!)).length === 0) break
    settle()
  }
  /** Withholds the least number that stands nearest to the place by way of sums. */
  function cover(from: number): boolean {
    const seen = new Set([from])
    let last: number | undefined
    for (let edge = [from]; edge.length > 0;) {
      const near = new Set(
        edge.flatMap((place) => sumsWith[place]!.flatMap((at) => [sums[at]!.whole, ...sums[at]!.parts])),
      )
      const next = [...near].filter((place) => !seen.has(place))
      const shown = next.filter((place) => !hidden.has(place))
      const least =
        leastOf(shown.filter((place) => unasked[place] === true)) ??
        leastOf(shown.filter((place) => prized[place] !== true))
      if (least !== undefined) {
        hide(least)
        return true
      }
      last ??= leastOf(shown)
      for (const place of next) seen.add(place)
      edge = next
    }
    if (last === undefined) return false
    hide(last)
    return true
  }
  return hidden
}

/** What nobody may be told: each small number, and each run of parts that can be asked for as one and is small together. */
function secrets(
  values: readonly number[],
  small: (value: number) => boolean,
  sums: readonly Sum[],
  hidden: ReadonlySet<number>,
): number[][] {
  const found: number[][] = []
  for (const place of hidden) if (small(values[place]!)) found.push([place])
  for (const { parts, spans } of sums) {
    if (!spans) continue
    for (const first of parts.keys()) {
      let total = 0
      for (let last = first; last < parts.length && hidden.has(parts[last]!); last += 1) {
        total += values[parts[last]!]!
        if (!small(total)) break
        if (last > first) found.push(parts.slice(first, last + 1))
      }
    }
  }
  return found
}

/** Whether the sum of withheld numbers tells one of them: of one alone, and where all are the least or the most they can be. */
export function isTold(withheld: readonly number[], ones: boolean): boolean {
  if (withheld.length === 1) return true
  if (!ones) return false
  return (
    withheld.every((value) => value === 1) || (withheld.length > 2 && withheld.every((value) => value === smallest - 1))
  )
}
