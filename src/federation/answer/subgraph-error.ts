// The errors of subgraphs: as reported, as they are put into the tree.
import { GraphQLError } from 'graphql'
import type { HubErrorCode } from '../../access/error.ts'
import { HubError, hubError, hubErrorIn } from '../../access/error.ts'

export type Path = readonly (string | number)[]

/** A fault of a subgraph: an error is in the tree wherever it took a value away, and each of them reports it. */
export interface SubgraphError {
  readonly code: HubErrorCode
  readonly message: string
  /** Where it is reported when none of the positions that it took is in the answer. */
  readonly path: Path | null
}

const causes = new WeakMap<GraphQLError, SubgraphError>()

/** An error instead of a value: graphql-js throws it when it comes to it, with this path. */
export function errorAt(subgraphError: SubgraphError, path: Path): HubError {
  const error = hubError(subgraphError.code, subgraphError.message, { path })
  causes.set(error, subgraphError)
  return error
}

export const subgraphErrorOf = (error: GraphQLError): SubgraphError | null => causes.get(error) ?? null

export const isErrorAt = (value: unknown): value is HubError => value instanceof GraphQLError

const reported = 'Hệ thống của cơ quan khác báo lỗi. · A system of another agency reported an error.'
const unavailable = 'Hệ thống của cơ quan khác chưa trả lời được. · A system of another agency does not answer.'

/** What may pass of another's error: its code, where it looks like one. */
export function reportedSubgraphError(error: unknown, path: Path | null): SubgraphError {
  const own = hubErrorIn(error)
  if (own !== null) return { code: own.code, message: own.message, path }
  const code = (error as { extensions?: { code?: unknown } } | null)?.extensions?.code
  const known = typeof code === 'string' && /^[A-Z][A-Z0-9_]{0,63}$/.test(code)
  // Any code of another agency may pass: the type lists those of this hub.
  return { code: known ? (code as HubErrorCode) : 'INTERNAL', message: reported, path }
}

/** A subgraph that gave no answer: nothing of its request is in the tree. */
export const unavailableSubgraph = (path: Path | null): SubgraphError => ({
  code: 'SUBGRAPH_UNAVAILABLE',
  message: unavailable,
  path,
})

/** The error with which a remote that cannot be asked answers; its receiver marks all that was asked of it. */
export const unavailableError = (): HubError => hubError('SUBGRAPH_UNAVAILABLE', unavailable)

export function isUnavailable(error: unknown): boolean {
  return hubErrorIn(error)?.code === 'SUBGRAPH_UNAVAILABLE'
}
