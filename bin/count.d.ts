// The types of count.js.

export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}
export function countResults(report: string, status: number): Counts
export function summary(counts: Counts): string
