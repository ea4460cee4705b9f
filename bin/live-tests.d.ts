// The types of live-tests.js.

export interface SortedTests {
  readonly living: readonly string[]
  readonly quick: readonly string[]
}
export function sortTests(root: string): SortedTests
