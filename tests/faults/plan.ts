import { connectorSubjects } from './subject/connector-subject.ts'
import type { Fault } from './injected/fault.ts'
import { faultSubject } from './subject/fault-subject.ts'
import { hubFaults, ownFaults, sourceFaults } from './injected/faults.ts'
import type { Subject } from './subject/subject.ts'

/** Faults that are tried one after the other in one world. */
export interface Session {
  readonly subject: Subject
  readonly seed: number
  readonly faults: readonly Fault[]
}

export interface PlanOptions {
  /** Seeds of F01 to F32, and of F33 to F44. */
  readonly sourceSeeds: number
  readonly hubSeeds: number
  readonly firstSeed: number
  /** `2/8`: the second of eight parts. */
  readonly part: { readonly which: number; readonly of: number }
  readonly only: string | null
}

const atOnce = 6

/** What is tried, in the order in which it is tried; the parts of one plan are disjoint and together the whole. */
export async function planOf({ sourceSeeds, hubSeeds, firstSeed, part, only }: PlanOptions): Promise<Session[]> {
  const own = faultSubject()
  const sessions: Session[] = []
  const add = (subject: Subject, seed: number, faults: readonly Fault[]): void => {
    const wanted = faults.filter((fault) => only === null || fault.id === only)
    for (let at = 0; at < wanted.length; at += atOnce)
      sessions.push({ subject, seed, faults: wanted.slice(at, at + atOnce) })
  }
  for (let seed = firstSeed; seed < firstSeed + sourceSeeds; seed += 1) {
    add(own, seed, [...sourceFaults, ...ownFaults])
    for (const subject of await connectorSubjects()) add(subject, seed, sourceFaults)
  }
  for (let seed = firstSeed; seed < firstSeed + hubSeeds; seed += 1) add(own, seed, hubFaults)
  return sessions.filter((_, at) => at % part.of === part.which - 1)
}
