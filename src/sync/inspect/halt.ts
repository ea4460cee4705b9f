// Streams that are halted until a person decides, and the confirmation of that person.
import { sql, type Transaction } from 'kysely'
import { ConnectorFailure } from '../../contract/failure.ts'
import type { Tables } from '../../db/tables.ts'
import type { Claim } from '../queue/claim.ts'

/** Why a stream is halted until a person confirms (`hub resume`). */
export type HaltReason = 'MASS_DELETE' | 'DRIFT' | 'SOURCE_RESET'

/**
 * The run ends with SOURCE_CHANGED and its stream is halted until a person resumes it. `keep` writes what that person has to
 * decide on, in the transaction that ends the run.
 */
export class StreamHalted extends ConnectorFailure {
  readonly haltReason: HaltReason
  readonly keep: (trx: Transaction<Tables>) => Promise<void>
  constructor(
    haltReason: HaltReason,
    message: string,
    keep: (trx: Transaction<Tables>) => Promise<void> = async () => {},
  ) {
    super('SOURCE_CHANGED', message)
    this.haltReason = haltReason
    this.keep = keep
  }
}

/** Why an error halts a stream: thrown by the engine, or a connector's report that its source was reset. Null: it does not. */
export const haltReasonOf = (error: unknown): HaltReason | null => {
  if (error instanceof StreamHalted) return error.haltReason
  return error instanceof ConnectorFailure && error.reason === 'SOURCE_RESET' ? 'SOURCE_RESET' : null
}

/** Halts the stream where the error says so: no run asks its source. Called in the transaction that ends the run. */
export async function haltStream(trx: Transaction<Tables>, claim: Claim, error: unknown, now: string): Promise<void> {
  const reason = haltReasonOf(error)
  if (reason === null) return
  if (error instanceof StreamHalted) await error.keep(trx)
  await sql`
    update stream set held_at = ${now}, held_reason = ${reason}
    where source_id = ${claim.source} and id = ${claim.stream}
  `.execute(trx)
}

/** A person confirms all drift that was shown of a source's streams: a proposed structure becomes the known one. Safe to repeat. */
export async function confirmDrift(trx: Transaction<Tables>, source: string): Promise<void> {
  await sql`update drift set confirmed_at = now() where source_id = ${source} and confirmed_at is null`.execute(trx)
  await sql`
    update stream_structure set structure = proposed, proposed = null where source_id = ${source} and proposed is not null
  `.execute(trx)
}
