// What is known of a plan while it is made: its steps, and from where each kind of object of the answer comes.
import type { FieldNode, OperationDefinitionNode, SelectionSetNode } from 'graphql'
import { hubError } from '../../access/error.ts'
import { tooComplex } from '../../access/refusal-text.ts'
import type { Knowledge } from './knowledge.ts'
import type { FlattenNodePathSegment, RequiresSelection } from './plan.ts'
import { newSelection } from './selection.ts'
import type { Selection } from './selection.ts'

/** What a plan asks of one subgraph for the objects of one path; it grows while the plan is made. */
export interface Step {
  readonly graph: string
  /** Null: a request at the root. */
  readonly entity: Entity | null
  readonly selection: Selection
  readonly requires: readonly RequiresSelection[]
  /** The steps whose answers it needs. */
  readonly after: Set<Step>
}

/** Objects that a step asks for by their keys. */
export interface Entity {
  readonly type: string
  /** By this name the subgraph knows them. */
  readonly as: string
  /** The subgraph has the interface alone: what an object really is means nothing to it. */
  readonly asInterface: boolean
  readonly path: readonly FlattenNodePathSegment[]
}

/** Where a subgraph already gives objects: more fields of them can be asked there. */
export interface Source {
  readonly step: Step
  readonly selection: Selection
  readonly graph: string
  /** By this name the subgraph knows the objects. */
  readonly as: string
  /** What the field that leads to them provides. */
  readonly provided: SelectionSetNode | null
}

/** Objects of one type at one path of the answer. */
export interface Objects {
  readonly type: string
  readonly path: readonly FlattenNodePathSegment[]
  readonly sources: Source[]
  /** The field that leads to them; null at the root. */
  readonly from: { readonly objects: Objects; readonly field: FieldNode } | null
  /** Response names asked of an interface: one subgraph's objects of every type must lead to them. */
  readonly ofAll: ReadonlySet<string>
  /** Sources that were given what a field requires, by subgraph and requirement. */
  readonly required: Map<string, Source>
}

/** A plan in the making. */
export interface Draft {
  readonly knowledge: Knowledge
  readonly operation: OperationDefinitionNode
  readonly steps: Step[]
  kinds: number
}

const maxKinds = 5_000

/** Throws OPERATION_TOO_COMPLEX for an operation that leads to too many kinds of objects: types multiply by nested interfaces. */
export function newObjects(draft: Draft, given: Omit<Objects, 'required'>): Objects {
  draft.kinds += 1
  if (draft.kinds > maxKinds) {
    throw hubError('OPERATION_TOO_COMPLEX', tooComplex)
  }
  return { ...given, required: new Map() }
}

/** Begins a request of a subgraph, as a source of what it is asked for. */
export function begin(
  draft: Draft,
  { graph, entity, requires = [] }: Pick<Step, 'graph' | 'entity'> & Partial<Pick<Step, 'requires'>>,
  as: string,
  after: Iterable<Step>,
): Source {
  const step: Step = { graph, entity, selection: newSelection(), requires, after: new Set(after) }
  draft.steps.push(step)
  return { step, selection: step.selection, graph, as, provided: null }
}
