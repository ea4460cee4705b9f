import { sql, type Transaction } from 'kysely'
import type { Page, SourceRecord } from '../../contract/connector.ts'
import type { Tables } from '../../db/tables.ts'
import type { Claim } from '../queue/claim.ts'
import { driftOf, openDrift } from './drift.ts'
import type { Engine, SourceSetup } from '../engine.ts'
import { loggable } from '../failure.ts'
import { watchOrder } from './order.ts'
import { type Outcome, outcomesOf, outcomesOfTooLarge } from '../run/outcome.ts'
import { openResetGuard, type ResetGuard } from './reset.ts'

/** A page as it is to be committed: what becomes of its records, and what else its transaction writes. */
export interface Judged {
  readonly outcomes: readonly Outcome[]
  readonly guard: ResetGuard
  readonly keep: readonly ((trx: Transaction<Tables>) => Promise<void>)[]
}

/** Looks at each page of a run once, in order. */
export interface PageInspector {
  /** How much of a page to ask for: halved for each time that this page has ended the process. */
  readonly pageShare: number
  /** Throws StreamHeld where the stream's policy stops it, before anything of the page is written. */
  look(page: Page, fromRaw: boolean): Judged
}

const smallestShare = 1 / 64

export async function openPageInspector(engine: Engine, source: SourceSetup, held: Claim): Promise<PageInspector> {
  const { rows } = await sql<{ tries: number; confirmed: boolean }>`
    select r.tries, s.held_reason is not distinct from 'RESET_CONFIRMED' as confirmed
    from run r join stream s on s.source_id = r.source_id and s.id = r.stream_id where r.id = ${held.run}
  `.execute(engine.db)
  const { tries = 0, confirmed = false } = rows[0] ?? {}
  const drift = await openDrift(engine, source, held)
  const manifest = source.connector.manifest.streams[held.stream]!
  const order = watchOrder(manifest.order, manifest.key)
  const guard = openResetGuard(held.source, held.stream, confirmed || held.kind === 'REPLAY')
  const what = { source: held.source, stream: held.stream, run: held.run }
  const bugs = (error: unknown): void =>
    engine.log.error({ err: loggable(error, source.secrets), ...what }, 'the connector threw on one record')
  const outcomes = (records: readonly SourceRecord[]): Outcome[] =>
    outcomesOf(source.connector, source.settings, held.stream, records, engine.keyring, bugs)
  return {
    pageShare: Math.max(smallestShare, 2 ** -Math.max(0, tries - 1)),
    look(page, fromRaw) {
      const { records, tooLarge = [] } = page
      const given = outcomes(records)
      // Raw has been judged once; a replay lets in what waits only where its structure has become known.
      const judges = held.kind !== 'REPLAY' || (!fromRaw && drift.policy === 'quarantine' && drift.known !== null)
      const found = judges
        ? driftOf(drift, held, given, records, engine.now().toISOString())
        : { outcomes: given, keep: null }
      const before = order.broken
      if (page.again === true) order.again()
      if (held.kind !== 'REPLAY') order.look(records)
      const broken = order.broken - before
      if (broken > 0) engine.log.warn({ ...what, broken }, 'the source does not sort as it claims')
      return {
        outcomes: [...found.outcomes, ...outcomesOfTooLarge(tooLarge, records.length)],
        guard,
        keep: [
          ...(found.keep === null ? [] : [found.keep]),
          ...(broken === 0 ? [] : [(trx: Transaction<Tables>) => keepDisorder(trx, held, broken)]),
        ],
      }
    },
  }
}

async function keepDisorder(trx: Transaction<Tables>, held: Claim, broken: number): Promise<void> {
  await sql`update run set disorder = disorder + ${broken} where id = ${held.run}`.execute(trx)
}
