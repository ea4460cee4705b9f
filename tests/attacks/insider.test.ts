import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readHead } from '../../src/access/audit/export.ts'
import { verifyAudit } from '../../src/access/audit/verify.ts'
import { canaries } from './canaries.ts'
import { type AttackWorld, openAttackWorld } from './world.ts'
import { underLoad } from '../kit/under-load.ts'

let world: AttackWorld
beforeAll(async () => {
  world = await openAttackWorld()
})
afterAll(() => world?.close())

const purpose = 'dossier-handling'
const readA = '{ dossier(code: "A1") { applicant { name phone } } }'

/** Milliseconds until the hub refuses the token. */
async function refusedAfter(token: string): Promise<number> {
  const begun = performance.now()
  for (;;) {
    const { status } = await world.attack('{ __typename }', { token })
    if (status === 401) return performance.now() - begun
    if (performance.now() - begun > underLoad(10_000)) return Infinity
    await sleep(20)
  }
}

describe('A13 a token that was taken back', () => {
  it('is refused within a second of its revocation, by its id or its client’s', async () => {
    const claims = { client_id: 'stolen-app' }
    for (const way of ['--jti', '--client'] as const) {
      const token = await world.mint({
        scope: 'dossier:read',
        agency: 'H53.21',
        claims: { ...claims, jti: 'stolen-token' },
      })
      const other = await world.mint({ scope: 'dossier:read', agency: 'H53.21', claims: { client_id: 'honest-app' } })
      expect((await world.attack('{ __typename }', { token })).status).toBe(200)
      const { code, err } = await world.command('revoke', way, way === '--jti' ? 'stolen-token' : 'stolen-app')
      expect([code, err]).toEqual([0, expect.not.stringContaining('Error')])
      expect(await refusedAfter(token)).toBeLessThan(underLoad(1_000))
      expect((await world.attack('{ __typename }', { token: other })).status).toBe(200)
      await world.command('revoke', way, way === '--jti' ? 'stolen-token' : 'stolen-app', '--lift')
      await expect
        .poll(async () => (await world.attack('{ __typename }', { token })).status, { timeout: 60_000 })
        .toBe(200)
    }
  })
})

describe('A33 a subscription', () => {
  it('ends within a second of its token', async () => {
    const token = await world.mint({ scope: 'dossier:read', agency: 'H53.21', ttlSeconds: 3, claims: {} })
    const begun = performance.now()
    const answer = await fetch(`${world.url}/graphql/stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: 'subscription { dossierChanged { code } }' }),
    })
    expect(answer.status).toBe(200)
    const said = await answer.text()
    const seconds = (performance.now() - begun) / 1000
    expect(seconds).toBeGreaterThan(1)
    expect(seconds).toBeLessThan(3 + underLoad(1.5))
    expect(said).toContain('event: complete')
  })

  it('tells of no row of another agency, and of a change of its own one', async () => {
    const token = await world.mint({ scope: 'dossier:read', agency: 'H53.21' })
    const leaving = new AbortController()
    const answer = await fetch(`${world.url}/graphql/stream`, {
      signal: leaving.signal,
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: 'subscription { dossierChanged { code subject } }' }),
    })
    let heard = ''
    const reading = (async () => {
      for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>)
        heard += Buffer.from(chunk).toString()
    })().catch(() => undefined)
    await sleep(300)
    for (const key of ['B1', 'A1']) {
      await world.database.pool.query(
        `insert into change (entity, source_id, stream_id, key, kind, run_id) values ('Dossier', 'one-stop', 'dossiers', $1, 'UPSERT', 1)`,
        [key],
      )
    }
    await expect.poll(() => heard, { timeout: 60_000 }).toContain('A1')
    expect(heard).not.toContain(canaries.subjectB)
    leaving.abort()
    await reading
  })
})

describe('A63 an access log that its database’s owner alters', () => {
  const alter = (text: string) => world.database.pool.query(text)

  it('is found out, and the entry is named: an edit, a deletion, an exchange, the end cut off', async () => {
    for (let read = 0; read < 6; read += 1) {
      expect((await world.entitled(readA, { purpose })).text).toContain(canaries.nameA)
    }
    const head = await readHead(world.database.pool, new Date())
    expect((await world.command('audit', 'verify', '--json')).code).toBe(0)
    const faultNow = async () =>
      (await verifyAudit(world.database.pool, world.keyring, head === null ? [] : [head])).fault
    expect(await faultNow()).toBeNull()
    const { rows } = await world.database.pool.query<{ id: number }>('select id from access_entry order by id')
    const third = rows[2]!.id
    await alter('alter table access_entry disable trigger all')
    await alter('create table kept as select * from access_entry')
    const restore = async (): Promise<void> => {
      await alter('delete from access_entry')
      await alter('insert into access_entry select * from kept')
    }
    const attacks = [
      `update access_entry set caller = 'nobody' where id = ${third}`,
      `update access_entry set at = at - interval '1 day' where id = ${third}`,
      `delete from access_entry where id = ${third}`,
      `update access_entry set subject = case id when ${third} then 'x' else subject end where id in (${third}, ${third + 1})`,
      `delete from access_entry where id >= ${third}`,
    ]
    for (const attack of attacks) {
      await alter(attack)
      expect([attack, JSON.stringify(await faultNow())]).toEqual([attack, expect.stringContaining(String(third))])
      await restore()
    }
    expect(await faultNow()).toBeNull()
  })
})

it('A61 the database at rest holds no applicant and no rejected record in the clear', async () => {
  const { rows: tables } = await world.database.pool.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  )
  expect(tables.length).toBeGreaterThan(20)
  const sealed = [
    canaries.nameA,
    canaries.identityA,
    canaries.phoneA,
    canaries.emailA,
    canaries.addressA,
    canaries.quarantineB,
    canaries.sourceSecret,
  ]
  let seen = ''
  for (const { name } of tables) {
    const { rows } = await world.database.pool.query<{ text: string }>(
      `select coalesce(string_agg(t::text, E'\\n'), '') as text from "${name}" t`,
    )
    const text = rows[0]!.text
    seen += text
    const hex = (value: string): string => Buffer.from(value).toString('hex')
    expect([name, sealed.filter((value) => text.includes(value) || text.includes(hex(value)))]).toEqual([name, []])
  }
  expect(seen).toContain(canaries.subjectB)
})

it('no canary was in an answer, a log line or a metric', async () => {
  expect(await world.scan()).toEqual([])
})
