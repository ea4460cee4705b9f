// The record of one observation, whichever format it came in.
import type { Json, RejectCode, SourceRecord } from '#connector'
import { period } from './period.ts'

// The one shape in which observations leave both message formats: what `normalise` reads, and what is kept as received.

export interface Dimension {
  readonly id: string
  /** null in a deletion: every value. */
  readonly value: string | null
  readonly name: string | null
}
export interface Found {
  /** The dataflow that the observation belongs to, by its id alone. */
  readonly flow: string
  readonly flowName: string | null
  /** In the structure's order. */
  readonly dimensions: readonly Dimension[]
  readonly attributes: Readonly<Record<string, string | null>>
  readonly value: Json
  readonly action: Action
  /** Set where the message names no measure: a merge leaves the stored value alone, a deletion takes all of it. */
  readonly withoutValue: boolean
  readonly fault: { readonly code: RejectCode; readonly at: string; readonly found?: string } | null
}
export type Action = 'take' | 'merge' | 'delete' | { readonly unknown: string }

const actions: Readonly<Record<string, Action>> = {
  i: 'take',
  information: 'take',
  a: 'take',
  append: 'take',
  r: 'take',
  replace: 'take',
  m: 'merge',
  merge: 'merge',
  d: 'delete',
  delete: 'delete',
}

/** What is to be done with a data set or row; none named means Information. */
export function actionOf(text: string): Action {
  const folded = text.trim().toLowerCase()
  if (folded === '') return 'take'
  return (Object.hasOwn(actions, folded) ? actions[folded] : undefined) ?? { unknown: text.trim().slice(0, 40) }
}

const segment = (text: string): string =>
  text.replace(/[%|*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)

/** `FLOW|M|IIP|25645|2026-M03`: one segment a dimension in the structure's order, the period last and in the hub's spelling. */
export function keyOf(flow: string, dimensions: readonly Dimension[]): string {
  const time = dimensions.find((dimension) => dimension.id === 'TIME_PERIOD')
  const ordered = [...dimensions.filter((dimension) => dimension !== time), ...(time === undefined ? [] : [time])]
  const segments = ordered.map(({ id, value }) => {
    if (value === null) return '*'
    return segment(id === 'TIME_PERIOD' ? (period(value)?.code ?? value) : value)
  })
  return [segment(flow), ...segments].join('|')
}

/** The record of one observation. It names no action but deletion, so that a re-sent observation is the same record. */
export function recordOf(found: Found): SourceRecord {
  const { flow, flowName, dimensions, attributes, value, action } = found
  const key = keyOf(flow, dimensions)
  const fault = found.fault ?? faultOf(found)
  return {
    key,
    flow,
    ...(flowName === null ? {} : { flowName }),
    dimensions: dimensions.map((d) => ({ id: d.id, value: d.value, ...(d.name === null ? {} : { name: d.name }) })),
    ...(action === 'delete' ? { remove: true } : { value }),
    attributes: Object.fromEntries(Object.entries(attributes).filter(([, text]) => text !== null)),
    ...(fault === null ? {} : { fault: { ...fault } }),
  }
}

function faultOf({ action, withoutValue, attributes }: Found): Found['fault'] {
  if (typeof action === 'object') return { code: 'UNKNOWN_VALUE', at: 'action', found: action.unknown }
  const named = Object.values(attributes).some((text) => text !== null)
  // The hub stores whole observations: a change of attributes alone would wipe out the stored value, or take it away.
  if (action === 'delete' && withoutValue && named) return { code: 'AMBIGUOUS', at: 'value' }
  if (action === 'merge' && withoutValue && !attributes['OBS_STATUS']) return { code: 'AMBIGUOUS', at: 'value' }
  return null
}
