// Weighs what a store has against what its source means.
import { gunzipSync } from 'node:zlib'
import type pg from 'pg'
import type { SourceRecord } from '#connector'
import type { Keyring } from '../../../src/db/encryption/keyring.ts'
import { canonical, outcomesOf } from '../../../src/sync/run/outcome.ts'
import type { Running } from '../subject/subject.ts'

/** What the store has that it should not have, or lacks; all zero after quiet. */
export interface Balance {
  /** Records of the truth that are not stored, or not in their last version; rejects that do not wait. */
  lost: number
  /** Rows beyond one a key. */
  doubled: number
  /** Stored records that the source does not have; removals without evidence; rejects that wait for nothing. */
  ghosts: number
  /** Contents that the source never sent. */
  invented: number
  /** Runs without a final state; final states without a reason. */
  unfinished: number
  /** Places where a secret or a canary stands in clear. */
  leaked: number
}

export const balanced = (balance: Balance): boolean => Object.values(balance).every((count) => count === 0)

export interface Evidence {
  readonly pool: pg.Pool
  readonly keyring: Keyring
  readonly running: Running
  /** Every text that was ever true of a key. */
  readonly known: ReadonlyMap<string, ReadonlySet<string>>
  readonly logged: readonly string[]
}

interface Stored {
  readonly key: string
  readonly hash: string
  readonly gone: boolean
  readonly because: string | null
  readonly raw: number
  readonly at: number
}

/** Weighs the store and the quarantine against the truth. The findings name keys of made-up rows. */
export async function weigh(evidence: Evidence): Promise<{ balance: Balance; findings: string[] }> {
  const { pool, keyring, running, known } = evidence
  const balance: Balance = { lost: 0, doubled: 0, ghosts: 0, invented: 0, unfinished: 0, leaked: 0 }
  const findings: string[] = []
  const count = (what: keyof Balance, text: string): void => {
    balance[what] += 1
    findings.push(`${what}: ${text}`)
  }
  for (const stream of running.streams) {
    const truth = running.truth(stream)
    const stored = await storedOf(pool, stream)
    const hashOf = (text: string): string => rememberedHash(keyring, text)
    const present = new Map(stored.filter((row) => !row.gone).map((row) => [row.key, row]))
    for (const [key, text] of truth) {
      const row = present.get(key)
      if (row === undefined) count('lost', `${stream} ${key}`)
      else if (row.hash !== hashOf(text)) {
        const old = [...(known.get(`${stream}/${key}`) ?? [])].some((one) => hashOf(one) === row.hash)
        count(
          old ? 'lost' : 'invented',
          `${stream} ${key} stands in ${old ? 'an old version' : 'a version of its own'}`,
        )
      }
    }
    for (const key of present.keys()) if (!truth.has(key)) count('ghosts', `${stream} ${key}`)
    for (const row of stored)
      if (row.gone && !row.because) count('ghosts', `${stream} ${row.key} went without evidence`)
    for (const text of await rawFaults(evidence, stream, [...present.values()])) count('invented', text)
    for (const [what, text] of await waitingFaults(evidence, stream)) count(what, text)
    if (running.own !== null) for (const [what, text] of await thingFaults(pool, stream, truth)) count(what, text)
    for (const text of await feedFaults(pool, stream, new Set(present.keys()))) count('doubled', text)
  }
  const runs = await pool.query<{ id: number; state: string; reason: string | null }>(
    `select id, state, failure_message as reason from run
     where state in ('WAITING', 'RUNNING') or (state = 'FAILED' and (failure_code is null or failure_message is null))`,
  )
  for (const { id, state } of runs.rows) count('unfinished', `run ${id} is ${state}`)
  for (const where of await leaks(evidence)) count('leaked', where)
  return { balance, findings }
}

const hashes = new WeakMap<Keyring, Map<string, string>>()

/** The hash under which a text is stored; a world is weighed many times, and most of it is what it was before. */
function rememberedHash(keyring: Keyring, text: string): string {
  const known = hashes.get(keyring) ?? new Map<string, string>()
  hashes.set(keyring, known)
  const hash = known.get(text) ?? keyring.hash(text, 'record').toString('hex')
  known.set(text, hash)
  return hash
}

async function storedOf(pool: pg.Pool, stream: string): Promise<Stored[]> {
  const { rows } = await pool.query<Stored>(
    `select key, encode(hash, 'hex') as hash, removed_at is not null as gone, removed_because as because,
       raw_page_id as raw, raw_index as at from record where stream_id = $1`,
    [stream],
  )
  return rows
}

/** Records whose raw bytes would not make them again. */
async function rawFaults(
  { pool, keyring, running }: Evidence,
  stream: string,
  rows: readonly Stored[],
): Promise<string[]> {
  const bodies = await pool.query<{ id: number; body: Buffer }>('select id, body from raw_page where id = any($1)', [
    [...new Set(rows.map(({ raw }) => raw))],
  ])
  const pages = new Map<number, { records: (SourceRecord | null)[]; hashes: Map<number, string> }>()
  for (const { id, body } of bodies.rows) {
    const records = JSON.parse(gunzipSync(keyring.open(body, 'raw')).toString()) as (SourceRecord | null)[]
    const some = records.map((record) => record ?? {})
    const made = outcomesOf(running.connector, running.settings, stream, some, keyring)
    pages.set(id, {
      records,
      hashes: new Map(made.flatMap((one) => (one.do === 'store' ? [[one.index, one.hash.toString('hex')]] : []))),
    })
  }
  return rows.flatMap(({ key, hash, raw, at }) =>
    pages.get(raw)?.hashes.get(at) === hash ? [] : [`${stream} ${key}: its raw does not make it`],
  )
}

async function waitingFaults(
  { pool, keyring, running }: Evidence,
  stream: string,
): Promise<['lost' | 'ghosts' | 'doubled', string][]> {
  const { rows } = await pool.query<{ key: string | null; reason: string; body: Buffer | null }>(
    'select key, reason, body from quarantine where stream_id = $1 and left_at is null',
    [stream],
  )
  const dirt = running.dirt(stream)
  if (typeof dirt === 'number') {
    if (rows.length === dirt) return []
    return [[rows.length < dirt ? 'lost' : 'ghosts', `${stream}: ${rows.length} wait in quarantine, expected ${dirt}`]]
  }
  const waiting = rows.map((row) => (row.key === null ? keyOf(keyring, row.body) : row.key))
  const unread = rows.filter((row) => row.reason !== 'TOO_LARGE' && row.reason !== 'CLASSIFIED' && row.body === null)
  return [
    ...dirt
      .filter((key) => !waiting.includes(key))
      .map((key): ['lost', string] => ['lost', `${stream} ${key} does not wait`]),
    ...waiting
      .filter((key) => !dirt.includes(key))
      .map((key): ['ghosts', string] => ['ghosts', `${stream} ${key} waits in quarantine`]),
    ...waiting
      .filter((key, at) => waiting.indexOf(key) !== at)
      .map((key): ['doubled', string] => ['doubled', `${stream} ${key} waits twice`]),
    ...unread.map((row): ['lost', string] => ['lost', `${stream} ${row.key}: its bytes are gone`]),
  ]
}

const keyOf = (keyring: Keyring, body: Buffer | null): string =>
  body === null
    ? '?'
    : String((JSON.parse(gunzipSync(keyring.open(body, 'quarantine')).toString()) as SourceRecord)['id'])

/** The sink's own table against the truth: it forbids no second row. */
async function thingFaults(
  pool: pg.Pool,
  stream: string,
  truth: ReadonlyMap<string, string>,
): Promise<['lost' | 'ghosts' | 'doubled', string][]> {
  const { rows } = await pool.query<{ key: string; name: string; field: string }>(
    'select key, name, field from thing where stream = $1',
    [stream],
  )
  const seen = new Set<string>()
  const faults: ['lost' | 'ghosts' | 'doubled', string][] = []
  for (const { key, name, field } of rows) {
    if (seen.has(key)) faults.push(['doubled', `${stream} ${key} stands twice`])
    seen.add(key)
    const wanted = truth.get(key)
    const is = canonical({ code: key, name, field, agency: null, audience: null })
    if (wanted === undefined) faults.push(['ghosts', `${stream} ${key} stands in the table`])
    else if (wanted !== is) faults.push(['lost', `${stream} ${key} stands in another version in the table`])
  }
  for (const key of truth.keys()) if (!seen.has(key)) faults.push(['lost', `${stream} ${key} is not in the table`])
  return faults
}

/** The change feed, followed to its end, must name the rows that are there; a run tells of a key's last state once. */
async function feedFaults(pool: pg.Pool, stream: string, present: ReadonlySet<string>): Promise<string[]> {
  const { rows } = await pool.query<{ key: string; kind: string }>(
    'select key, kind from change where stream_id = $1 order by xid, seq',
    [stream],
  )
  const followed = new Set<string>()
  for (const { key, kind } of rows) {
    if (kind === 'REMOVE') followed.delete(key)
    else followed.add(key)
  }
  return [
    ...[...followed].filter((key) => !present.has(key)).map((key) => `${stream} ${key} is in the feed alone`),
    ...[...present].filter((key) => !followed.has(key)).map((key) => `${stream} ${key} is not in the feed`),
  ]
}

async function leaks({ pool, logged }: Evidence): Promise<string[]> {
  const canary = /CANARY/
  const said = logged.filter((line) => canary.test(line)).map((line) => `the log: ${line.slice(0, 80)}`)
  const { rows } = await pool.query<{ at: string }>(`
    select 'run ' || id as at from run where failure_message like '%CANARY%' or position like '%CANARY%'
    union all select 'quarantine ' || id from quarantine where concat(path, found, expected) like '%CANARY%'
    union all select 'stream ' || id from stream where concat(checkpoint, held_reason) like '%CANARY%'`)
  return [...said, ...rows.map((row) => row.at)]
}
