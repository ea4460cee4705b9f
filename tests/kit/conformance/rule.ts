// A rule of the kit and its verdict.
import type { Subject } from './subject.ts'

/** `kept` says how many things were looked at: a rule that looked at nothing is not kept. */
export type Verdict =
  | { readonly is: 'kept'; readonly looked: number }
  | { readonly is: 'broken'; readonly faults: readonly string[] }
  | { readonly is: 'skipped'; readonly why: string }

/** A rule of the kit. Its id never changes its meaning. */
export interface Rule {
  readonly id: string
  readonly severity: 'MUST' | 'SHOULD'
  readonly title: string
  run(subject: Subject): Promise<Verdict>
}

/** Collects what a rule finds. */
export interface Findings {
  /** Counts one thing looked at; notes the fault when it is not as it must be. */
  expect(good: boolean, fault: string | (() => string)): void
  fault(fault: string): void
  verdict(nothing?: string): Verdict
}

export function findings(): Findings {
  let looked = 0
  const faults: string[] = []
  return {
    expect(good, fault) {
      looked++
      if (!good) faults.push(typeof fault === 'string' ? fault : fault())
    },
    fault: (fault) => void faults.push(fault),
    verdict(nothing) {
      if (faults.length > 0) return { is: 'broken', faults: [...new Set(faults)].slice(0, 20) }
      if (looked > 0) return { is: 'kept', looked }
      return nothing === undefined
        ? { is: 'broken', faults: ['nothing was there to look at'] }
        : { is: 'skipped', why: nothing }
    },
  }
}
