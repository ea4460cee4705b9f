import { expect, it } from 'vitest'

import { countResults, summary } from '../../bin/count.js'

const report = (more: object) => JSON.stringify({ numPassedTests: 3, numFailedTests: 0, testResults: [], ...more })

it('sums what passed, failed and was skipped or is still to be written', () => {
  expect(countResults(report({ numPendingTests: 2, numTodoTests: 1 }), 0)).toEqual({ passed: 3, failed: 0, skipped: 3 })
  expect(countResults(report({ numFailedTests: 2 }), 1)).toEqual({ passed: 3, failed: 2, skipped: 0 })
})

it('counts a file that did not load, a crash without a failed test and a missing report as failed', () => {
  const broken = { status: 'failed', assertionResults: [] }
  const counted = { status: 'failed', assertionResults: [{ status: 'failed' }] }
  expect(countResults(report({ numFailedTests: 1, testResults: [broken, counted] }), 1).failed).toBe(2)
  expect(countResults(report({}), 1).failed).toBe(1)
  expect(countResults('', 0).failed).toBe(1)
  expect(countResults('{ "cut": ', 0).failed).toBe(1)
})

it('does not take a run that looked at nothing for a green one', () => {
  expect(countResults(report({ numPassedTests: 0 }), 0)).toEqual({ passed: 0, failed: 1, skipped: 0 })
})

it('says the sum in the words that others read', () => {
  expect(summary({ passed: 12, failed: 0, skipped: 3 })).toBe('12 passed, 0 failed, 3 skipped')
})
