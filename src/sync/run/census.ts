// Counts a whole list against what is stored.
import { sql, type Transaction } from 'kysely'
import type { StreamKind, StreamManifest } from '../../contract/connector.ts'
import type { Tables } from '../../db/tables.ts'
import type { Claim } from '../queue/claim.ts'
import type { SourceSetup } from '../engine.ts'
import { tooLargeKey } from './outcome.ts'

/** A list that is shorter than what is stored by this share or more removes nothing until a person confirms. */
const shrinkBrake = 0.9
/** Fewer stored records than this are no evidence of a mass removal, unless the list is empty. */
const brakeFloor = 20

/**
 * Whether a stream can be counted: a source that lists only what waits for an answer, or a window of dates, never lists
 * everything.
 */
export const isCountable = (kind: StreamKind): boolean => kind !== 'pending' && kind !== 'date-window'

/** Whether such a stream has a scheduled census: of a snapshot, every run is one already. */
export const isCensusScheduled = (kind: StreamKind): boolean => isCountable(kind) && kind !== 'snapshot'

const streamOf = (source: SourceSetup, claim: Claim): StreamManifest => source.connector.manifest.streams[claim.stream]!

/** Whether a run reads the whole stream, so that the keys it meets are remembered. */
export function isWholeList(source: SourceSetup, claim: Claim): boolean {
  if (claim.kind === 'CENSUS') return true
  return streamOf(source, claim).kind === 'snapshot' && (claim.kind === 'CHANGES' || claim.kind === 'FULL')
}

/** Remembered among the keys of a whole reading that missed something of the source. No record has this key. */
export const gapMark = ''

/** The result of a whole reading. */
export interface Count {
  /** How many keys the source listed. */
  readonly found: number
  /** Stored records that the source did not list; null where that proves nothing: the source forgets, or the reading has gaps. */
  readonly leftOver: number | null
  /** The list is too short to be plausible, and nobody has confirmed it. */
  readonly implausible: boolean
  readonly stored: number
}

/** A record that another run has written since this run was opened proves nothing. */
const leftOver = (claim: Claim) => sql`
  r.source_id = ${claim.source} and r.stream_id = ${claim.stream} and r.removed_at is null and r.run_id <= ${claim.run}
    and not exists (select 1 from run_seen s where s.run_id = ${claim.run} and s.key = r.key)`

export async function countOf(trx: Transaction<Tables>, source: SourceSetup, claim: Claim): Promise<Count> {
  const { rows } = await sql<{ found: number; gaps: boolean; stored: number; confirmed: boolean; absent: number }>`
    select (select count(*) from run_seen where run_id = ${claim.run} and key <> ${gapMark}) as found,
      exists (select 1 from run_seen where run_id = ${claim.run} and key = ${gapMark}) as gaps, s.record_count as stored,
      s.held_reason is not distinct from 'CONFIRMED' as confirmed,
      (select count(*) from record r where ${leftOver(claim)}) as absent
    from stream s where s.source_id = ${claim.source} and s.id = ${claim.stream}
  `.execute(trx)
  const { found, gaps, stored, confirmed, absent } = rows[0]!
  if (gaps || streamOf(source, claim).forgets === true) return { found, stored, leftOver: null, implausible: false }
  const short = found === 0 || (stored >= brakeFloor && found <= stored * (1 - shrinkBrake) + 1e-9)
  return { found, stored, leftOver: absent, implausible: absent > 0 && short && !confirmed }
}

/** Records that are removed at once. */
const batchSize = 5000

/**
 * The keys of the stored records that the whole list lacks, in portions. None where the run has met records with unreadable
 * keys: any of the missing records may be one of them.
 */
export async function* absentKeys(trx: Transaction<Tables>, claim: Claim): AsyncGenerator<readonly string[]> {
  const { rows: nameless } = await sql`
    select 1 from quarantine where source_id = ${claim.source} and stream_id = ${claim.stream} and run_id = ${claim.run}
      and (key is null or starts_with(key, ${tooLargeKey})) and left_at is null limit 1
  `.execute(trx)
  if (nameless.length > 0) return
  for (let after = ''; ;) {
    const { rows } = await sql<{ key: string }>`
      select r.key from record r where ${leftOver(claim)} and r.key > ${after} order by r.key limit ${batchSize}
    `.execute(trx)
    if (rows.length > 0) yield rows.map((row) => row.key)
    if (rows.length < batchSize) return
    after = rows.at(-1)!.key
  }
}
