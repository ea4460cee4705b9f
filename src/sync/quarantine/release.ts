// Tries waiting records again, and saves corrections of them.
import { sql } from 'kysely'
import type { Claim } from '../queue/claim.ts'
import { applyOutcomes } from '../run/commit.ts'
import { acceptStructure } from '../inspect/keep-drift.ts'
import type { Engine } from '../engine.ts'
import { outcomesOf } from '../run/outcome.ts'
import { correctedRecord } from './quarantine.ts'

/**
 * Tries waiting records again, each with its correction where it has one; answers how many were taken and so left the
 * quarantine. Records that are rejected again stay, with one more try. Safe to repeat; ids that do not wait are skipped.
 */
export async function releaseQuarantined(engine: Engine, ids: readonly number[]): Promise<number> {
  let left = 0
  for (const id of ids) {
    const row = await engine.db
      .selectFrom('quarantine')
      .selectAll()
      .where('id', '=', id)
      .where('left_at', 'is', null)
      .executeTakeFirst()
    const source = row === undefined ? undefined : engine.sources.get(row.source_id)
    if (row === undefined || row.body === null || source === undefined) continue
    const record = correctedRecord(engine.keyring, row.body, row.patch)
    const page = { records: [record], next: '', waits: [id] }
    const outcomes = outcomesOf(source.connector, source.settings, row.stream_id, page.records, engine.keyring)
    const now = engine.now().toISOString()
    left += await engine.db.transaction().execute(async (trx) => {
      // The stream's row is locked, so that a run of the stream commits before or after this, not in between.
      await sql`select 1 from stream where source_id = ${row.source_id} and id = ${row.stream_id} for update`.execute(
        trx,
      )
      const waiting = await sql`select 1 from quarantine where id = ${id} and left_at is null for update`.execute(trx)
      if (waiting.rows.length === 0) return 0
      if (outcomes[0]?.do === 'quarantine') {
        await sql`update quarantine set tries = tries + 1 where id = ${id}`.execute(trx)
        return 0
      }
      const run = await trx
        .insertInto('run')
        .values({
          source_id: row.source_id,
          stream_id: row.stream_id,
          kind: 'RELEASE',
          range: JSON.stringify({ quarantined: id }),
          state: 'SUCCEEDED',
          started_at: now,
          finished_at: now,
        })
        .returning('id')
        .executeTakeFirstOrThrow()
      const claim: Claim = {
        source: row.source_id,
        stream: row.stream_id,
        owner: '',
        epoch: 0,
        run: run.id,
        kind: 'REPLAY',
        range: { all: true },
        position: null,
        pages: 0,
        startedAt: now,
      }
      // Counts the one page of the run that was just opened.
      const { rejected } = await applyOutcomes(trx, engine, source, claim, page, outcomes)
      if (rejected > 0) {
        await sql`update run set state = 'SUCCEEDED_WITH_REJECTS' where id = ${run.id}`.execute(trx)
        return 0
      }
      if (row.reason === 'DRIFT') {
        await acceptStructure(trx, claim, record, source.connector.manifest.streams[row.stream_id]?.maps ?? [])
      }
      await sql`
        update quarantine set left_at = ${now}, left_because = ${row.patch === null ? 'RELEASED' : 'CORRECTED'} where id = ${id}
      `.execute(trx)
      return 1
    })
  }
  return left
}

/** Saves a correction beside the original bytes, with its reason; a release tries the record again with it. */
export async function correctQuarantined(engine: Engine, id: number, patch: object, reason: string): Promise<void> {
  await engine.db
    .updateTable('quarantine')
    .set({ patch: engine.keyring.seal(JSON.stringify(patch), 'quarantine patch'), patch_reason: reason })
    .where('id', '=', id)
    .where('left_at', 'is', null)
    .execute()
}
