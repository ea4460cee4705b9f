// The contract of emulators, and the town that they share.
import type { EntityName, EntityRecord } from './entity.ts'

/** The facts that all emulators of one demonstration share, so that they show one town. Nothing in it is a real person. */
export interface Town {
  readonly seed: number
  /** The town's history begins here: three years before its present. Midnight in Vietnam. */
  readonly beginsAt: Date
  /** What the registries had when the town was made; from here on it lives with the clock. */
  readonly foundedAt: Date
  readonly agencies: readonly TownAgency[]
  readonly units: readonly TownUnit[]
  readonly procedures: readonly TownProcedure[]
}
export interface TownAgency {
  readonly code: string // H53.21.3
  readonly oldCode: string | null // 000.03.21.H53
  readonly name: string
  readonly parent: string | null
  readonly unit: string | null // code of its present commune
  /** Takes in dossiers. */
  readonly oneStop: boolean
}
export interface TownUnit {
  readonly code: string
  readonly name: string
  readonly kind: 'PROVINCE' | 'CITY' | 'DISTRICT' | 'TOWN' | 'WARD' | 'COMMUNE' | 'TOWNSHIP' | 'SPECIAL_ZONE'
  readonly parent: string | null
  readonly validFrom: string | null
  readonly validTo: string | null // exclusive
}
export interface TownProcedure {
  readonly code: string
  readonly name: string
  readonly field: string
  readonly agency: string
  readonly audiences: readonly ('CITIZEN' | 'BUSINESS')[]
  /** Processing time in working days. */
  readonly days: number
}

export interface EmulatorOptions {
  readonly town: Town
  /** How much of the source's main thing there is when the town was made (dossiers, documents, observations, cameras). */
  readonly size: number
  /** The emulator's clock; what it serves is a pure function of town, size and this. */
  now(): Date
  /** 0 or absent: any free port of 127.0.0.1. */
  readonly port?: number
  /** A folder of the emulator's own, for sources that are folders. */
  readonly folder?: string
}

/** One record as the source means it, without the wire format: what the hub must store once it has read it. */
export type Truth = {
  readonly [E in EntityName]: { readonly entity: E; readonly key: string; readonly record: EntityRecord[E] }
}[EntityName]

export interface RunningEmulator {
  /** Settings with which the connector reads this emulator; a secret is given as its value. */
  readonly settings: Readonly<Record<string, unknown>>
  /** host:port of each listener. */
  readonly hosts: readonly string[]
  /** Every record of a stream that `normalise` must make, at the emulator's clock; dirt that must be rejected is not in it. */
  truth(stream: string): readonly Truth[]
  /** How many records of a stream, at the emulator's clock, are dirt that must end in quarantine. */
  dirt(stream: string): number
  /** From now on answer each data request in this way, until `behave('normal')`: what the conformance kit asks for. */
  behave(
    behaviour: 'normal' | 'unauthorised' | 'forbidden' | 'throttled' | 'unavailable' | 'html' | 'unknown-structure',
  ): void
  /** Ends every connection; settles when the port is free. */
  close(): Promise<void>
}

export type Emulator = (options: EmulatorOptions) => Promise<RunningEmulator>

/**
 * A stream of numbers from 0 up to 1 from a seed and a position in it: the same everywhere and for ever (mulberry32 over a
 * mixed seed).
 *
 * @example
 * const random = seededRandom(town.seed, 'dossier', index)
 * const procedure = town.procedures[Math.floor(random() * town.procedures.length)]
 */
export function seededRandom(...parts: readonly (number | string)[]): () => number {
  let state = 0x9e3779b9
  for (const part of parts) {
    for (const character of `${part}|`) {
      state = Math.imul(state ^ character.codePointAt(0)!, 0x85ebca6b)
      state ^= state >>> 13
    }
  }
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
