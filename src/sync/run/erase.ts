// Erases the bytes of records that must not be kept any more.
import { gunzipSync, gzipSync } from 'node:zlib'
import { sql, type Transaction } from 'kysely'
import type { SourceRecord } from '../../contract/connector.ts'
import type { Keyring } from '../../db/encryption/keyring.ts'
import type { Tables } from '../../db/tables.ts'
import type { Claim } from '../queue/claim.ts'
import { classified, type Plan } from './plan.ts'
import { marksOf } from '../quarantine/quarantine.ts'

/** Raw pages that are opened at once. */
const batchSize = 20

/**
 * After this no bytes are left of records that must not be kept any more (a document that was classified after it was
 * taken): they are erased from every raw page of their stream and from every quarantine row, also from rows that have left;
 * the rest of those pages stays. Runs once for a record, and reads every raw page of the stream.
 */
export async function eraseBytes(
  trx: Transaction<Tables>,
  keyring: Keyring,
  claim: Claim,
  keyName: string,
  { erase: { keys, stored } }: Pick<Plan, 'erase'>,
): Promise<void> {
  if (keys.length === 0) return
  const waited = await sql`
    update quarantine set body = null, patch = null
    where source_id = ${claim.source} and stream_id = ${claim.stream} and (body is not null or patch is not null)
      and mark in (select decode(m, 'hex') from unnest(${marksOf(keyring, keys)}::text[]) m)
  `.execute(trx)
  if (stored.length === 0 && (waited.numAffectedRows ?? 0n) === 0n) return
  await sql`
    update record set removed_because = ${classified}
    where source_id = ${claim.source} and stream_id = ${claim.stream} and key = any(${[...stored]}::text[])
      and removed_at is not null
  `.execute(trx)
  const gone = new Set<unknown>(keys)
  for (let after = 0; ;) {
    const { rows } = await sql<{ id: number; body: Buffer }>`
      select id, body from raw_page where source_id = ${claim.source} and stream_id = ${claim.stream} and id > ${after}
      order by id limit ${batchSize}
    `.execute(trx)
    for (const { id, body } of rows) {
      after = id
      const records = JSON.parse(gunzipSync(keyring.open(body, 'raw')).toString()) as (SourceRecord | null)[]
      const kept = records.map((record) => (record !== null && gone.has(keyIn(record, keyName)) ? null : record))
      if (kept.every((record, index) => record === records[index])) continue
      const sealed = keyring.seal(gzipSync(JSON.stringify(kept)), 'raw')
      await sql`update raw_page set body = ${sealed} where id = ${id}`.execute(trx)
    }
    if (rows.length < batchSize) return
  }
}

const keyIn = (record: SourceRecord, keyName: string): unknown =>
  Object.hasOwn(record, keyName) ? record[keyName] : undefined
