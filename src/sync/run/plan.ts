// Plans what a page changes, from its outcomes and what is stored.
import { sql, type Transaction } from 'kysely'
import type { Tables } from '../../db/tables.ts'
import type { Claim } from '../queue/claim.ts'
import { type Outcome, tooLargeKey } from './outcome.ts'
import type { Comebacks, ResetGuard } from '../inspect/reset.ts'

/** Where the records of a page are in raw already: a replay does not write raw again. */
export interface RawPosition {
  readonly rawPage: number
  readonly indexes: readonly number[]
}

interface Stored {
  readonly key: string
  readonly hash: Buffer
  readonly first_seen_at: string
  readonly removed_at: string | null
  readonly removed_because: string | null
  readonly raw_page_id: number
  readonly raw_index: number
  readonly identity: Buffer | null
  readonly source_changed_at: string | null
}

export interface Plan {
  readonly store: (Outcome & { do: 'store' })[]
  readonly remove: ReadonlyMap<string, string>
  readonly quarantine: (Outcome & { do: 'quarantine' })[]
  /** Keys that are good now: quarantine rows under them are settled. */
  readonly settled: readonly string[]
  /** Keys or patterns that the source took back: quarantine rows under them wait no more. */
  readonly takenBack: readonly string[]
  readonly stored: ReadonlyMap<string, Stored>
  /** Indexes in the page whose bytes must not be kept. */
  readonly unkeptIndexes: ReadonlySet<number>
  /** Keys of which no bytes may be left anywhere, and those among them that may have bytes in raw. */
  readonly erase: { readonly keys: readonly string[]; readonly stored: readonly string[] }
  readonly unchanged: number
}

/** The plan of a page's outcomes, applied in their order: the last outcome of a key counts. */
export async function planOf(
  trx: Transaction<Tables>,
  claim: Claim,
  outcomes: readonly Outcome[],
  from?: RawPosition,
  guard?: ResetGuard,
): Promise<Plan> {
  const stored = await storedOf(trx, claim, outcomes)
  const last = new Map<string, Outcome & { do: 'store' }>()
  const remove = new Map<string, string>()
  const rejected = new Map<string, Outcome & { do: 'quarantine' }>()
  const takenBack: string[] = []
  let repeated = 0
  for (const one of outcomes) {
    if (one.do === 'quarantine') {
      rejected.set(one.key === null ? `#${one.index}` : `=${one.key}`, one)
      if (one.key === null || !unkept(one)) continue
      // A record that became classified is removed, as if its source had taken it back.
      last.delete(one.key)
      const row = stored.get(one.key)
      if (row !== undefined && row.removed_at === null) remove.set(row.key, classified)
    } else if (one.do === 'store') {
      if (last.has(one.key)) repeated += 1
      last.set(one.key, one)
      remove.delete(one.key)
      rejected.delete(`=${one.key}`)
    } else {
      takenBack.push(one.key)
      const gone = matcher(one.key)
      for (const key of last.keys()) if (gone(key)) last.delete(key)
      for (const [name, waiting] of rejected) if (waiting.key !== null && gone(waiting.key)) rejected.delete(name)
      const among = one.key.includes('*') ? stored.values() : [stored.get(one.key)]
      for (const row of among) {
        if (row !== undefined && row.removed_at === null && gone(row.key)) remove.set(row.key, one.evidence)
      }
    }
  }
  const replayed = [...last.values()].filter((one) => from === undefined || stillThere(stored.get(one.key), one, from))
  const store = replayed.filter((one) => {
    const known = stored.get(one.key)
    return known === undefined || known.removed_at !== null || !one.hashes.some((hash) => known.hash.equals(hash))
  })
  if (from === undefined) guard?.look(claim.pages, comebacksOf(stored, [...last.values()], store))
  const erased = new Set(outcomes.flatMap((one) => (unkept(one) && one.key !== null ? [one.key] : [])))
  return {
    store,
    remove,
    quarantine: [...rejected.values()],
    // Where a later record of the page under the same key was rejected, the stored one is older than what waits. So is all of raw.
    settled: from !== undefined ? [] : [...last.keys()].filter((key) => !rejected.has(`=${key}`)),
    takenBack,
    stored,
    unkeptIndexes: new Set(
      outcomes.flatMap((one) => (unkept(one) || (one.key !== null && erased.has(one.key)) ? [one.index] : [])),
    ),
    erase: {
      keys: [...erased].filter((key) => !key.startsWith(tooLargeKey)),
      stored: [...erased].filter((key) => stored.has(key) && stored.get(key)?.removed_because !== classified),
    },
    unchanged: last.size - store.length + repeated,
  }
}

/** Why a record whose bytes must not be kept has left the store. */
export const classified = 'CLASSIFIED'

const unkept = (one: Outcome): one is Outcome & { do: 'quarantine' } =>
  one.do === 'quarantine' && one.rejection.withoutBytes === true

/** The known records, with those that came back as another record under the same key or in an older version. */
function comebacksOf(
  stored: ReadonlyMap<string, Stored>,
  last: readonly (Outcome & { do: 'store' })[],
  store: readonly (Outcome & { do: 'store' })[],
): Comebacks {
  const present = (one: Outcome & { do: 'store' }): Stored | null => {
    const row = stored.get(one.key)
    return row === undefined || row.removed_at !== null ? null : row
  }
  let [reborn, older] = [0, 0]
  for (const one of store) {
    const row = present(one)
    if (row === null) continue
    if (row.identity !== null && one.identity !== null && !row.identity.equals(one.identity)) reborn += 1
    else if (isOlder(one.sourceChangedAt, row.source_changed_at)) older += 1
  }
  return { known: last.filter((one) => present(one) !== null).length, reborn, older }
}

const isOlder = (one: string | null, other: string | null): boolean =>
  one !== null && other !== null && Date.parse(one) < Date.parse(other)

/** Whether raw still has the latest version: a release or a correction may have renewed the record since the replay read it. */
const stillThere = (known: Stored | undefined, one: Outcome, from: RawPosition): boolean =>
  known === undefined ||
  (known.removed_at === null && known.raw_page_id === from.rawPage && known.raw_index === from.indexes[one.index])

async function storedOf(
  trx: Transaction<Tables>,
  claim: Claim,
  outcomes: readonly Outcome[],
): Promise<Map<string, Stored>> {
  const patterns = outcomes.flatMap((one) => (one.do === 'remove' && one.key.includes('*') ? [one.key] : []))
  const keys = outcomes.flatMap((one) =>
    one.do === 'quarantine' ? (one.key !== null && unkept(one) ? [one.key] : []) : [one.key],
  )
  const { rows } = await sql<Stored>`
    select key, hash, first_seen_at, removed_at, removed_because, raw_page_id, raw_index, identity, source_changed_at from record
    where source_id = ${claim.source} and stream_id = ${claim.stream}
      and (key = any(${keys}::text[])
           ${patterns.length === 0 ? sql`` : sql`or (removed_at is null and key ~ ${likeOf(patterns)})`})
  `.execute(trx)
  return new Map(rows.map((row) => [row.key, row]))
}

/** A regular expression of PostgreSQL for removals: whole segments between `|` may be `*`. */
export function likeOf(patterns: readonly string[]): string {
  const written = patterns.map((pattern) =>
    pattern
      .split('|')
      .map((segment) => (segment === '*' ? '[^|]*' : segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
      .join('\\|'),
  )
  return `^(?:${written.join('|')})$`
}

/** Whether a stored key matches a removal: whole segments between `|` may be `*`. */
export function matcher(pattern: string): (key: string) => boolean {
  const wanted = pattern.split('|')
  if (!wanted.includes('*')) return (key) => key === pattern
  return (key) => {
    const found = key.split('|')
    return wanted.length === found.length && wanted.every((segment, at) => segment === '*' || segment === found[at])
  }
}
