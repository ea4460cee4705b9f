// Stores the agencies of an authoritative list.
import { sql } from 'kysely'
import type { AgencyRecord } from '../../contract/entity.ts'
import type { Sink } from '../../db/sink.ts'
import { learn } from './resolve.ts'
import { lockAgencies, settleAgencies } from './settle.ts'

/** Each list's word on an agency is kept; name, parent and path follow from all of them. */
export const agencySink: Sink<AgencyRecord> = {
  async upsert(trx, changes) {
    await lockAgencies(trx)
    for (const { source, stream, key, record } of changes) {
      const mention = { code: record.code, name: record.name, externalId: record.externalId }
      await learn(trx, source, [mention])
      for (const code of record.otherCodes) {
        await sql`
          insert into agency_code (code, agency_id) select ${code}, agency_id from agency_code where code = ${record.code}
          on conflict do nothing
        `.execute(trx)
        await sql`
          select agency_merge(least(a.agency_id, b.agency_id), greatest(a.agency_id, b.agency_id))
          from agency_code a, agency_code b
          where a.code = ${record.code} and b.code = ${code} and a.agency_id <> b.agency_id
        `.execute(trx)
      }
      await sql`
        insert into agency_part (source_id, stream_id, key, agency_id, code, name, parent_code)
        select ${source}, ${stream}, ${key}, agency_id, ${record.code}, ${record.name}, ${record.parentCode}
        from agency_code where code = ${record.code}
        on conflict (source_id, stream_id, key) do update set agency_id = excluded.agency_id, code = excluded.code,
          name = excluded.name, parent_code = excluded.parent_code
      `.execute(trx)
    }
    await settleAgencies(trx)
  },

  // An agency stays when its last list forgets it and rows still name it.
  async remove(trx, removals) {
    await lockAgencies(trx)
    const { rows } = await sql<{ agency_id: number }>`
      delete from agency_part p using json_to_recordset(${JSON.stringify(removals)}) as g(source text, stream text, key text)
      where p.source_id = g.source and p.stream_id = g.stream and p.key = g.key returning p.agency_id
    `.execute(trx)
    await settleAgencies(trx)
    await sql`select agency_forget(${[...new Set(rows.map((row) => row.agency_id))]}::bigint[])`.execute(trx)
    await settleAgencies(trx)
  },
}
