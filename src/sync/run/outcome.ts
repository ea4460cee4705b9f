// The outcome of each record of a page: store, remove or quarantine.
import { configure } from 'safe-stable-stringify'
import type { Connector, Normalised, Rejection, SourceRecord } from '../../contract/connector.ts'
import type { EntityName, EntityRecord } from '../../contract/entity.ts'
import type { Keyring } from '../../db/encryption/keyring.ts'
import { claimsOf } from '../inspect/identity.ts'
import { poisonIn } from '../inspect/poison.ts'

/** No record is cut: its bounds are beyond those of a page. */
const stringify = configure({
  deterministic: true,
  circularValue: Error,
  maximumDepth: 3_000,
  maximumBreadth: 10_000_000,
})

/** What happens to one record of a page. */
export type Outcome =
  | {
      readonly do: 'store'
      readonly key: string
      readonly record: EntityRecord[EntityName]
      readonly hash: Buffer
      /** The hash under each encryption key, so that a new key alone makes no record look changed. */
      readonly hashes: readonly Buffer[]
      readonly identity: Buffer | null
      readonly sourceChangedAt: string | null
      readonly index: number
    }
  | { readonly do: 'remove'; readonly key: string; readonly evidence: string; readonly index: number }
  | { readonly do: 'quarantine'; readonly key: string | null; readonly rejection: Rejection; readonly index: number }

/** Longest key in bytes: an entry of a PostgreSQL index takes about 2,700. */
const maxKeyBytes = 1024
/** Longest text of a path, a found or an expected value, in characters. */
const maxNoteLength = 500

/**
 * The outcomes of a page's records, in their order. A `normalise` that throws is a bug: `bug` is called, and only that one
 * record waits, as MALFORMED.
 */
export function outcomesOf(
  connector: Connector,
  settings: Readonly<Record<string, unknown>>,
  stream: string,
  records: readonly SourceRecord[],
  keyring: Keyring,
  bug: (error: unknown) => void = () => undefined,
): Outcome[] {
  const manifest = connector.manifest.streams[stream]!
  const keyName = manifest.key
  const normalise = connector.normalise[stream] as (record: SourceRecord, settings: unknown) => Normalised<EntityName>
  return records.map((source, index): Outcome => {
    const given = Object.hasOwn(source, keyName) ? source[keyName] : undefined
    const key = storableKey(given) ? given : null
    let outcome: Normalised<EntityName>
    try {
      outcome = normalise(source, settings)
    } catch (error) {
      bug(error)
      outcome = { reject: 'MALFORMED', at: '', found: 'an error of the connector itself; see the log' }
    }
    if (!('reject' in outcome && outcome.withoutBytes === true)) outcome = poisonIn(source) ?? outcome
    const rejected = (rejection: Rejection): Outcome => ({ do: 'quarantine', key, rejection: plain(rejection), index })
    if (key === null) {
      // A record that must not be kept is not kept without its key either.
      if ('reject' in outcome && outcome.withoutBytes === true) return rejected(outcome)
      if (given === undefined || given === null || given === '') return rejected({ reject: 'MISSING', at: keyName })
      if (typeof given !== 'string') return rejected({ reject: 'WRONG_TYPE', at: keyName, expected: 'text' })
      const tooLong = storableText(given)
      return rejected({ reject: tooLong ? 'TOO_LARGE' : 'BAD_TEXT', at: keyName })
    }
    if ('reject' in outcome) return rejected(outcome)
    if ('remove' in outcome) {
      if (!storableKey(outcome.remove)) return rejected({ reject: 'BAD_TEXT', at: keyName })
      return { do: 'remove', key: outcome.remove, evidence: note(outcome.evidence), index }
    }
    const text = canonical(outcome.record)
    // A text that the database cannot store rejects its own record instead of failing the whole page.
    const bad = suspicious.test(text) ? badTextAt(outcome.record, '') : null
    if (bad !== null) return rejected({ reject: 'BAD_TEXT', at: bad })
    const hashes = keyring.hashes(text, 'record')
    return { do: 'store', key, record: outcome.record, hash: hashes[0]!, hashes, ...claimsOf(source, manifest), index }
  })
}

/**
 * The outcomes of records that were too large to be read, by their paths in the source: they wait without bytes, under keys
 * with a prefix of their own, with indexes after the page's records.
 */
export const outcomesOfTooLarge = (paths: readonly string[], after: number): Outcome[] =>
  paths.map((path, at) => ({
    do: 'quarantine',
    key: tooLargeKey + note(path),
    rejection: { reject: 'TOO_LARGE', at: '', withoutBytes: true },
    index: after + at,
  }))

/** Prefix of the keys of records of which only the path in the source is known. */
export const tooLargeKey = '?too-large:'

const storableText = (text: string): boolean => !text.includes('\u0000') && text.isWellFormed()

const storableKey = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && storableText(value) && Buffer.byteLength(value) <= maxKeyBytes

/** A text of a source as it is written beside a record: short, and without characters that the database cannot store. */
export const note = (text: string): string => text.replaceAll('\u0000', '\ufffd').slice(0, maxNoteLength).toWellFormed()

/** Paths contain names of a source's fields, and those may contain anything. */
const plain = (rejection: Rejection): Rejection => ({
  ...rejection,
  at: note(rejection.at),
  ...(rejection.found === undefined ? {} : { found: note(rejection.found) }),
  ...(rejection.expected === undefined ? {} : { expected: note(rejection.expected) }),
})

/** How JSON writes NUL and lone surrogates; a text with an escaped backslash looks the same and is checked again. */
const suspicious = /\\u(0000|d[89a-f])/

function badTextAt(value: unknown, at: string): string | null {
  if (typeof value === 'string') return storableText(value) ? null : at
  if (typeof value !== 'object' || value === null) return null
  for (const [name, member] of Object.entries(value)) {
    const path = Array.isArray(value) ? `${at}[${name}]` : at === '' ? name : `${at}.${name}`
    const bad = storableText(name) ? badTextAt(member, path) : path
    if (bad !== null) return bad
  }
  return null
}

/** JSON with sorted members: the same text for the same value. Throws for a circle; a member that is undefined is left out. */
export const canonical = (value: unknown): string => stringify(value) ?? 'null'
