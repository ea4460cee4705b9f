import type { Connector } from '#connector'
import type { Sinks } from '../../../src/sync/engine.ts'
import type { FaultSource } from './source.ts'

/** A source that faults are tried on, running, with its truth at hand. */
export interface Running {
  readonly name: string
  readonly connector: Connector
  readonly settings: Readonly<Record<string, unknown>>
  readonly hosts: readonly string[]
  readonly streams: readonly string[]
  readonly sinks: (secret: Uint8Array) => Sinks
  /** What must be stored of a stream now: canonical text of each record by its key. */
  truth(stream: string): ReadonlyMap<string, string>
  /** Keys that must wait in quarantine, where the source can name them, else how many. */
  dirt(stream: string): readonly string[] | number
  /** The source's clock. */
  now(): Date
  /** The source lives on: rows come, change and go. */
  advance(): Promise<void>
  /** Streams whose records say how well they could be reached: under a fault these say something else, and rightly so. */
  readonly reachability: readonly string[]
  /** The fault source itself, for faults that only it can have. */
  readonly own: FaultSource | null
  close(): Promise<void>
}

export interface Subject {
  readonly name: string
  readonly kind: 'fault source' | 'http' | 'folder'
  open(seed: number): Promise<Running>
}
