// Tests of key rotation over every sealed column.
import { createHmac, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAuditLog } from '../../../src/access/audit/log.ts'
import { readHead } from '../../../src/access/audit/export.ts'
import { rotateAuditKeys } from '../../../src/access/audit/rotate.ts'
import { verifyAudit } from '../../../src/access/audit/verify.ts'
import { type Keyring, openKeyring } from '../../../src/db/encryption/keyring.ts'
import { openKeyringFile } from '../../../src/db/encryption/keyring-file.ts'
import { addKey, loadKey, newKey } from '../../../src/db/encryption/key.ts'
import { countDue, reseal } from '../../../src/db/encryption/rotate.ts'
import { sealedKinds } from '../../../src/main/sealed-kinds.ts'
import { quarantinedText } from '../../../src/sync/quarantine/quarantine.ts'
import { tokensOfWord } from '../../../src/domains/dossier/index.ts'
import { keyring as oldKeyring, openGraph, type OpenGraph } from '../../kit/world/graph.ts'
import { dossierOf, partyOf } from '../../kit/world/records.ts'
import { sampleTown } from '../../kit/world/sample-town.ts'

const oldKey = createHmac('sha256', 'graph').update('test').digest() // that of the graph's keyring
const newSecret = randomBytes(32)
const both = openKeyring([newSecret, oldKey])
const alone = openKeyring(newSecret)

let graph: OpenGraph
beforeAll(async () => {
  graph = await openGraph()
  const clerk = await sampleTown(graph)
  await graph.put(
    'Dossier',
    's',
    Array.from({ length: 1200 }, (_, at) =>
      dossierOf(`N${at}`, { applicant: at % 10 === 0 ? null : partyOf(`Lê Số${at}`, { identityNumber: `0720${at}` }) }),
    ),
  )
  await graph.ask('{ dossiers(first: 5) { nodes { applicant { name } } } }', clerk)
  const { pool } = graph.database
  for (let at = 0; at < 45; at += 1) {
    await pool.query(
      `insert into raw_page (run_id, source_id, stream_id, page, body) values (1, 's', 'list', $1, $2)`,
      [at, oldKeyring.seal(gzipSync(`["${at}"]`), 'raw')],
    )
  }
  await quarantine('K1', { k: 1 }, oldKeyring, { patch: { k: 2 } })
  await quarantine(null, { k: 3 }, oldKeyring)
  await quarantine('CLASSIFIED', null, oldKeyring)
  await quarantine('TWICE', { k: 4 }, oldKeyring)
})
afterAll(() => graph.close())

async function quarantine(
  key: string | null,
  record: object | null,
  keyring: Keyring,
  more: { patch?: object } = {},
): Promise<void> {
  const text = JSON.stringify(record)
  await graph.database.pool.query(
    `insert into quarantine (source_id, stream_id, key, mark, reason, path, body, patch, run_id, seen_at)
     values ('s', 'list', $1, $2, 'MISSING', '', $3, $4, 1, now())`,
    [
      key,
      keyring.hash(key === null ? `bytes:${text}` : `key:${key}`, 'quarantine'),
      record === null ? null : keyring.seal(gzipSync(text), 'quarantine'),
      more.patch === undefined ? null : keyring.seal(JSON.stringify(more.patch), 'quarantine patch'),
    ],
  )
}
const foundBy = async (keyring: Keyring, word: string): Promise<number> => {
  const { rows } = await graph.database.pool.query('select 1 from dossier where personal_tokens && $1::bigint[]', [
    tokensOfWord(keyring, word),
  ])
  return rows.length
}

describe('a rotation', () => {
  it('knows every column with sealed or hashed bytes', async () => {
    const { rows } = await graph.database.pool.query<{ name: string }>(
      `select table_name || '.' || column_name as name from information_schema.columns
       where table_schema = 'public' and data_type = 'bytea' order by 1`,
    )
    const known = sealedKinds.flatMap((kind) => Object.keys(kind.writes).map((column) => `${kind.table}.${column}`))
    const others = [
      'access_entry.mac', // under an audit key, which is sealed itself
      'access_head.base_mac',
      'access_head.mac',
      'access_head.seal',
      'audit_key.sealed', // `rotateAuditKeys`
      'record.hash', // compared under every key that is at hand
      'record.identity', // of no key
    ]
    expect(rows.map(({ name }) => name).filter((name) => !known.includes(name) && !others.includes(name))).toEqual([])
  })

  it('stopped in the middle goes on where it was, and questions are answered throughout', async () => {
    const { db } = graph.database
    const applicants = sealedKinds.find((kind) => kind.table === 'dossier')!
    expect(await countDue(db, applicants, both)).toBe(1083)
    const stop = new AbortController()
    const done = await reseal(db, applicants, both, { signal: stop.signal, onBatch: () => stop.abort() })
    expect(done).toBe(500)
    expect(await countDue(db, applicants, both)).toBe(583)
    // Half under one key and half under the other: all are found and read.
    for (const number of [1, 501, 1199]) expect(await foundBy(both, `so${number}`)).toBe(1)
    const { rows } = await graph.database.pool.query<{ applicant: Buffer }>(
      'select applicant from dossier where applicant is not null',
    )
    for (const { applicant } of rows) expect(both.open(applicant, 'dossier applicant').length).toBeGreaterThan(10)
    expect(await reseal(db, applicants, both)).toBe(583)
    expect(await reseal(db, applicants, both)).toBe(0)
    expect(await foundBy(alone, 'so777')).toBe(1)
    expect(await foundBy(oldKeyring, 'so777')).toBe(0)
  })

  it('leaves a row that another transaction has locked to the next pass and waits for nobody', async () => {
    const { db, pool } = graph.database
    const rawPages = sealedKinds.find((kind) => kind.table === 'raw_page')!
    const other = await pool.connect()
    await other.query('begin; select 1 from raw_page where page = 7 for update')
    expect(await reseal(db, rawPages, both)).toBe(44)
    await other.query('commit')
    other.release()
    expect(await countDue(db, rawPages, both)).toBe(1)
    expect(await reseal(db, rawPages, both)).toBe(1)
  })

  it('keeps rejected records known by their key or their bytes, with their corrections', async () => {
    const { db, pool } = graph.database
    await quarantine('TWICE', { k: 5 }, alone) // met again while the rotation goes on
    const quarantined = sealedKinds.find((kind) => kind.table === 'quarantine')!
    await reseal(db, quarantined, both)
    const { rows } = await pool.query<{
      key: string | null
      mark: Buffer
      body: Buffer | null
      patch: Buffer | null
      left: string | null
    }>('select key, mark, body, patch, left_because as left from quarantine order by id')
    expect(rows.map(({ key, left }) => [key, left])).toEqual([
      ['K1', null],
      [null, null],
      ['CLASSIFIED', null],
      ['TWICE', 'MET_AGAIN'],
      ['TWICE', null],
    ])
    for (const { key, mark, body } of rows) {
      const text = body === null ? '' : quarantinedText(alone, body)
      expect(mark).toEqual(alone.hash(key === null ? `bytes:${text}` : `key:${key}`, 'quarantine'))
    }
    expect(alone.open(rows[0]!.patch!, 'quarantine patch').toString()).toBe('{"k":2}')
    expect(await reseal(db, quarantined, both)).toBe(0)
  })

  it('leaves the access log provable by the new key alone, and later entries are under another audit key', async () => {
    const { pool } = graph.database
    const head = (await readHead(pool, new Date()))!
    const running = openAuditLog({ pool, keyring: both }) // of a process that has the older audit key in memory
    const read = { caller: 'x', issuer: null, token: null, subject: 'y', field: 'z', purpose: null, legalBasis: null }
    await running.append([read])
    expect(await rotateAuditKeys(pool, both)).toBe(1)
    expect(await rotateAuditKeys(pool, both)).toBe(0)
    await running.append([read])
    await openAuditLog({ pool, keyring: alone }).append([read])
    expect(await verifyAudit(pool, alone, [head])).toMatchObject({ entries: 8, heads: 1, fault: null })
    const { rows } = await pool.query('select key_id from access_entry order by id')
    expect(rows.map((row: { key_id: number }) => row.key_id)).toEqual([1, 1, 1, 1, 1, 1, 2, 2])
    await expect(verifyAudit(pool, oldKeyring, [])).rejects.toThrow('a key that this keyring does not have')
  })

  it('leaves nothing that needs the older key', async () => {
    for (const kind of sealedKinds) expect(await countDue(graph.database.db, kind, alone)).toBe(0)
    const { rows } = await graph.database.pool.query<{ body: Buffer }>('select body from raw_page')
    expect(rows).toHaveLength(45)
    for (const { body } of rows) alone.open(body, 'raw')
  })
})

describe('a keyring of a key file', () => {
  const home = mkdtempSync(join(tmpdir(), 'keys '))
  afterAll(() => rmSync(home, { recursive: true }))

  it('takes a key that was put there within a second, and at once where it is needed', () => {
    const { path } = loadKey({ home })
    let now = 0
    const load = () => loadKey({ home }).keys
    const keyring = openKeyringFile({ path: path!, load, now: () => now })
    const old = keyring.seal('x', 'c')
    const hash = keyring.hash('x', 'c')
    addKey(path!)
    expect(statSync(path!).mode & 0o777).toBe(0o600)
    expect(readFileSync(path!, 'utf8').trim().split('\n')).toHaveLength(2)
    expect(keyring.isCurrent(old)).toBe(true)
    const other = openKeyring(load())
    expect(keyring.open(other.seal('y', 'c'), 'c').toString()).toBe('y') // sealed by a process that knew before
    addKey(path!)
    expect(keyring.hash('x', 'c')).toEqual(other.hash('x', 'c'))
    now = 1000
    expect(keyring.isCurrent(old)).toBe(false)
    expect(keyring.hashes('x', 'c')).toHaveLength(3)
    expect(keyring.hashes('x', 'c')[2]).toEqual(hash)
    expect(keyring.open(old, 'c').toString()).toBe('x')
  })

  it('keeps its keys while the file cannot be read, and says what is wrong with a keyring that none opens', () => {
    const path = join(home, 'other')
    writeFileSync(path, newKey())
    let now = 0
    const load = () => loadKey({ HUB_KEY_FILE: path, home }).keys
    const keyring = openKeyringFile({ path, load, now: () => now })
    const sealed = keyring.seal('x', 'c')
    writeFileSync(path, 'not a key, while an editor writes')
    now = 5000
    expect(keyring.open(sealed, 'c').toString()).toBe('x')
    rmSync(path)
    now = 10_000
    expect(keyring.open(sealed, 'c').toString()).toBe('x')
    expect(() => keyring.open(openKeyring(randomBytes(32)).seal('x', 'c'), 'c')).toThrow(
      'a key that this keyring does not have',
    )
    expect(() => addKey(path)).toThrow(/cannot be written \(ENOENT\).*hub key new/)
  })
})
