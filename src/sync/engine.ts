// What the sync engine works with: sources, sinks, keyring, log, clock and time limits.
import type { Kysely } from 'kysely'
import type { Connector, Context } from '../contract/connector.ts'
import type { EntityName, EntityRecord } from '../contract/entity.ts'
import type { Keyring } from '../db/encryption/keyring.ts'
import type { Sink } from '../db/sink.ts'
import type { Tables } from '../db/tables.ts'

/** One sink for each entity: an entity without a store does not compile where the sinks are built. */
export type Sinks = { readonly [E in EntityName]: Sink<EntityRecord[E]> }

/** `accept`: records of another structure are taken and shown. `quarantine`: they wait. `stop`: they halt their stream. */
export type DriftPolicy = 'accept' | 'quarantine' | 'stop'

/** A configured source, ready to be read. */
export interface SourceSetup {
  readonly id: string
  readonly title: string
  /** Code of the agency that is responsible for the source: rows that name no agency belong to it. */
  readonly agency: string
  readonly schedule: string
  readonly timezone: string
  /** When a census counts the source: cron, in the same time zone. Absent: only when asked for. */
  readonly census?: string
  /** What happens to records of another structure, for all streams or for each (`*`: the rest). Absent: accept. */
  readonly drift?: DriftPolicy | { readonly [stream: string]: DriftPolicy }
  readonly connector: Connector
  readonly settings: Readonly<Record<string, unknown>>
  /** Values that must not appear in any message. */
  readonly secrets: readonly string[]
  /** A context for one run; all contexts of a source share its transport and so its quota. */
  open(signal: AbortSignal): Context
}

export interface Log {
  info(fields: Record<string, unknown>, message: string): void
  warn(fields: Record<string, unknown>, message: string): void
  error(fields: Record<string, unknown>, message: string): void
}

/** What a worker needs. Everything that varies under test is here: clock, lease, page limit. */
export interface Engine {
  readonly db: Kysely<Tables>
  readonly keyring: Keyring
  readonly sources: ReadonlyMap<string, SourceSetup>
  readonly sinks: Sinks
  readonly log: Log
  now(): Date
  /** How long a lease is valid without a renewal, in milliseconds. */
  readonly leaseMs: number
  /** How long a run waits for its next page before it fails, in milliseconds. */
  readonly pageMs: number
  /** How long old raw pages and changes are kept, in milliseconds. Default 90 days of raw pages, 7 days of changes. */
  readonly retention?: { readonly rawMs: number; readonly changesMs: number }
}
