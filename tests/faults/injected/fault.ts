import type { RunRow, World } from '../world.ts'
import type { Subject } from '../subject/subject.ts'

export interface Trial {
  /** A finding when it does not hold. */
  expect(holds: boolean, text: () => string): void
  /** A part of the fault that cannot be injected here, by name. */
  skip(what: string): void
}

/** One of the faults, as it is injected. What the source did meanwhile is weighed afterwards, by whoever tries it. */
export interface Fault {
  readonly id: string
  readonly title: string
  /** Why it cannot be injected on this subject, in a few words; null where it can. */
  without?(subject: Subject): string | null
  inject(world: World, trial: Trial): Promise<void>
}

/** Every run has ended: well, or with one of these codes. */
export function expectEnds(trial: Trial, runs: readonly RunRow[], codes: readonly string[], what: string): void {
  for (const run of runs) {
    const good = run.state === 'SUCCEEDED' || run.state === 'SUCCEEDED_WITH_REJECTS'
    const known = run.state === 'FAILED' && codes.includes(run.failure_code ?? '')
    trial.expect(good || known, () => `${what}: ${told(run)}; expected ${codes.join(' or ')}`)
  }
}

/** Every run of the streams that must notice has failed with one of these codes. */
export function expectFailures(
  trial: Trial,
  world: World,
  runs: readonly RunRow[],
  codes: readonly string[],
  what: string,
): void {
  for (const run of runs.filter((one) => !world.running.reachability.includes(one.stream_id))) {
    const right = run.state === 'FAILED' && codes.includes(run.failure_code ?? '')
    trial.expect(right, () => `${what}: ${told(run)}; expected ${codes.join(' or ')}`)
  }
}

export function expectSuccess(trial: Trial, runs: readonly RunRow[], what: string): void {
  expectEnds(trial, runs, [], what)
}

export const told = (run: RunRow): string =>
  `${run.stream_id} ended ${run.state} ${run.failure_code ?? ''} (${run.failure_message ?? 'no reason'}; read ${run.read}, written ${run.written}, removed ${run.removed}, rejected ${run.rejected})`
