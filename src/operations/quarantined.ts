// Records in quarantine, and who may read their original bytes.
import { isPurposeAllowed } from '../access/caller.ts'
import { deniedError } from '../access/error.ts'
import type { GraphContext } from '../graph/execute/context.ts'
import { column, globalId, numbered, type RowSql, type TypeMapping } from '../graph/schema/type-mapping.ts'
import { ownSource } from './own-source.ts'
import { byId } from './runs.ts'

export interface QuarantineAccess {
  /** The original bytes of a rejected record as JSON text, its correction applied; null where none were kept. */
  readonly openRecord: (body: Buffer) => string
  /** The scope that reading the bytes takes, by type of record; a type that is not in it is closed. */
  readonly rejectedBytes: ReadonlyMap<string, string>
  readonly purposes: ReadonlySet<string> | null
  readonly log: (
    reads: readonly { readonly subject: string; readonly field: string }[],
    context: GraphContext,
  ) => Promise<readonly undefined[]>
  readonly reasonText: (reason: string, found: string | null, expected: string | null) => string
}

export function quarantineMapping({
  openRecord,
  rejectedBytes,
  purposes,
  log,
  reasonText,
}: QuarantineAccess): TypeMapping {
  const mayRead = mayReadBytes(rejectedBytes)
  return {
    type: 'QuarantinedRecord',
    table: 'quarantine',
    rows: ownSource,
    id: numbered,
    fields: {
      id: globalId('QuarantinedRecord', (row) => `${row}.id`),
      source: column('source_id'),
      stream: column('stream_id'),
      key: column('key'),
      reason: {
        kind: 'computed',
        from: {
          reason: (row) => `${row}.reason`,
          found: (row) => `${row}.found`,
          expected: (row) => `${row}.expected`,
        },
        resolve: (row) =>
          reasonText(row['_reason'] as string, row['_found'] as string | null, row['_expected'] as string | null),
      },
      path: column('path'),
      seenAt: column('seen_at'),
      tries: column('tries'),
      raw: {
        kind: 'computed',
        from: {
          // The bytes are not even fetched for a caller who may not read them.
          body: (row, scope) => `case when ${mayRead(row, scope)} then encode(${row}.body, 'base64') end`,
          may: mayRead,
          subject: (row) => `'QuarantinedRecord:' || ${row}.id`,
        },
        async resolve(row, _args, context) {
          if (row['_may'] !== true) throw deniedError('UNAUTHORIZED_FIELD_OR_TYPE')
          if (!isPurposeAllowed(context.caller, purposes)) throw deniedError('PURPOSE_REQUIRED')
          const body = row['_body'] as string | null
          if (body === null) return null
          await context.load(log, { subject: row['_subject'] as string, field: 'QuarantinedRecord.raw' })
          return openRecord(Buffer.from(body, 'base64'))
        },
      },
    },
    defaultOrder: byId,
  }
}

/** Closed for records of a type that nobody has declared. */
const mayReadBytes =
  (rejectedBytes: ReadonlyMap<string, string>): RowSql =>
  (row, { caller, statement }) => {
    const readable = [...rejectedBytes].flatMap(([entity, scope]) =>
      scope === 'open' || (caller.scopes as ReadonlySet<string>).has(scope) ? [entity] : [],
    )
    return `exists (select 1 from stream e where e.source_id = ${row}.source_id and e.id = ${row}.stream_id
      and e.entity = any(${statement.value(readable, 'text[]')}))`
  }
