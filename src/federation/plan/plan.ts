// What a plan is: which subgraph is asked for what, in which order, as the executor runs it.

/** One part of a plan. */
export type PlanNode = SequenceNode | ParallelNode | FetchNode | FlattenNode | BatchFetchNode

export interface QueryPlan {
  /** Undefined: nothing is asked of any subgraph. */
  readonly node?: PlanNode
}

/** One after another. */
export interface SequenceNode {
  readonly kind: 'Sequence'
  readonly nodes: readonly PlanNode[]
}

/** Side by side. */
export interface ParallelNode {
  readonly kind: 'Parallel'
  readonly nodes: readonly PlanNode[]
}

interface Request {
  /** The subgraph. */
  readonly serviceName: string
  readonly operation: string
  readonly operationKind: 'query' | 'mutation' | 'subscription'
  /** The client's variables that the request needs. */
  readonly variableUsages: readonly string[]
}

/** What is asked of objects that a subgraph finds by a representation. */
interface Representations {
  /** Left out at the root. */
  readonly requires?: readonly RequiresSelection[]
  /** Changes of a representation before it is sent. */
  readonly inputRewrites?: readonly FetchRewrite[]
  /** Changes of an answer before it is joined. */
  readonly outputRewrites?: readonly FetchRewrite[]
}

/** One request: at the root, or, within a `FlattenNode`, for the objects of its path. */
export interface FetchNode extends Request, Representations {
  readonly kind: 'Fetch'
  readonly operationName?: string
}

/** A request for the objects at a path of the answer. */
export interface FlattenNode {
  readonly kind: 'Flatten'
  readonly path: readonly FlattenNodePathSegment[]
  readonly node: FetchNode
}

/** One request for objects at several paths: `_entities` under an alias for each kind of question. */
export interface BatchFetchNode extends Request {
  readonly kind: 'BatchFetch'
  readonly operationName?: string
  readonly entityBatch: { readonly aliases: readonly EntityBatchAlias[] }
}

export interface EntityBatchAlias extends Representations {
  readonly alias: string
  readonly representationsVariableName: string
  readonly paths: readonly (readonly FlattenNodePathSegment[])[]
  readonly requires: readonly RequiresSelection[]
}

/** A step from an object towards others: a field, each item of a list, or only the objects of these types. */
export type FlattenNodePathSegment = { readonly Field: string } | { readonly TypeCondition: readonly string[] } | '@'

/** What a representation reads of an object. */
export type RequiresSelection =
  | {
      readonly kind: 'InlineFragment'
      readonly typeCondition: string
      readonly selections: readonly RequiresSelection[]
    }
  | {
      readonly kind: 'Field'
      /** The name under which the answer has it. */
      readonly name: string
      /** The name that the subgraph knows, where that differs. */
      readonly alias?: string
      readonly selections?: readonly RequiresSelection[]
    }

export type FetchRewrite = { readonly ValueSetter: ValueSetter } | { readonly KeyRenamer: KeyRenamer }

export interface ValueSetter {
  readonly path: readonly FetchNodePathSegment[]
  readonly setValueTo: string
}

export interface KeyRenamer {
  readonly path: readonly FetchNodePathSegment[]
  readonly renameKeyTo: string
}

export type FetchNodePathSegment = { readonly Key: string } | { readonly TypenameEquals: readonly string[] }
