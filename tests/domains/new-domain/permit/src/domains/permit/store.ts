// How permits are stored.
import { sql } from 'kysely'
import type { Keyring } from '../../db/encryption/keyring.ts'
import type { Sealed } from '../../db/encryption/rotate.ts'
import { removeRows } from '../../db/remove-rows.ts'
import type { Sink } from '../../db/sink.ts'
import { foldText } from '../../graph/sql/words.ts'
import { resolveAgencies } from '../agency/index.ts'
import { openHolder, type PermitRecord, sealHolder, tokensOfHolder } from './record.ts'

export const openPermitSink = (keyring: Keyring): Sink<PermitRecord> => ({
  async upsert(trx, changes) {
    const first = changes[0]
    if (first === undefined) return
    const agencies = await resolveAgencies(
      trx,
      first.source,
      changes.map(({ record }) => record.agency),
    )
    const rows = changes.map(({ key, record, run, firstSeenAt, changedAt }) => ({
      key,
      code: record.code,
      kind: record.kind,
      subject: record.subject,
      agency_id: record.agency === null ? null : agencies.get(record.agency.code)!.id,
      agency_path: record.agency === null ? null : agencies.get(record.agency.code)!.path,
      holder: record.holder === null ? null : sealHolder(keyring, record.holder).toString('hex'),
      personal_tokens: tokensOfHolder(keyring, record.holder),
      issued_at: record.issuedAt,
      search: foldText(`${record.code} ${record.subject ?? ''}`),
      first_seen_at: firstSeenAt,
      changed_at: changedAt,
      run_id: run,
    }))
    await sql`
      insert into permit (source_id, stream_id, key, code, kind, subject, agency_id, agency_path, holder, personal_tokens,
        issued_at, search, first_seen_at, changed_at, run_id)
      select ${first.source}, ${first.stream}, r.key, r.code, r.kind, r.subject, r.agency_id,
        coalesce(r.agency_path, s.agency_path), decode(r.holder, 'hex'), r.personal_tokens, r.issued_at, r.search,
        r.first_seen_at, r.changed_at, r.run_id
      from json_to_recordset(${JSON.stringify(rows)}) as r(key text, code text, kind text, subject text, agency_id bigint,
        agency_path text, holder text, personal_tokens bigint[], issued_at timestamptz, search text,
        first_seen_at timestamptz, changed_at timestamptz, run_id bigint)
      join source s on s.id = ${first.source}
      on conflict (source_id, stream_id, key) do update set code = excluded.code, kind = excluded.kind,
        subject = excluded.subject, agency_id = excluded.agency_id, agency_path = excluded.agency_path,
        holder = excluded.holder, personal_tokens = excluded.personal_tokens, issued_at = excluded.issued_at,
        search = excluded.search, changed_at = excluded.changed_at, run_id = excluded.run_id
    `.execute(trx)
  },
  remove: (trx, removals) => removeRows(trx, 'permit', removals),
})

/** Holders, and the hashes by which they are found, under the key of encryption at rest. */
export const sealedHolders: Sealed = {
  name: 'permit holders',
  table: 'permit',
  reads: ['holder'],
  writes: { holder: 'bytea', personal_tokens: 'bigint[]' },
  sealed: ['holder'],
  atOnce: 500,
  renew(row, keyring) {
    const holder = openHolder(keyring, row['holder'] as Buffer)
    return { holder: sealHolder(keyring, holder), personal_tokens: tokensOfHolder(keyring, holder) }
  },
}
