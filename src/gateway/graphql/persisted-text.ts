// Finds the text of an operation that a request names by its hash.
import type { Caller } from '../../access/caller.ts'
import { hubError } from '../../access/error.ts'
import { isObject } from '../../transport/json-object.ts'
import { sha256Of } from './persisted.ts'
import type { PersistedQueries } from './persisted.ts'
import type { TrustedDocuments } from './trusted-documents.ts'

/** What of a request says which operation is meant. */
export interface OperationNaming {
  readonly query?: unknown
  /** `sha256:` and the hash, or the hash alone. */
  readonly documentId?: unknown
  readonly extensions?: unknown
}

export interface OperationTexts {
  readonly persisted: PersistedQueries
  readonly trusted: TrustedDocuments | null
}

/**
 * The text of the operation that a request names, by itself or by its hash; undefined when it names none, which GraphQL
 * refuses by itself. Throws PERSISTED_QUERY_NOT_FOUND for a hash that this client has not sent before, BAD_REQUEST for an
 * ill-formed one, and, where only registered operations run, OPERATION_NOT_TRUSTED for every other in the same words.
 */
export function operationText(
  { persisted, trusted }: OperationTexts,
  asked: OperationNaming,
  client: string,
  caller: Caller,
): string | undefined {
  const query = typeof asked.query === 'string' && asked.query !== '' ? asked.query : undefined
  const given = hashIn(asked)
  if (query !== undefined && given !== null && sha256Of(query) !== given) throw refused(mismatch)
  if (trusted?.mode === 'only') {
    const sha256 = given ?? (query === undefined ? null : sha256Of(query))
    const found = sha256 === null ? null : trusted.find(caller.client, sha256)
    if (found === null) throw hubError('OPERATION_NOT_TRUSTED', notTrusted)
    return found
  }
  if (given === null) return query
  if (query !== undefined) {
    if (isObject(asked.extensions) && asked.extensions['persistedQuery'] !== undefined) {
      persisted.keep(client, given, query)
    }
    return query
  }
  const found = trusted?.find(caller.client, given) ?? persisted.find(client, given)
  if (found === null) throw hubError('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound')
  return found
}

/** Whether the request names its operation otherwise than by its text. */
export const namesByHash = ({ documentId, extensions }: OperationNaming): boolean =>
  (documentId !== undefined && documentId !== null) ||
  (isObject(extensions) && extensions['persistedQuery'] !== undefined)

const mismatch = 'provided sha does not match query'
const notTrusted =
  'Chỉ chạy thao tác đã đăng ký cho ứng dụng. · Only operations registered for the application run here.'
const refused = (message: string): Error => hubError('BAD_REQUEST', message)

function hashIn({ documentId, extensions }: OperationNaming): string | null {
  const persisted = isObject(extensions) ? extensions['persistedQuery'] : undefined
  let fromExtension: string | null = null
  if (persisted !== undefined && persisted !== null) {
    if (!isObject(persisted) || persisted['version'] !== 1) throw refused('Unsupported persisted query version')
    fromExtension = hashOf(persisted['sha256Hash'])
  }
  if (documentId === undefined || documentId === null) return fromExtension
  const fromId = hashOf(typeof documentId === 'string' ? documentId.replace(/^sha256:/, '') : documentId)
  if (fromExtension !== null && fromExtension !== fromId) throw refused(mismatch)
  return fromId
}

function hashOf(value: unknown): string {
  if (typeof value === 'string' && /^[0-9a-f]{64}$/i.test(value)) return value.toLowerCase()
  throw refused('Mã băm SHA-256 không đúng dạng. · The SHA-256 hash is not well-formed.')
}
