import type { QueryPlan, QueryPlanner } from '@graphql-hive/router-query-planner'
import { hubError } from '../../access/error.ts'
import { ownPlan } from './own-plan.ts'
import type { Supergraph } from './supergraph.ts'
import type { Fits } from './tree.ts'

/** What a plan depends on besides the document. */
export interface PlanInput {
  readonly query: string
  /** The labels of progressive overrides that are on for this operation. */
  readonly labels: ReadonlySet<string>
  /** 0 to 100: overrides by `percent(x)` are on below x. */
  readonly percentage: number
}

/** Makes plans for one supergraph; equal questions get the same plan object. */
export type Planner = (input: PlanInput) => Promise<QueryPlan>

export interface PlannerOptions {
  readonly supergraph: Supergraph
  readonly fits: Fits
  /** `own`: never the native planner. */
  readonly planner: 'native' | 'own'
}

const keptPlans = 1_000
const keptChoices = 16
const longestMs = 10_000

/**
 * The planner is native code: it is loaded at the first plan, so that a hub without remotes never needs it. What it cannot plan,
 * and everything on a machine that has none, is planned by `ownPlan`. A plan that takes longer than ten seconds is
 * OPERATION_TOO_COMPLEX; one that cannot be made rejects, and is tried again at the next call.
 */
export function openPlanner({ supergraph, fits, planner }: PlannerOptions): Planner {
  const labels = supergraph.overrideLabels
  const bounds = labels.flatMap((label) => percentOf(label) ?? [])
  const plans = new Map<string, Map<string, Promise<QueryPlan>>>()
  let loading: Promise<QueryPlanner | null> | null = null

  async function make({ query, labels: on, percentage }: PlanInput): Promise<QueryPlan> {
    const native = planner === 'own' ? null : await (loading ??= loaded(supergraph.sdl))
    try {
      if (native !== null) return await made(native, query, new Set(on), percentage)
    } catch (error) {
      if (!(error instanceof NotPlanned)) throw error
    }
    const isOn = (label: string): boolean => on.has(label) || percentage < (percentOf(label) ?? -1)
    const node = ownPlan({ query, whole: supergraph.whole, members: supergraph.members(isOn), fits })
    return { kind: 'QueryPlan', ...(node === undefined ? {} : { node }) }
  }

  return async ({ query, labels: given, percentage }) => {
    const active = labels.filter((label) => given.has(label)).toSorted()
    const choice = `${active.join(' ')} ${bounds.filter((bound) => percentage < bound).length}`
    const known = plans.get(query) ?? new Map<string, Promise<QueryPlan>>()
    plans.delete(query)
    plans.set(query, known)
    const found = known.get(choice)
    if (found !== undefined) return found
    const making = make({ query, labels: new Set(active), percentage })
    known.set(choice, making)
    making.catch(() => known.delete(choice))
    if (known.size > keptChoices) known.delete(known.keys().next().value ?? '')
    if (plans.size > keptPlans) plans.delete(plans.keys().next().value ?? '')
    return making
  }
}

function percentOf(label: string): number | undefined {
  const found = /^percent\((\d+(?:\.\d+)?)\)$/.exec(label)?.[1]
  return found === undefined ? undefined : Number(found)
}

/** Null where there is no native planner for this machine, or it does not read this supergraph. */
async function loaded(sdl: string): Promise<QueryPlanner | null> {
  try {
    const { QueryPlanner: Native } = await import('@graphql-hive/router-query-planner')
    return new Native(sdl)
  } catch {
    return null
  }
}

class NotPlanned extends Error {}

async function made(planner: QueryPlanner, query: string, labels: Set<string>, percentage: number): Promise<QueryPlan> {
  const until = AbortSignal.timeout(longestMs)
  try {
    return await planner.planAsync(query, undefined, labels, percentage, until)
  } catch (cause) {
    if (!until.aborted) throw new NotPlanned('the operation could not be planned', { cause })
    throw hubError('OPERATION_TOO_COMPLEX', 'Thao tác quá phức tạp. · The operation is too complex.')
  }
}
