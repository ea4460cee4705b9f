// The rules of reading.
import { isDeepStrictEqual } from 'node:util'
import type { Page } from '#connector'
import { findings } from './rule.ts'
import type { Findings, Rule } from './rule.ts'
import { fold } from '../store.ts'
import type { Store } from '../store.ts'
import { described, smallPages, streamsOf, thrownBy, trial } from './subject.ts'
import type { Subject, Trial } from './subject.ts'

const day = 86_400_000

export const resuming: Rule = {
  id: 'C02',
  severity: 'MUST',
  title: "resumes from any page's next with exactly the remaining pages",
  run: async (subject) => {
    const found = findings()
    const look = async (size?: number): Promise<void> => {
      await trial(
        subject,
        async (tried) => {
          const settings = smallPages(subject, tried.running)
          for (const stream of streamsOf(subject)) {
            const pages = await tried.pages(stream, { all: true }, { settings })
            for (const at of chosen(pages.length - 1)) {
              const since = pages[at]!.next
              const rest: Page[] = []
              const failed = await thrownBy(async () => {
                rest.push(...(await tried.pages(stream, { since }, { settings })))
              })
              found.expect(
                failed === undefined,
                () => `${stream} cannot go on after page ${at + 1}: ${described(failed)}`,
              )
              if (failed !== undefined) continue
              const [is, must] = [rest.map(bytes), pages.slice(at + 1).map(bytes)]
              const differs = must.findIndex((page, index) => page !== is[index])
              found.expect(
                is.length === must.length && differs === -1,
                () =>
                  `${stream} after page ${at + 1} of ${pages.length} yields ${is.length} pages, expected ${must.length}` +
                  (differs === -1 ? '' : `; page ${at + 2 + differs} differs`),
              )
            }
          }
        },
        size,
      )
    }
    await look()
    if (found.verdict('few').is === 'skipped') await look(1_600)
    return found.verdict('no stream of the emulator has two pages')
  },
}

const bytes = (page: Page): string => JSON.stringify([page.records, page.next])

/** Every page after which a read can be broken off, or twelve spread over them. */
function chosen(count: number): number[] {
  if (count <= 12) return Array.from({ length: Math.max(count, 0) }, (_, at) => at)
  return [...new Set(Array.from({ length: 12 }, (_, at) => Math.round((at * (count - 1)) / 11)))]
}

export const keys: Rule = {
  id: 'C05',
  severity: 'MUST',
  title: 'gives every record its declared key, unique within a full read, never null',
  run: (subject) =>
    eachStream(subject, async ({ pages }, stream, found) => {
      const { key } = subject.connector.manifest.streams[stream]!
      const seen = new Set<string>()
      for (const record of (await pages(stream)).flatMap((page) => page.records)) {
        const value = record[key]
        const good = typeof value === 'string' && value !== ''
        found.expect(
          good,
          () => `${stream} has a record whose ${key} is ${value === '' ? 'empty' : JSON.stringify(value)}`,
        )
        if (!good) continue
        found.expect(!seen.has(value), () => `${stream} has several records whose ${key} is '${value}'`)
        seen.add(value)
      }
    }),
}

export const pageSize: Rule = {
  id: 'C11',
  severity: 'SHOULD',
  title: 'keeps a page under 1 MB and 500 records',
  run: (subject) =>
    eachStream(
      subject,
      async ({ pages }, stream, found) => {
        for (const page of await pages(stream)) {
          const { length } = page.records
          found.expect(length <= 500, `${stream} has a page of ${length} records`)
          const size = Buffer.byteLength(JSON.stringify(page.records))
          found.expect(size <= 1_000_000, `${stream} has a page of ${size} bytes`)
        }
      },
      1_600,
    ),
}

export const meaning: Rule = {
  id: 'K01',
  severity: 'MUST',
  title: 'makes of a full read exactly what the source means, and rejects exactly its dirt',
  run: (subject) =>
    eachStream(subject, async ({ pages, running, advance }, stream, found) => {
      for (const later of [0, day]) {
        await advance(later)
        const store = fold(subject, running, stream, await pages(stream))
        compare(found, store, truthOf(running.truth(stream)), `${stream}${later === 0 ? '' : ' a day later'}`, true)
        const dirt = running.dirt(stream)
        found.expect(
          store.rejected.length === dirt,
          () =>
            `${stream} rejects ${store.rejected.length} records, expected ${dirt}: ${store.rejected.slice(0, 5).join(', ')}`,
        )
      }
    }),
}

export const catchingUp: Rule = {
  id: 'K02',
  severity: 'MUST',
  title: 'finds from a checkpoint all that has changed since',
  run: (subject) =>
    eachStream(subject, async ({ pages, running, advance }, stream, found) => {
      const first = await pages(stream)
      const store = fold(subject, running, stream, first)
      let since = first.at(-1)?.next
      for (const later of [3_600_000, day]) {
        await advance(later)
        if (since === undefined) return found.fault(`${stream} yields no page, so there is no checkpoint`)
        const changes = await pages(stream, { since })
        fold(subject, running, stream, changes, store)
        since = changes.at(-1)?.next ?? since
        // What a source removes without a word is found by a census, not by reading on.
        compare(found, store, truthOf(running.truth(stream)), `${stream} read on`, false)
      }
    }),
}

const truthOf = (truth: ReturnType<Trial['running']['truth']>): ReadonlyMap<string, unknown> =>
  new Map(truth.map(({ key, record }) => [key, record]))

function compare(
  found: Findings,
  store: Store,
  truth: ReadonlyMap<string, unknown>,
  what: string,
  both: boolean,
): void {
  found.expect(truth.size > 0, `${what}: the emulator states no truth`)
  for (const [key, expected] of truth) {
    const record = store.records.get(key)
    found.expect(isDeepStrictEqual(plain(record), plain(expected)), () =>
      record === undefined
        ? `${what}: '${key}' is missing`
        : `${what}: '${key}' differs at ${difference(plain(record), plain(expected))}`,
    )
  }
  if (!both) return
  for (const key of store.records.keys()) found.expect(truth.has(key), `${what}: '${key}' is none of the source's`)
}

const plain = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)))

/** The path of the first difference, and what is there. */
function difference(is: unknown, must: unknown, path = ''): string {
  const both = [is, must].every((one) => typeof one === 'object' && one !== null)
  if (!both) return `${path === '' ? 'its whole' : path}: ${short(is)}, expected ${short(must)}`
  const [a, b] = [is as Record<string, unknown>, must as Record<string, unknown>]
  const name = [...new Set([...Object.keys(a), ...Object.keys(b)])].find((one) => !isDeepStrictEqual(a[one], b[one]))
  return name === undefined ? `${path}: its kind` : difference(a[name], b[name], path === '' ? name : `${path}.${name}`)
}
const short = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 120)

async function eachStream(
  subject: Subject,
  look: (tried: Trial, stream: string, found: Findings) => Promise<void>,
  size?: number,
): ReturnType<Rule['run']> {
  const found = findings()
  for (const stream of streamsOf(subject)) {
    await trial(subject, (tried) => look(tried, stream, found), size)
  }
  return found.verdict()
}
