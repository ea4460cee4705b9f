/**
 * The sum of a test run from its JSON report and its exit status. A file that did not load, a report that is missing and a
 * failure that no test shows count as one failed test each; nothing run at all is a failure.
 */
export function countResults(report, status) {
  let results
  try {
    results = JSON.parse(report)
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
  const { numPassedTests: passed = 0, numPendingTests = 0, numTodoTests = 0, testResults = [] } = results
  const broken = testResults.filter((file) => file.status === 'failed' && !file.assertionResults.some(isFailed)).length
  let failed = (results.numFailedTests ?? 0) + broken
  if (failed === 0 && (status !== 0 || passed === 0)) failed = 1
  return { passed, failed, skipped: numPendingTests + numTodoTests }
}

const isFailed = ({ status }) => status === 'failed'

export const summary = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`
