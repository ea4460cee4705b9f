// The rows of the sync engine that are sealed under the key of encryption at rest, for its rotation.
import { gunzipSync } from 'node:zlib'
import { sql } from 'kysely'
import type { Keyring } from '../../db/encryption/keyring.ts'
import type { Sealed, SealedRow } from '../../db/encryption/rotate.ts'

const again = (keyring: Keyring, sealed: unknown, context: string): Buffer | null =>
  sealed === null ? null : keyring.seal(keyring.open(sealed as Buffer, context), context)

const rawPages: Sealed = {
  name: 'raw pages',
  table: 'raw_page',
  reads: ['body'],
  writes: { body: 'bytea' },
  sealed: ['body'],
  atOnce: 20,
  renew: (row, keyring) => ({ body: again(keyring, row['body'], 'raw') }),
}

/** The mark by which a rejected record is recognised when it comes again: its key, or its bytes where it has none. */
const markOf = (row: SealedRow, keyring: Keyring): Buffer | null => {
  if (row['key'] !== null) return keyring.hash(`key:${row['key'] as string}`, 'quarantine')
  if (row['body'] === null) return null
  return keyring.hash(`bytes:${gunzipSync(keyring.open(row['body'] as Buffer, 'quarantine')).toString()}`, 'quarantine')
}

const quarantined: Sealed = {
  name: 'quarantine',
  table: 'quarantine',
  reads: ['key', 'mark', 'body', 'patch'],
  writes: { mark: 'bytea', body: 'bytea', patch: 'bytea' },
  sealed: ['body', 'patch'],
  // A classified document has no bytes that say under which encryption key it was marked.
  besides: 't.body is null and t.key is not null and t.left_at is null',
  atOnce: 100,
  renew(row, keyring) {
    const mark = markOf(row, keyring) ?? (row['mark'] as Buffer)
    if (row['body'] === null && mark.equals(row['mark'] as Buffer)) return null
    return {
      mark,
      body: again(keyring, row['body'], 'quarantine'),
      patch: again(keyring, row['patch'], 'quarantine patch'),
    }
  },
  // A record that came again under the new encryption key waits there: the older row is no longer needed.
  async before(trx, rows) {
    const marks = rows.map((row) => ({ id: row.id, mark: (row['mark'] as Buffer).toString('hex') }))
    await sql`
      update quarantine q set left_at = now(), left_because = 'MET_AGAIN'
      from json_to_recordset(${JSON.stringify(marks)}) as r(id bigint, mark text)
      where q.id = r.id and q.left_at is null and exists (select 1 from quarantine o where o.id <> q.id and o.left_at is null
        and o.source_id = q.source_id and o.stream_id = q.stream_id and o.mark = decode(r.mark, 'hex'))`.execute(trx)
  },
}

/** All columns of the engine that are sealed. */
export const sealedBySync: readonly Sealed[] = [rawPages, quarantined]
