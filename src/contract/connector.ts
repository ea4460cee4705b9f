// The contract between connectors and the hub: manifest, functions, pages, outcomes.
import type { Transport } from '../transport/exchange.ts'
import type { EntityName, EntityRecord } from './entity.ts'

/** A title or description in the two languages of the hub. */
export interface Bilingual {
  readonly vi: string
  readonly en: string
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [member: string]: Json }

/** A record as the source sent it, after `read` took away what must never be kept. */
export type SourceRecord = { readonly [member: string]: Json }

/** An opaque position in a stream. Only the connector that made it reads it. */
export type Cursor = string

/** One answer: records in the source's order, and the position after it. */
export interface Page {
  readonly records: readonly SourceRecord[]
  readonly next: Cursor
  /** Which records are over the size limit even alone, each in words: they wait in quarantine without bytes. */
  readonly tooLarge?: readonly string[]
  /** The read starts over at the source's beginning: the order that it claims starts over too. */
  readonly again?: true
  /** Something of the source could not be had, such as a file that is damaged: that a whole read lacks a record proves nothing. */
  readonly gaps?: true
}

/** What to read: what changed since a cursor (or on from a position), a window of dates, or everything. */
export type Range =
  | { readonly since: Cursor }
  | { readonly from: string; readonly to: string } // dates `2026-03-05` in Vietnam, `to` exclusive
  | { readonly all: true }

/** How the source lets its changes be found; the engine chooses its guard by it. */
export type StreamKind =
  | 'token' //        the source gives an opaque token
  | 'change-time' //  records bear the time of their last change
  | 'date-window' //  only a window of dates can be asked for
  | 'snapshot' //     only the whole list can be asked for: what is missing from a whole read is gone
  | 'pending' //      the source lists what was not acknowledged yet

export interface StreamManifest {
  readonly entity: EntityName
  /** The member of each record that is its key: a text, unique in the stream, never empty. */
  readonly key: string
  readonly title: Bilingual
  readonly kind: StreamKind
  /** The member by which the source claims to sort, checked while reading. */
  readonly order?: { readonly by: string; readonly direction: 'asc' | 'desc' }
  /** How late a change may appear behind the newest one, in seconds: the overlap that `read` re-reads. */
  readonly latenessSeconds?: number
  /** The source deletes old records by itself (a recorder's events): that a whole read lacks one proves nothing. */
  readonly forgets?: true
  /** Members that never change while a key means the same thing: when they do, the source has reassigned its keys. */
  readonly identity?: readonly string[]
  /** The member with the time of a record's last change, in ISO 8601 with its zone. */
  readonly changed?: string
  /** Paths whose member names are data (`attributes`, `lines[].dimensions`): a new name there is no drift. */
  readonly maps?: readonly string[]
  /** The share of a run's records that may be rejected before the run ends with SOURCE_CHANGED. Default 0.5. */
  readonly rejectThreshold?: number
}

interface FieldBase {
  readonly title: Bilingual
  /** Default true. A field with a default is never missing. */
  readonly required?: boolean
}
export type ConfigField = FieldBase &
  (
    | { readonly kind: 'url' | 'text' | 'secret' | 'pattern' | 'folder'; readonly default?: string }
    | { readonly kind: 'number'; readonly default?: number; readonly min?: number; readonly max?: number }
    | { readonly kind: 'boolean'; readonly default?: boolean }
    | { readonly kind: 'choice'; readonly of: readonly string[]; readonly default?: string }
    | { readonly kind: 'list'; readonly of: ConfigField }
    | { readonly kind: 'map'; readonly of: ConfigField } // names chosen by the operator → values
    | { readonly kind: 'object'; readonly fields: { readonly [name: string]: ConfigField } }
  )

/** Data only. The console's form, the docs page and the types of `read` and `normalise` are drawn from it. */
export interface Manifest {
  readonly name: string
  readonly title: Bilingual
  readonly streams: { readonly [id: string]: StreamManifest }
  readonly config: { readonly [name: string]: ConfigField }
}

type Value<F> = F extends { kind: 'number' }
  ? number
  : F extends { kind: 'boolean' }
    ? boolean
    : F extends { kind: 'list'; of: infer O }
      ? readonly Value<O>[]
      : F extends { kind: 'map'; of: infer O }
        ? { readonly [name: string]: Value<O> }
        : F extends { kind: 'object'; fields: infer P }
          ? Fields<P>
          : F extends { kind: 'choice'; of: readonly (infer C)[] }
            ? C
            : string
type Optional<F> = F extends { required: false } ? (F extends { default: unknown } ? never : true) : never
type Fields<P> = {
  readonly [N in keyof P as Optional<P[N]> extends never ? N : never]: Value<P[N]>
} & { readonly [N in keyof P as Optional<P[N]> extends never ? never : N]?: Value<P[N]> | undefined }

/** A source's settings by its connector's manifest: defaults filled in, secrets resolved to their values. */
export type Settings<M extends Manifest> = Fields<M['config']>

/** A file of a folder that the operator named; the only files that a connector sees. */
export interface FolderFile {
  readonly name: string
  readonly bytes: number
  /** Milliseconds since 1970, as the file system says. */
  readonly changedAt: number
}
export interface Files {
  list(folder: string, signal?: AbortSignal): Promise<readonly FolderFile[]>
  /** Refuses a name with a path in it and a file over the size limit (64 MB). */
  read(folder: string, name: string, signal?: AbortSignal): Promise<Uint8Array>
}

export interface Context<M extends Manifest = Manifest> {
  readonly settings: Settings<M>
  readonly transport: Transport
  readonly files: Files
  readonly signal: AbortSignal
  /** The hub's clock. `read` takes the time from nowhere else; `normalise` takes none. */
  now(): Date
  /** How much of a page to ask for, 1 or less: it is halved after each time that a page ended the process. Absent: 1. */
  readonly pageShare?: number
  /** Random bytes for nonces, so that a test can fix them. */
  random(bytes: number): Uint8Array
  /** Settles after that time, or at once when the signal aborts. */
  wait(milliseconds: number): Promise<void>
}

/** Why a record was not taken. The words for a clerk, in both languages, are made from the code. */
export type RejectCode =
  | 'MISSING'
  | 'WRONG_TYPE'
  | 'UNKNOWN_VALUE'
  | 'BAD_DATE'
  | 'BAD_NUMBER'
  | 'BAD_TEXT'
  | 'AMBIGUOUS'
  | 'MALFORMED'
  | 'CLASSIFIED'
  | 'UNLISTED'
  | 'TOO_LARGE'
  | 'DRIFT'

export interface Rejection {
  readonly reject: RejectCode
  /** Path of the fault inside the record, `applicant.data.birthday`, `fees[2].amount`; '' for the whole record. */
  readonly at: string
  /** What was there: only values of a code list or a format, never a personal one. */
  readonly found?: string
  readonly expected?: string
  /** The record's bytes must not be kept (a classified document). */
  readonly withoutBytes?: true
}

/**
 * The outcome for one record. `remove` names record keys of the same stream: one key, or one with whole segments between
 * `|` given as `*`, which removes every stored record that matches. A page's outcomes apply in order.
 */
export type Normalised<E extends EntityName> =
  | { readonly record: EntityRecord[E] }
  | { readonly remove: string; readonly evidence: string }
  | Rejection

/** What `normalise` may know of the source besides the record: its settings. It has no clock and no network. */
export type Normalise<M extends Manifest, E extends EntityName> = (
  record: SourceRecord,
  settings: Settings<M>,
) => Normalised<E>

export interface Connector<M extends Manifest = Manifest> {
  readonly manifest: M
  /** Settles when the source can be reached and lets us in. Moves no data. Throws ConnectorFailure. */
  check(context: Context<M>): Promise<void>
  /**
   * Yields the pages of a range in order. Reading on from a page's `next` yields exactly the pages after it; from the last
   * page's `next`, what has come since, with the declared overlap. Stops within one page when the signal aborts.
   */
  read(context: Context<M>, stream: keyof M['streams'] & string, range: Range): AsyncIterable<Page>
  readonly normalise: { readonly [S in keyof M['streams']]: Normalise<M, M['streams'][S]['entity']> }
  /** For sources that wait for an answer: called after the commit, repeated until it settles. Safe to repeat. */
  acknowledge?(context: Context<M>, stream: keyof M['streams'] & string, keys: readonly string[]): Promise<void>
}

/**
 * A connector from its manifest and functions; the manifest drives the types, nothing happens at run time.
 *
 * @example
 * export default defineConnector(manifest, { check, read, normalise: { dossiers: dossier } })
 */
export function defineConnector<const M extends Manifest>(
  manifest: M,
  functions: Omit<Connector<M>, 'manifest'>,
): Connector<M> {
  return { manifest, ...functions }
}
