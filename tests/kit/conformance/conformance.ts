// The conformance kit: all rules, tried on one connector.
import type { Rule, Verdict } from './rule.ts'
import { bilingual } from './rules-of-manifest.ts'
import { fixtures, purity, rejecting } from './rules-of-normalise.ts'
import { catchingUp, keys, meaning, pageSize, resuming } from './rules-of-reading.ts'
import { aborting, lettingIn, secrecy, throttling, unknownPage } from './rules-of-source.ts'
import { described, loadSubject } from './subject.ts'

/** What every connector keeps. C01 to C12 are the contract's; K01 and K02 compare with what the emulator means. */
export const rules: readonly Rule[] = [
  lettingIn,
  resuming,
  rejecting,
  purity,
  keys,
  throttling,
  unknownPage,
  aborting,
  secrecy,
  fixtures,
  pageSize,
  bilingual,
  meaning,
  catchingUp,
]

export type Result = Pick<Rule, 'id' | 'severity' | 'title'> & { readonly verdict: Verdict }

/** Tries the connector of a folder against every rule; a rule that cannot be tried at all counts as broken. */
export async function conformance(connectorFolder: string): Promise<readonly Result[]> {
  const subject = await loadSubject(connectorFolder)
  const results: Result[] = []
  for (const { id, severity, title, run } of rules) {
    const verdict = await run(subject).catch((error: unknown): Verdict => ({
      is: 'broken',
      faults: [`could not be tried: ${described(error)}`],
    }))
    results.push({ id, severity, title, verdict })
  }
  return results
}
