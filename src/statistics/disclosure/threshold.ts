// Which numbers are small, and when the sum of suppressed numbers gives one of them away.

/** A count of fewer people than this could point at one of them. */
export const minimumCount = 5

export const isSmall = (count: number): boolean => count < minimumCount

/**
 * Whether the sum of suppressed numbers gives one of them away: of one alone, and where all are the least or the most that
 * they can be. `positive`: each number is known to be at least one.
 */
export function isDerivable(suppressed: readonly number[], positive: boolean): boolean {
  if (suppressed.length === 1) return true
  if (!positive) return false
  return (
    suppressed.every((value) => value === 1) ||
    (suppressed.length > 2 && suppressed.every((value) => value === minimumCount - 1))
  )
}
