// The page inspector: judges each page of a run before it is committed.
import { sql, type Transaction } from 'kysely'
import type { Page, SourceRecord } from '../../contract/connector.ts'
import type { Tables } from '../../db/tables.ts'
import type { Claim } from '../queue/claim.ts'
import { driftOf, openDrift } from './drift.ts'
import type { Engine, SourceSetup } from '../engine.ts'
import { loggable } from '../failure.ts'
import { openOrderCheck } from './order.ts'
import { type Outcome, outcomesOf, outcomesOfTooLarge } from '../run/outcome.ts'
import { openResetGuard, type ResetGuard } from './reset.ts'

/** A page as it is committed: the outcomes of its records, and what else its transaction writes. */
export interface Judged {
  readonly outcomes: readonly Outcome[]
  readonly guard: ResetGuard
  readonly keep: readonly ((trx: Transaction<Tables>) => Promise<void>)[]
}

/** Inspects each page of a run once, in order. */
export interface PageInspector {
  /** The share of a page to ask for: halved for each time that this page has ended the process. */
  readonly pageShare: number
  /** Throws StreamHalted where the stream's policy halts it, before anything of the page is written. */
  look(page: Page, fromRaw: boolean): Judged
}

const smallestShare = 1 / 64

export async function openPageInspector(engine: Engine, source: SourceSetup, claim: Claim): Promise<PageInspector> {
  const { rows } = await sql<{ tries: number; confirmed: boolean }>`
    select r.tries, s.held_reason is not distinct from 'RESET_CONFIRMED' as confirmed
    from run r join stream s on s.source_id = r.source_id and s.id = r.stream_id where r.id = ${claim.run}
  `.execute(engine.db)
  const { tries = 0, confirmed = false } = rows[0] ?? {}
  const drift = await openDrift(engine, source, claim)
  const manifest = source.connector.manifest.streams[claim.stream]!
  const order = openOrderCheck(manifest.order, manifest.key)
  const guard = openResetGuard(claim.source, claim.stream, confirmed || claim.kind === 'REPLAY')
  const what = { source: claim.source, stream: claim.stream, run: claim.run }
  const bugs = (error: unknown): void =>
    engine.log.error({ err: loggable(error, source.secrets), ...what }, 'the connector threw on one record')
  const outcomes = (records: readonly SourceRecord[]): Outcome[] =>
    outcomesOf(source.connector, source.settings, claim.stream, records, engine.keyring, bugs)
  return {
    pageShare: Math.max(smallestShare, 2 ** -Math.max(0, tries - 1)),
    look(page, fromRaw) {
      const { records, tooLarge = [] } = page
      const given = outcomes(records)
      // Raw was judged when it was read; a replay takes waiting records only where their structure has become known.
      const judges = claim.kind !== 'REPLAY' || (!fromRaw && drift.policy === 'quarantine' && drift.known !== null)
      const found = judges
        ? driftOf(drift, claim, given, records, engine.now().toISOString())
        : { outcomes: given, keep: null }
      const before = order.broken
      if (page.again === true) order.again()
      if (claim.kind !== 'REPLAY') order.look(records)
      const broken = order.broken - before
      if (broken > 0) engine.log.warn({ ...what, broken }, 'the source does not sort as it claims')
      return {
        outcomes: [...found.outcomes, ...outcomesOfTooLarge(tooLarge, records.length)],
        guard,
        keep: [
          ...(found.keep === null ? [] : [found.keep]),
          ...(broken === 0 ? [] : [(trx: Transaction<Tables>) => keepDisorder(trx, claim, broken)]),
        ],
      }
    },
  }
}

async function keepDisorder(trx: Transaction<Tables>, claim: Claim, broken: number): Promise<void> {
  await sql`update run set disorder = disorder + ${broken} where id = ${claim.run}`.execute(trx)
}
