// Tests of revocations across gateways.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  liftRevocation,
  listRevocations,
  pruneRevocations,
  revoke,
  type Revocations,
  openRevocations,
} from '../../../src/access/token/revocation.ts'
import { openVerifier, type Verifier } from '../../../src/access/token/verifier.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'
import { testIssuer, type TestIssuer } from '../../kit/token.ts'
import { house } from '../../../src/domains/index.ts'
import { underLoad } from '../../kit/under-load.ts'

interface Gateway {
  readonly revocations: Revocations
  readonly verifier: Verifier
}

let database: FreshDatabase
let issuer: TestIssuer
const gateways: Gateway[] = []

async function openGateway(now = Date.now): Promise<Gateway> {
  const revocations = await openRevocations(database.url, { now, onError: () => {} })
  const { revoked } = revocations
  return {
    revocations,
    verifier: openVerifier({
      issuers: [issuer.trusted()],
      now: Date.now,
      agencyRangeOf: () => null,
      isScope: house.isScope,
      revoked,
    }),
  }
}
beforeAll(async () => {
  database = await freshDatabase()
  issuer = await testIssuer()
  gateways.push(await openGateway(), await openGateway())
})
afterAll(async () => {
  for (const { revocations } of gateways) await revocations.close()
  await issuer.close()
  await database.drop()
})
beforeEach(() => database.pool.query('delete from revocation'))

const accepted = (token: string): Promise<boolean[]> =>
  Promise.all(
    gateways.map(({ verifier }) =>
      verifier.verify(`Bearer ${token}`).then(
        () => true,
        () => false,
      ),
    ),
  )
/** Milliseconds until every gateway says so. */
async function until(token: string, wanted: boolean): Promise<number> {
  const begun = performance.now()
  while ((await accepted(token)).some((one) => one !== wanted)) {
    if (performance.now() - begun > underLoad(10_000)) throw new Error('a gateway never knew')
    await sleep(5)
  }
  return performance.now() - begun
}

describe('a revocation', () => {
  it('of a token refuses it on every gateway within a second, although its proof is remembered, and no other token', async () => {
    const [token, other] = [await issuer.mint({ claims: { jti: 'lost' } }), await issuer.mint()]
    expect(await accepted(token)).toEqual([true, true])
    await revoke(database.db, { kind: 'TOKEN', value: 'lost' }, new Date(Date.now() + 60_000))
    expect(await until(token, false)).toBeLessThan(underLoad(1000))
    expect(await accepted(other)).toEqual([true, true])
    expect(await liftRevocation(database.db, { kind: 'TOKEN', value: 'lost' })).toBe(true)
    expect(await liftRevocation(database.db, { kind: 'TOKEN', value: 'lost' })).toBe(false)
    expect(await until(token, true)).toBeLessThan(underLoad(1000))
  })

  it('of a client refuses its tokens, those of client_id and of azp, and not a token of that jti', async () => {
    const tokens = [
      await issuer.mint({ claims: { client_id: 'ward-7' } }),
      await issuer.mint({ claims: { azp: 'ward-7' } }),
    ]
    const other = await issuer.mint({ claims: { jti: 'ward-7' } })
    await revoke(database.db, { kind: 'CLIENT', value: 'ward-7' }, null)
    for (const token of tokens) expect(await until(token, false)).toBeLessThan(underLoad(1000))
    expect(await accepted(other)).toEqual([true, true])
  })

  it('ends at its time and is forgotten then', async () => {
    let now = Date.now()
    const slow = await openRevocations(database.url, { now: () => now, onError: () => {} })
    const end = new Date(now + 60_000)
    await revoke(database.db, { kind: 'TOKEN', value: 'short' }, end)
    const token = { jti: 'short', client: null }
    while (!slow.revoked(token)) await sleep(5)
    now = end.getTime() - 1
    expect(slow.revoked(token)).toBe(true)
    now = end.getTime()
    expect(slow.revoked(token)).toBe(false)
    await slow.close()
    expect(await listRevocations(database.db)).toMatchObject([{ kind: 'TOKEN', value: 'short' }])
    await revoke(database.db, { kind: 'TOKEN', value: 'short' }, new Date(0))
    expect(await listRevocations(database.db)).toEqual([])
    await pruneRevocations(database.db)
    expect((await database.pool.query('select 1 from revocation')).rows).toEqual([])
  })

  it('notifies those that let a token in before', async () => {
    const { revoked, onChange } = gateways[0]!.revocations
    const letIn = { jti: 'subscriber', client: null }
    const notified = new Promise<void>((resolve) => {
      const forget = onChange(() => {
        if (!revoked(letIn)) return
        forget()
        resolve()
      })
    })
    await revoke(database.db, { kind: 'TOKEN', value: 'subscriber' }, null)
    await notified
  })

  it('made while a gateway had lost its connection is known as soon as it has another one', async () => {
    const token = await issuer.mint({ claims: { jti: 'meanwhile' } })
    await database.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'hub revocations'`,
    )
    await revoke(database.db, { kind: 'TOKEN', value: 'meanwhile' }, null)
    expect(await until(token, false)).toBeLessThan(underLoad(1000))
    // And what comes after it is heard again.
    const next = await issuer.mint({ claims: { jti: 'afterwards' } })
    await revoke(database.db, { kind: 'TOKEN', value: 'afterwards' }, null)
    expect(await until(next, false)).toBeLessThan(underLoad(1000))
  })
})
