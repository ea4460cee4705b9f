// The order of a test run: the longest files first, so that no core waits for one that began last.
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Longest first, as measured. A file that is not among them comes after them, and nothing else changes for it. */
const longest = [
  'tests/faults/source.test.ts',
  'tests/faults/process.test.ts',
  'tests/cli/hub.test.ts',
  'tests/faults/kill.test.ts',
  'tests/faults/connector.test.ts',
  'tests/connectors/conformance.test.ts',
  'tests/cli/keeping.test.ts',
  'tests/cli/killed.test.ts',
  'tests/journey/province.test.ts',
  'tests/web/browser.test.ts',
  'tests/journey/bad-input.test.ts',
  'tests/db/embedded/embedded.test.ts',
  'tests/non-interference/pairs.test.ts',
  'tests/connectors/drift-noise.test.ts',
  'tests/statistics/disclosure/lattice.test.ts',
  'tests/sync/run/streaming.test.ts',
  'tests/journey/real-input.test.ts',
  'tests/sync/queue/worker.test.ts',
  'tests/db/backup/backup.test.ts',
  'tests/attacks/insider.test.ts',
]

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = longest.findIndex((name) => moduleId.endsWith(`/${name}`))
      return at === -1 ? longest.length : at
    }
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b))
  }
}
