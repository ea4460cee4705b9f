// Masks errors: what a client may read of them.
import { GraphQLError } from 'graphql'
import type { GraphQLFormattedError } from 'graphql'
import { codeExtensions, hubError, hubErrorIn, withDocs } from '../../access/error.ts'
import { tooComplex } from '../../access/refusal-text.ts'
import { loggable } from '../log.ts'
import type { Log } from '../log.ts'

/** Apollo Server's own refusals: their texts are constants or speak of names and types. */
const ofApollo = new Set([
  'BadRequestError',
  'SyntaxError',
  'ValidationError',
  'OperationResolutionError',
  'PersistedQueryNotFoundError',
  'PersistedQueryNotSupportedError',
])

const plainRefusals = new Set(['provided sha does not match query', 'Unsupported persisted query version'])

const internalText = 'Lỗi nội bộ; hãy báo mã yêu cầu này. · Internal error; please report this request id.'

/**
 * The error as a client may see it: errors made on purpose pass, faults of arguments become BAD_USER_INPUT without the
 * value, everything else INTERNAL with the request's id, and goes to the log under it.
 */
export function maskedError(error: unknown, requestId: string, log: Log): GraphQLError {
  const located = error instanceof GraphQLError ? { nodes: error.nodes ?? null, path: error.path ?? null } : {}
  const own = hubErrorIn(error)
  if (own !== null) {
    return own === error ? own : hubError(own.code, own.message, { ...located, extensions: own.extensions })
  }
  if (error instanceof GraphQLError) {
    const fault = faultOfInput(error.message)
    if (fault !== null) return hubError('BAD_USER_INPUT', fault, located)
    if (error.extensions['code'] === 'GRAPHQL_VALIDATION_FAILED' && error.originalError === undefined) return error
  }
  const cause = error instanceof GraphQLError ? (error.originalError ?? error) : error
  log.error({ requestId, ...loggable(cause) }, 'an operation failed')
  return hubError('INTERNAL', internalText, { ...located, extensions: { requestId } })
}

/** graphql-js reports unfit arguments and variables at execution too; its texts quote the value. */
function faultOfInput(message: string): string | null {
  const argument = /^Argument "(\w+)"(?: of (?:required|non-null) type)? /.exec(message)
  if (argument !== null) return `Argument "${argument[1]}" has an invalid value.`
  const variable = /^Variable "\$(\w+)" (?:got invalid|has invalid|of required|of non-null)/.exec(message)
  return variable === null ? null : `Variable "$${variable[1]}" got an invalid value.`
}

/** Apollo Server's `formatError`. */
export function errorFormatter(requestId: () => string, log: Log) {
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    if (hubErrorIn(error) === null && error instanceof GraphQLError) {
      if (ofApollo.has(error.name)) return ofOneKind(formatted)
      if (plainRefusals.has(error.message)) return { message: error.message, extensions: codeExtensions('BAD_REQUEST') }
      const { code } = error.extensions
      if (code === 'GRAPHQL_VALIDATION_FAILED' || code === 'BAD_USER_INPUT') {
        const fault = faultOfInput(error.message)
        return fault === null ? formatted : { ...formatted, message: fault }
      }
    }
    const masked = maskedError(error, requestId(), log).toJSON()
    const { http: _http, ...extensions } = masked.extensions ?? {}
    return { ...masked, extensions }
  }
}

/** A refusal before execution, without what it quotes of the document. */
export function ofOneKind(formatted: GraphQLFormattedError): GraphQLFormattedError {
  if (formatted.extensions?.['code'] !== 'GRAPHQL_PARSE_FAILED') return withDocs(formatted)
  if (/Document contains more tha[nt] \d+ tokens/.test(formatted.message)) {
    return { message: tooComplex, extensions: codeExtensions('OPERATION_TOO_COMPLEX') }
  }
  if (!formatted.message.startsWith('Syntax Error: ')) {
    return { message: 'Syntax Error.', extensions: codeExtensions('GRAPHQL_PARSE_FAILED') }
  }
  const extensions = { ...formatted.extensions, ...codeExtensions('GRAPHQL_PARSE_FAILED') }
  return {
    ...formatted,
    extensions,
    message: formatted.message.replace(/\b(String|BlockString|Int|Float) ".*"/s, '$1'),
  }
}
