import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault } from './injected/fault.ts'
import { told } from './injected/fault.ts'
import type { Balance } from './weigh/oracle.ts'
import type { Subject } from './subject/subject.ts'
import { underLoad } from '../kit/under-load.ts'
import type { World } from './world.ts'

/** What came of one fault on one subject with one seed. */
export interface Outcome {
  readonly fault: string
  readonly subject: string
  readonly seed: number
  readonly runs: number
  readonly balance: Balance
  /** From the end of the fault to the first complete run of every stream. */
  readonly recoverySeconds: number | null
  /** What was found wrong; empty when the fault was borne. */
  readonly findings: readonly string[]
  /** Why it was not injected, or which part of it was not. */
  readonly skipped: readonly string[]
}

export const nothing: Balance = { lost: 0, doubled: 0, ghosts: 0, invented: 0, unfinished: 0, leaked: 0 }
const patienceSeconds = 60

/** The outcome of a fault that this subject cannot have. */
export const withoutTrial = (fault: Fault, subject: Subject, seed: number, why: string): Outcome => ({
  fault: fault.id,
  subject: subject.name,
  seed,
  runs: 0,
  balance: nothing,
  recoverySeconds: null,
  findings: [],
  skipped: [why],
})

/** Injects the fault, waits for quiet and weighs the store against the truth. Never throws. */
export async function tryFault(world: World, fault: Fault, subject: Subject): Promise<Outcome> {
  return tryFaults(world, [fault], subject)
}

/** Injects one fault after the other, each as soon as the one before is over, then waits for quiet and weighs once. */
export async function tryFaults(world: World, faults: readonly Fault[], subject: Subject): Promise<Outcome> {
  const { seed } = world
  const begun = { fault: faults.map(({ id }) => id).join(', '), subject: subject.name, seed }
  const findings: string[] = []
  const skipped: string[] = []
  let [balance, recoverySeconds, runs]: [Balance, number | null, number] = [nothing, null, 0]
  try {
    const before = await countRuns(world)
    for (const fault of faults) {
      await fault.inject(world, {
        expect: (holds, text) => void (holds || findings.push(faults.length === 1 ? text() : `${fault.id}: ${text()}`)),
        skip: (what) => void skipped.push(what),
      })
      world.behave(null)
      world.running.own?.behave()
      world.learn()
    }
    recoverySeconds = await recover(world, findings)
    let weighed = await world.weigh()
    if (recoverySeconds !== null && (world.thorough || weighed.findings.length > 0)) {
      // What a source deletes without a word, or writes too late, is a census's to find.
      for (const run of await world.census()) {
        if (!run.state.startsWith('SUCCEEDED')) findings.push(`the census: ${told(run)}`)
      }
      weighed = await world.weigh()
    }
    balance = weighed.balance
    findings.push(...weighed.findings)
    runs = (await countRuns(world)) - before
  } catch (error) {
    findings.push(`the trial broke off: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  }
  return { ...begun, runs, balance, recoverySeconds, findings, skipped }
}

const countRuns = async (world: World): Promise<number> =>
  (await world.rows<{ count: number }>('select count(*) as count from run'))[0]?.count ?? 0

/** Runs until every stream had a complete run; answers how long that took. */
async function recover(world: World, findings: string[]): Promise<number | null> {
  const started = performance.now()
  for (;;) {
    const runs = await world.sync()
    if (runs.every(({ state }) => state.startsWith('SUCCEEDED'))) break
    if (performance.now() - started > underLoad(patienceSeconds * 1000)) {
      findings.push(`no recovery within ${patienceSeconds} s: ${runs.map(told).join('; ')}`)
      return null
    }
    await sleep(100)
  }
  return (performance.now() - started) / 1000
}
