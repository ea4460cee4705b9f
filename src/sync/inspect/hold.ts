import { sql, type Transaction } from 'kysely'
import { ConnectorFailure } from '../../contract/failure.ts'
import type { Tables } from '../../db/tables.ts'
import type { Claim } from '../queue/claim.ts'

/** Why a stream waits for a person; `hub resume` confirms. */
export type HeldReason = 'MASS_DELETE' | 'DRIFT' | 'SOURCE_RESET'

/**
 * The run ends with SOURCE_CHANGED and its stream stands still until a person resumes it. `keep` writes, in the transaction
 * that ends the run, what that person has to decide on.
 */
export class StreamHeld extends ConnectorFailure {
  readonly held: HeldReason
  readonly keep: (trx: Transaction<Tables>) => Promise<void>
  constructor(held: HeldReason, message: string, keep: (trx: Transaction<Tables>) => Promise<void> = async () => {}) {
    super('SOURCE_CHANGED', message)
    this.held = held
    this.keep = keep
  }
}

/** What holds a stream: thrown by the engine itself, or a connector's word that its source was set back. */
export const holdOf = (error: unknown): HeldReason | null => {
  if (error instanceof StreamHeld) return error.held
  return error instanceof ConnectorFailure && error.reason === 'SOURCE_RESET' ? 'SOURCE_RESET' : null
}

/** The stream is held and nothing asks its source for anything; call it in the transaction that ends the run. */
export async function holdStream(trx: Transaction<Tables>, held: Claim, error: unknown, now: string): Promise<void> {
  const reason = holdOf(error)
  if (reason === null) return
  if (error instanceof StreamHeld) await error.keep(trx)
  await sql`
    update stream set held_at = ${now}, held_reason = ${reason}
    where source_id = ${held.source} and id = ${held.stream}
  `.execute(trx)
}

/**
 * A person has confirmed every drift that was shown of a source's streams: a structure that was proposed is the known one. Safe
 * to repeat.
 */
export async function confirmDrift(trx: Transaction<Tables>, source: string): Promise<void> {
  await sql`update drift set confirmed_at = now() where source_id = ${source} and confirmed_at is null`.execute(trx)
  await sql`
    update stream_structure set structure = proposed, proposed = null where source_id = ${source} and proposed is not null
  `.execute(trx)
}
