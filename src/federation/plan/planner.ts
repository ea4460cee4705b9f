import type { QueryPlan, QueryPlanner } from '@graphql-hive/router-query-planner'
import { BREAK, getNamedType, isObjectType, parse, TypeInfo, visit, visitWithTypeInfo } from 'graphql'
import { hubError } from '../../access/error.ts'
import { uncovered } from './coverage.ts'
import { fallbackPlan } from './fallback-planner.ts'
import type { Supergraph } from '../supergraph/supergraph.ts'
import type { Fits } from '../execute/tree.ts'

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
 * and everything on a machine that has none, is planned by `fallbackPlan`. A plan that takes longer than ten seconds is
 * OPERATION_TOO_COMPLEX; one that cannot be made rejects, and is tried again at the next call.
 */
export function openPlanner({ supergraph, fits, planner }: PlannerOptions): Planner {
  const labels = supergraph.overrideLabels
  const bounds = labels.flatMap((label) => percentOf(label) ?? [])
  const plans = new Map<string, Map<string, Promise<QueryPlan>>>()
  let loading: Promise<QueryPlanner | null> | null = null

  function ours({ query, labels: on, percentage }: PlanInput): QueryPlan {
    const isOn = (label: string): boolean => on.has(label) || percentage < (percentOf(label) ?? -1)
    const node = fallbackPlan({ query, whole: supergraph.whole, members: supergraph.members(isOn), fits })
    return { kind: 'QueryPlan', ...(node === undefined ? {} : { node }) }
  }

  /** Where the native planner leaves out what is asked of a type, the plan that asks for more of it. */
  function fuller(input: PlanInput, plan: QueryPlan): QueryPlan {
    const left = uncovered(input.query, plan.node, supergraph.whole)
    if (left.length === 0) return plan
    try {
      const own = ours(input)
      return uncovered(input.query, own.node, supergraph.whole).length < left.length ? own : plan
    } catch {
      return plan
    }
  }

  async function make(input: PlanInput): Promise<QueryPlan> {
    if (planner === 'own') return ours(input)
    // The native planner loses type conditions on objects that a subgraph knows only as their interface.
    const apart = supergraph.interfaceObjects.size > 0 && hangsOnType(input.query, supergraph)
    try {
      if (apart) return ours(input)
    } catch {
      // Then it may know better.
    }
    const native = await (loading ??= loaded(supergraph.sdl))
    if (native === null) return ours(input)
    try {
      return fuller(input, await made(native, input.query, new Set(input.labels), input.percentage))
    } catch (error) {
      if (!(error instanceof NotPlanned)) throw error
      return ours(input)
    }
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

/**
 * Whether something is asked by type of an interface that some subgraph has as one object type, or a field of it that requires
 * others.
 */
function hangsOnType(query: string, supergraph: Supergraph): boolean {
  const { whole, interfaceObjects } = supergraph
  const members = supergraph.members(() => true)
  const needs = (type: string, field: string): boolean =>
    [type, ...members.interfacesOf(type)]
      .filter((one) => interfaceObjects.has(one))
      .some((one) => members.subgraphs.some((graph) => members.of(graph, one)?.fields.get(field)?.requires != null))
  const info = new TypeInfo(whole)
  let found = false
  const visitor = visitWithTypeInfo(info, {
    Field: ({ name }) => {
      if (needs(info.getParentType()?.name ?? '', name.value)) found = true
      return found ? BREAK : undefined
    },
    InlineFragment: () => {
      const parent = info.getParentType()
      // Its parent is the fragment's own type by now: the field around it tells where it stands.
      const around = getNamedType(info.getType() ?? undefined)
      if ([parent?.name, around?.name].some((name) => name !== undefined && isBehind(name))) found = true
      return found ? BREAK : undefined
    },
  })
  const isBehind = (name: string): boolean => {
    const type = whole.getType(name)
    if (interfaceObjects.has(name)) return true
    return isObjectType(type) && type.getInterfaces().some((one) => interfaceObjects.has(one.name))
  }
  visit(parse(query, { noLocation: true }), visitor)
  return found
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
