import { exportJWK, generateKeyPair } from 'jose'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openVerifier, type Verifier } from '../../src/access/token/verifier.ts'
import { testIssuer, type TestIssuer } from '../kit/token.ts'
import { house } from '../../src/domains/index.ts'

const minute = 60_000
let clock = Date.UTC(2026, 2, 5)
let issuer: TestIssuer
let verifier: Verifier
const alarms: string[] = []

beforeAll(async () => {
  issuer = await testIssuer({ now: () => clock })
  verifier = openVerifier({
    issuers: [issuer.trusted()],
    now: () => clock,
    agencyRangeOf: () => null,
    isScope: house.isScope,
    alarm: (_name, what) => void alarms.push(what),
  })
})
afterAll(() => issuer.close())

const takes = async (token: string): Promise<boolean> =>
  verifier.verify(`Bearer ${token}`).then(
    () => true,
    () => false,
  )

it('an issuer that is down for a day costs no valid token its answer', async () => {
  expect(await takes(await issuer.mint())).toBe(true)
  issuer.serve(new Error('down'))
  const begun = clock
  for (let passed = 5; passed < 24 * 60; passed += 5) {
    clock = begun + passed * minute
    expect([passed, await takes(await issuer.mint())]).toEqual([passed, true])
  }
  expect(alarms).toContain('the keys could not be fetched')
  clock = begun + 24 * 60 * minute + minute
  expect(await takes(await issuer.mint())).toBe(false)
  issuer.serve([issuer.publicJwk])
  clock += minute
  expect(await takes(await issuer.mint())).toBe(true)
})

it('a key that the issuer has just brought into use is known at its first request', async () => {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
  issuer.serve([issuer.publicJwk, { ...(await exportJWK(publicKey)), kid: 'second', alg: 'RS256', use: 'sig' }])
  expect(await takes(await issuer.mint({ key: privateKey, header: { kid: 'second' } }))).toBe(true)
  expect(await takes(await issuer.mint())).toBe(true)
  issuer.serve([issuer.publicJwk])
  clock += 11 * minute
  await takes(await issuer.mint())
  await expect.poll(async () => takes(await issuer.mint({ key: privateKey, header: { kid: 'second' } }))).toBe(false)
})
