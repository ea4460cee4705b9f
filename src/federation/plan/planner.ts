// Plans operations on one supergraph, and remembers the plans.
import type { Fits } from '../execute/tree.ts'
import type { Supergraph } from '../supergraph/supergraph.ts'
import type { Knowledge } from './knowledge.ts'
import { planOperation } from './plan-operation.ts'
import type { QueryPlan } from './plan.ts'

/** What a plan depends on besides the document. */
export interface PlanInput {
  readonly query: string
  /** The labels of progressive overrides that are on for this operation. */
  readonly labels: ReadonlySet<string>
  /** 0 to 100: overrides by `percent(x)` are on below x. */
  readonly percentage: number
}

/**
 * Plans an operation; equal questions get the same plan object. Throws an Error for an operation that no order of requests can
 * answer, OPERATION_TOO_COMPLEX for one that leads to too many kinds of objects.
 */
export type Planner = (input: PlanInput) => QueryPlan

const keptPlans = 1_000
const keptChoices = 16

export function openPlanner({ supergraph, fits }: { supergraph: Supergraph; fits: Fits }): Planner {
  const labels = supergraph.overrideLabels
  const bounds = labels.flatMap((label) => percentOf(label) ?? [])
  const plans = new Map<string, Map<string, QueryPlan>>()
  const knowledge = new Map<string, Knowledge>()

  /** What is known with one choice of labels; reading it from the supergraph takes longer than most plans. */
  function knowing(choice: string, { labels: on, percentage }: PlanInput): Knowledge {
    const isOn = (label: string): boolean => on.has(label) || percentage < (percentOf(label) ?? -1)
    const known = knowledge.get(choice) ?? { whole: supergraph.whole, members: supergraph.members(isOn), fits }
    return keep(knowledge, choice, known, keptChoices)
  }

  return (input) => {
    const active = labels.filter((label) => input.labels.has(label)).toSorted()
    const choice = `${active.join(' ')} ${bounds.filter((bound) => input.percentage < bound).length}`
    const known = keep(plans, input.query, plans.get(input.query) ?? new Map<string, QueryPlan>(), keptPlans)
    const found = known.get(choice)
    if (found !== undefined) return found
    const node = planOperation(input.query, knowing(choice, input))
    return keep(known, choice, node === undefined ? {} : { node }, keptChoices)
  }
}

/** Keeps a value as the last one used, and of all no more than `most`. */
function keep<Value>(kept: Map<string, Value>, label: string, value: Value, most: number): Value {
  kept.delete(label)
  kept.set(label, value)
  if (kept.size > most) kept.delete(kept.keys().next().value ?? '')
  return value
}

function percentOf(label: string): number | undefined {
  const found = /^percent\((\d+(?:\.\d+)?)\)$/.exec(label)?.[1]
  return found === undefined ? undefined : Number(found)
}
