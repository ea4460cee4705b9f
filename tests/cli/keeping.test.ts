import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { underLoad } from '../kit/under-load.ts'
import { begin, hub, type HubProcess, removeHome } from '../kit/world/hub-process.ts'

// One hub that is kept: its access log, its tokens, its key, its backups. The cases build on each other.
const home = mkdtempSync(join(tmpdir(), 'hub keeping '))
const backup = join(home, 'hub.backup')
const json = async (...args: string[]): Promise<any> => {
  const { code, out, err } = await hub(home, [...args, '--json'])
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return JSON.parse(out) as unknown
}

let running: HubProcess
let url = ''
let every = ''
async function start(): Promise<void> {
  running = begin(home, ['start'])
  url = (await running.until(/Serving (http:\S+)\/graphql/))[1]!
  every = (await running.until(/every scope:\s+(\S+)\n[\s\S]*Ctrl-C/))[1]!
}
const personal = async (): Promise<string> =>
  (await json('token', '--scope', 'dossier:read dossier:personal', '--agency', 'H53', '--purpose', 'dossier-handling'))
    .token
async function names(token: string): Promise<{ status: number; id: string; name: string }> {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      'x-hub-purpose': 'dossier-handling',
    },
    body: JSON.stringify({ query: '{ dossiers(first: 5) { nodes { id applicant { name } } } }' }),
  })
  const { data } = (await answer.json()) as {
    data?: { dossiers: { nodes: { id: string; applicant: { name: string } | null }[] } }
  }
  const found = data?.dossiers.nodes.find((one) => one.applicant !== null)
  return { status: answer.status, id: found?.id ?? '', name: found?.applicant?.name ?? '' }
}
/** Asserts that the hub answers with the status within a second. */
async function untilStatus(token: string, wanted: number): Promise<void> {
  const begun = performance.now()
  for (;;) {
    const { status } = await names(token)
    if (status === wanted) return
    if (performance.now() - begun > underLoad(1_000)) expect(status).toBe(wanted)
    await sleep(20)
  }
}

beforeAll(start)
afterAll(async () => {
  if (running?.child.exitCode === null) await running.end('SIGINT')
  removeHome(home)
})

describe('the access log', () => {
  it('says who read the data of one, is verified, and its head is kept', async () => {
    const read = await names(every)
    expect(read).toMatchObject({ status: 200, name: expect.stringMatching(/\S/) })
    const who = await json('audit', 'who', read.id)
    expect(who).toMatchObject([{ subject: read.id, purpose: 'dossier-handling', field: 'Dossier.applicant.name' }])
    const head = await json('audit', 'head')
    expect(head).toMatchObject({ seq: expect.any(Number), mac: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(readFileSync(join(home, 'audit-heads.jsonl'), 'utf8')).toContain(head.mac)
    const [same, other, wrong] = await Promise.all([
      json('audit', 'verify', '--head', `${head.seq}:${head.mac}`),
      hub(home, ['audit', 'verify', '--head', `${head.seq}:${'0'.repeat(64)}`]),
      hub(home, ['audit', 'verify', '--head', 'x']),
    ])
    expect(same).toMatchObject({ holds: true, fault: null, entries: head.seq })
    expect(other).toMatchObject({ code: 1, out: expect.stringContaining(`entry ${head.seq}`) })
    expect(wrong.code).toBe(2)
  })
})

describe('a revoked token', () => {
  it('is refused within a second, and let in again when that is lifted', async () => {
    const token = await personal()
    const { jti, client_id: client } = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<
      string,
      string
    >
    expect((await names(token)).status).toBe(200)
    expect(await json('revoke', '--jti', jti!)).toMatchObject({
      kind: 'TOKEN',
      value: jti,
      expiresAt: expect.any(String),
    })
    await untilStatus(token, 401)
    expect((await names(every)).status).toBe(200)
    await json('revoke', '--client', client!)
    await untilStatus(every, 401)
    expect(await json('revoke')).toMatchObject([
      { kind: 'CLIENT', value: client, expiresAt: null },
      { kind: 'TOKEN', value: jti },
    ])
    await json('revoke', '--client', client!, '--lift')
    await untilStatus(every, 200)
    const wrong = [
      ['--jti', 'a', '--client', 'b'],
      ['--until', '2h'],
      ['--jti', 'a', '--until', 'yesterday'],
      ['--jti', ''],
    ]
    const ended = await Promise.all(wrong.map((args) => hub(home, ['revoke', ...args])))
    expect(ended.map(({ code }) => code)).toEqual([2, 2, 2, 2])
  })
})

describe('a rotated key', () => {
  it('seals everything anew while the hub answers, and the log still holds', async () => {
    const token = every
    const before = await names(token)
    const rotating = json('key', 'rotate')
    let ended = false
    void rotating.finally(() => (ended = true))
    let asked = 0
    while (!ended) {
      expect(await names(token)).toEqual(before)
      asked += 1
      await sleep(50)
    }
    expect(asked).toBeGreaterThan(5)
    const told = await rotating
    expect(told).toMatchObject({
      left: 0,
      keyFile: join(home, 'key'),
      resealed: { 'audit keys': 1, applicants: expect.any(Number) },
    })
    expect(told.resealed.applicants).toBeGreaterThan(0)
    expect(told.resealed['raw pages']).toBeGreaterThan(0)
    expect(readFileSync(join(home, 'key'), 'utf8').trim().split('\n')).toHaveLength(2)
    const [verified, made] = await Promise.all([json('audit', 'verify'), hub(home, ['key', 'new'])])
    expect(verified).toMatchObject({ holds: true })
    expect(made.out).toMatch(/^[A-Za-z0-9+/]{43}=\n$/)
  })
})

describe('a backup', () => {
  it('is made beside the running hub, is not put into it, and puts back a home that was emptied', async () => {
    const told = await json('backup', backup)
    expect(told).toMatchObject({ file: backup, rows: expect.any(Number) })
    const refused = await hub(home, ['restore', backup, '--force'])
    expect(refused).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^a hub is using this database \(.*\): stop it first\n$/),
    })
    const before = await names(every)
    expect(await running.end('SIGINT')).toBe(0)
    expect(await hub(home, ['restore', backup])).toMatchObject({
      code: 1,
      err: expect.stringContaining('is not empty'),
    })
    expect(await json('restore', backup, '--force')).toMatchObject({ rows: told.rows, tables: told.tables })
    expect(await json('audit', 'verify')).toMatchObject({ holds: true })
    await start()
    expect(await names(every)).toEqual(before)
    expect(readdirSync(home).filter((name) => name.includes('unfinished'))).toEqual([])
  })

  it('of another key is refused in one line', async () => {
    const other = mkdtempSync(join(tmpdir(), 'hub other '))
    const { code, err } = await hub(other, ['restore', backup])
    expect({ code, lines: err.trim().split('\n').at(-1) }).toEqual({
      code: 1,
      lines: expect.stringContaining('was sealed under a key that the hub does not have'),
    })
    removeHome(other)
    rmSync(other, { recursive: true, force: true })
  })
})
