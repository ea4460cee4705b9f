// The rules of normalise.
import { isDeepStrictEqual } from 'node:util'
import type { Normalised, EntityName, SourceRecord } from '#connector'
import { malformed } from './malformed.ts'
import { findings } from './rule.ts'
import type { Rule } from './rule.ts'
import { defaultSettings } from '../settings.ts'
import { described, streamsOf, trial } from './subject.ts'
import type { Subject } from './subject.ts'

const rejectCodes = new Set([
  'MISSING',
  'WRONG_TYPE',
  'UNKNOWN_VALUE',
  'BAD_DATE',
  'BAD_NUMBER',
  'BAD_TEXT',
  'AMBIGUOUS',
  'MALFORMED',
  'CLASSIFIED',
  'UNLISTED',
  'TOO_LARGE',
])

export const rejecting: Rule = {
  id: 'C03',
  severity: 'MUST',
  title: 'rejects, and does not throw on, each malformed record',
  run: (subject) =>
    eachSample(subject, (stream, samples, settings, found) => {
      const normalise = subject.connector.normalise[stream]!
      for (const sample of samples) {
        for (const { what, record } of malformed(sample)) {
          let fault: string | null
          try {
            fault = faultOf(normalise(record, settings as never))
          } catch (error) {
            fault = `normalise throws ${described(error)}`
          }
          found.expect(fault === null, () => `${stream}: ${what}: ${fault}`)
        }
      }
      found.expect(!('polluted' in {}), `${stream}: a record has changed the prototype of all objects`)
    }),
}

/** What is wrong with an outcome; null when the store could take it. */
function faultOf(outcome: Normalised<EntityName>): string | null {
  if (typeof outcome !== 'object' || outcome === null) return `the outcome is ${String(outcome)}`
  const kinds = ['record', 'remove', 'reject'].filter((kind) => kind in outcome)
  if (kinds.length !== 1) return `the outcome has ${kinds.length === 0 ? 'no kind' : kinds.join(' and ')}`
  if ('reject' in outcome) {
    if (!rejectCodes.has(outcome.reject)) return `the rejection's code is '${String(outcome.reject)}'`
    return typeof outcome.at === 'string' ? unstorable(outcome) : 'the rejection does not say where'
  }
  if ('remove' in outcome) {
    return outcome.remove === '' || typeof outcome.remove !== 'string'
      ? 'the removal names no key'
      : unstorable(outcome)
  }
  return typeof outcome.record === 'object' && outcome.record !== null
    ? unstorable(outcome.record)
    : 'the record is no object'
}

/** Where a value holds what no database can: NUL, a lone surrogate, a number that is none, undefined. */
function unstorable(value: unknown, at = 'the outcome'): string | null {
  if (typeof value === 'string')
    return value.includes('\0') || !value.isWellFormed() ? `${at} holds a text that cannot be stored` : null
  if (typeof value === 'number') return Number.isFinite(value) ? null : `${at} is ${value}`
  if (value === undefined || typeof value === 'function' || typeof value === 'bigint') return `${at} is ${typeof value}`
  if (typeof value !== 'object' || value === null) return null
  for (const [name, member] of Object.entries(value)) {
    const fault = unstorable(member, name)
    if (fault !== null) return fault
  }
  return null
}

export const purity: Rule = {
  id: 'C04',
  severity: 'MUST',
  title: 'is pure in normalise: the same frozen input twice gives the same output, without clock or chance',
  run: (subject) =>
    eachSample(
      subject,
      (stream, samples, settings, found) => {
        const normalise = subject.connector.normalise[stream]!
        const given = frozen(structuredClone(settings))
        const outcomes: string[] = []
        for (const pass of [1, 2]) {
          samples.forEach((sample, at) => {
            const record = frozen(structuredClone(sample))
            try {
              const outcome = JSON.stringify(withoutClock(() => normalise(record, given as never)))
              if (pass === 1) outcomes.push(outcome)
              else
                found.expect(
                  outcome === outcomes[at],
                  `${stream}: the same record gives another outcome the second time`,
                )
            } catch (error) {
              if (pass === 1) outcomes.push('')
              found.expect(false, `${stream}: normalise of a frozen record throws ${described(error)}`)
            }
          })
        }
      },
      200,
    ),
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const member of Object.values(value)) frozen(member)
  return Object.freeze(value)
}

/** Runs something that must not look at the clock nor draw lots; either throws meanwhile. */
function withoutClock<T>(work: () => T): T {
  const [RealDate, random, performanceNow] = [Date, Math.random, performance.now]
  const impure = (what: string): never => {
    throw new Error(`${what} was asked`)
  }
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, parts) => (parts.length === 0 ? impure('the clock') : Reflect.construct(target, parts)),
    apply: () => impure('the clock'),
    get: (target, name) => (name === 'now' ? () => impure('the clock') : Reflect.get(target, name)),
  })
  Math.random = () => impure('chance')
  performance.now = () => impure('the clock')
  try {
    return work()
  } finally {
    globalThis.Date = RealDate
    Math.random = random
    performance.now = performanceNow
  }
}

export const fixtures: Rule = {
  id: 'C10',
  severity: 'MUST',
  title: 'matches the expected records of its fixtures exactly',
  run: (subject) => {
    const found = findings()
    const { manifest, normalise } = subject.connector
    for (const stream of streamsOf(subject)) {
      found.expect(
        subject.fixtures.some((one) => one.stream === stream),
        `${stream} has no fixture`,
      )
    }
    for (const { file, stream, settings, records, expected } of subject.fixtures) {
      const of = normalise[stream]
      found.expect(of !== undefined, `${file}: there is no stream '${stream}'`)
      found.expect(
        records.length === expected.length && records.length > 0,
        `${file}: ${records.length} records, ${expected.length} expected`,
      )
      const given = { ...defaultSettings(manifest.config), ...settings }
      records.forEach((record, at) => {
        let outcome: unknown
        try {
          outcome = JSON.parse(JSON.stringify(of?.(record, given as never)))
        } catch (error) {
          return found.expect(false, `${file}: record ${at} throws ${described(error)}`)
        }
        found.expect(
          asExpected(outcome, expected[at]),
          () => `${file}: record ${at} gives ${JSON.stringify(outcome).slice(0, 300)}`,
        )
      })
    }
    return Promise.resolve(found.verdict())
  },
}

/** A record matches in whole; of a rejection or removal, the members that the fixture names. */
function asExpected(outcome: unknown, expected: unknown): boolean {
  if (typeof outcome !== 'object' || outcome === null || typeof expected !== 'object' || expected === null) return false
  if ('record' in expected) return isDeepStrictEqual(outcome, expected)
  const kind = ['reject', 'remove'].some((name) => name in expected && name in outcome)
  return (
    kind &&
    Object.entries(expected).every(([name, value]) =>
      isDeepStrictEqual((outcome as Record<string, unknown>)[name], value),
    )
  )
}

/** The first records of each stream, and those of its fixtures. */
async function eachSample(
  subject: Subject,
  look: (
    stream: string,
    samples: readonly SourceRecord[],
    settings: object,
    found: ReturnType<typeof findings>,
  ) => void,
  most = 12,
): ReturnType<Rule['run']> {
  const found = findings()
  await trial(subject, async ({ running, pages }) => {
    const settings = { ...defaultSettings(subject.connector.manifest.config), ...running.settings }
    for (const stream of streamsOf(subject)) {
      const read = (await pages(stream)).flatMap((page) => page.records)
      const step = Math.max(1, Math.floor(read.length / most))
      const given = subject.fixtures.filter((one) => one.stream === stream).flatMap((one) => one.records)
      look(
        stream,
        [...read.filter((_, at) => at % step === 0).slice(0, most), ...given.slice(0, most)],
        settings,
        found,
      )
    }
  })
  return found.verdict()
}
