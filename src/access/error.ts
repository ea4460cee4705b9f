// The errors that the hub makes on purpose.
import { GraphQLError } from 'graphql'
import type { GraphQLErrorOptions, GraphQLFormattedError } from 'graphql'
import { type ErrorCode, errorCatalogue, errorEntry } from './error-catalogue.ts'

/** The codes of errors that the hub makes on purpose; everything else leaves as INTERNAL, masked. */
export type HubErrorCode = Exclude<ErrorCode, 'GRAPHQL_PARSE_FAILED' | 'OPERATION_RESOLUTION_FAILURE'>

/** Where the gateway explains the codes; each has an anchor of its name there. */
export const errorsPath = '/docs/errors'

/**
 * What `extensions` of an error of the hub say: its code, and where it is explained.
 *
 * @example
 * codeExtensions('RATE_LIMITED') // { code: 'RATE_LIMITED', docs: '/docs/errors#RATE_LIMITED' }
 */
export const codeExtensions = <C extends ErrorCode>(code: C): { readonly code: C; readonly docs: string } => ({
  code,
  docs: `${errorsPath}#${code}`,
})

/** The error of a library with a link to its code, where that is one of ours; else as it is. */
export function withDocs(error: GraphQLFormattedError): GraphQLFormattedError {
  const code = error.extensions?.['code']
  if (typeof code !== 'string' || !Object.hasOwn(errorCatalogue, code)) return error
  return { ...error, extensions: { ...error.extensions, ...codeExtensions(code as ErrorCode) } }
}

/** An error made on purpose: its message and code reach the client as they are, so neither contains a value of the request. */
export class HubError extends GraphQLError {
  readonly code: HubErrorCode

  constructor(code: HubErrorCode, message: string, options: GraphQLErrorOptions = {}) {
    super(message, { ...options, extensions: { ...options.extensions, ...codeExtensions(code) } })
    this.name = 'HubError'
    this.code = code
  }
}

/**
 * An error whose message the client may read. Give `path` where it concerns one field; `originalError` is only logged.
 *
 * @example
 * throw hubError('BAD_USER_INPUT', 'Cần nêu lý do. · A reason is needed.')
 */
export function hubError(code: HubErrorCode, message: string, options: GraphQLErrorOptions = {}): HubError {
  return new HubError(code, message, options)
}

/** HTTP status for an answer without data that fails with this code. */
export const statusOfCode = (code: HubErrorCode): number => errorEntry(code).status ?? 200

/**
 * This error where it was made on purpose, or the one that a resolver threw and graphql-js wrapped; else null.
 *
 * @example
 * if (hubErrorIn(error)?.code === 'SUBGRAPH_UNAVAILABLE') return askAgain()
 */
export function hubErrorIn(error: unknown): HubError | null {
  let current: unknown = error
  for (let depth = 0; depth < 8 && current instanceof Error; depth += 1) {
    if (current instanceof HubError) return current
    current = current instanceof GraphQLError ? current.originalError : undefined
  }
  return null
}

export type DenialCode = 'UNAUTHORIZED_FIELD_OR_TYPE' | 'PURPOSE_REQUIRED'

const denialText: Readonly<Record<DenialCode, string>> = {
  UNAUTHORIZED_FIELD_OR_TYPE: 'Không có quyền đọc trường này. · Not authorised to read this field.',
  PURPOSE_REQUIRED:
    'Cần nêu mục đích được phép trong tiêu đề x-hub-purpose. · An allowed purpose is required in the header x-hub-purpose.',
}

/**
 * The error beside the null of a denied selection. graphql-js adds the path where a resolver throws it; elsewhere give `path`,
 * with list indexes.
 *
 * @example
 * deniedError('PURPOSE_REQUIRED', ['dossiers', 'nodes', 0, 'applicant'])
 */
export function deniedError(code: DenialCode, path?: readonly (string | number)[]): HubError {
  return new HubError(code, denialText[code], path === undefined ? {} : { path })
}

/** The one message of every refused token: it does not say what was wrong with it. */
export const unauthenticated = (): HubError =>
  new HubError('UNAUTHENTICATED', 'Cần mã truy cập hợp lệ. · A valid access token is required.')
