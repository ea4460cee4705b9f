// When each step of a plan runs: as few requests as the order allows, and no more rounds than the longest chain needs.
import type { Step } from './objects.ts'

/**
 * The steps by round. A step waits as long as it may: then all that the same subgraph can be asked for goes with it, in one
 * request.
 */
export function scheduled(steps: readonly Step[]): Step[][] {
  const depths = depthsOf(steps)
  const total = Math.max(0, ...depths.values())
  const done = new Set<Step>()
  return Array.from({ length: total }, (_, round) => {
    const ready = steps.filter((step) => !done.has(step) && [...step.after].every((one) => done.has(one)))
    const isUrgent = (step: Step): boolean => step.entity === null || total - (depths.get(step) ?? 0) <= round
    const urgent = new Set(ready.filter(isUrgent).map(({ graph }) => graph))
    const now = ready.filter(({ graph }) => urgent.has(graph))
    for (const step of now) done.add(step)
    return now
  })
}

/** How many rounds each step and what waits for it need. */
function depthsOf(steps: readonly Step[]): ReadonlyMap<Step, number> {
  const waiting = new Map<Step, Step[]>()
  for (const step of steps) for (const one of step.after) waiting.set(one, [...(waiting.get(one) ?? []), step])
  const depths = new Map<Step, number>()
  const depthOf = (step: Step): number => {
    const known = depths.get(step)
    if (known !== undefined) return known
    const depth = 1 + Math.max(0, ...(waiting.get(step) ?? []).map(depthOf))
    depths.set(step, depth)
    return depth
  }
  for (const step of steps) depthOf(step)
  return depths
}
