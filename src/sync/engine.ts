import type { Kysely } from 'kysely'
import type { Connector, Context } from '../contract/connector.ts'
import type { EntityName, EntityRecord } from '../contract/entity.ts'
import type { Box } from '../db/box.ts'
import type { Sink } from '../db/sink.ts'
import type { Tables } from '../db/tables.ts'

/** One upsert an entity: an entity without a store does not compile where the sinks are filled. */
export type Sinks = { readonly [E in EntityName]: Sink<EntityRecord[E]> }

/** A configured source, ready to be read. */
export interface SourceSetup {
  readonly id: string
  readonly title: string
  /** Code of the agency that answers for the source: its rows without an agency of their own are that agency's. */
  readonly agency: string
  readonly schedule: string
  readonly timezone: string
  readonly connector: Connector
  readonly settings: Readonly<Record<string, unknown>>
  /** Values that may stand in no message. */
  readonly secrets: readonly string[]
  /** A context for one run; all contexts of a source share its transport and so its quota. */
  open(signal: AbortSignal): Context
}

export interface Log {
  info(fields: Record<string, unknown>, message: string): void
  warn(fields: Record<string, unknown>, message: string): void
  error(fields: Record<string, unknown>, message: string): void
}

/** What a worker needs. Everything that varies under test is here: clock, lease, patience. */
export interface Engine {
  readonly db: Kysely<Tables>
  readonly box: Box
  readonly sources: ReadonlyMap<string, SourceSetup>
  readonly sinks: Sinks
  readonly log: Log
  now(): Date
  /** How long a lease holds without a sign of life, in milliseconds. */
  readonly leaseMs: number
  /** How long a run waits for its next page before it fails, in milliseconds. */
  readonly pageMs: number
}
