// Tests of the hub's own tokens.
import { createLocalJWKSet, jwtVerify } from 'jose'
import { expect, it } from 'vitest'
import { anonymous, type Caller } from '../../../src/access/caller.ts'
import { openHubIdentity } from '../../../src/access/token/hub-identity.ts'

const begun = Date.parse('2026-03-05T01:00:00Z')
const caller: Caller = {
  ...anonymous,
  subject: 'clerk-7',
  issuer: 'https://sso.example',
  client: 'one-stop-app',
  jti: 'a',
  scopes: new Set(['dossier:read']),
  agency: 'H53.21',
  purposes: new Set(['dossier-handling']),
  purpose: 'dossier-handling',
  expiresAt: begun / 1000 + 3600,
}

async function identity() {
  let time = begun
  const opened = await openHubIdentity({ secret: new Uint8Array(32).fill(3), issuer: 'hub', now: () => time })
  const verified = async (token: string) =>
    (
      await jwtVerify(token, createLocalJWKSet({ keys: [...opened.jwks.keys] }), {
        audience: 'land',
        issuer: 'hub',
        typ: 'at+jwt',
        currentDate: new Date(time),
      })
    ).payload
  return { ...opened, verified, wait: (seconds: number) => (time += seconds * 1000) }
}

it('names the caller to another agency, for that agency alone and one minute', async () => {
  const { tokenFor, verified, wait } = await identity()
  const token = await tokenFor(caller, 'land')
  expect(await verified(token!)).toMatchObject({
    sub: 'clerk-7',
    client_id: 'one-stop-app',
    scope: 'dossier:read',
    agency: 'H53.21',
    purpose: 'dossier-handling',
    exp: begun / 1000 + 60,
  })
  await expect(verified((await tokenFor(caller, 'roads'))!)).rejects.toThrow('aud')
  wait(61)
  await expect(verified(token!)).rejects.toThrow('exp')
})

it('is the same token for the same question, until half of its life is over', async () => {
  const { tokenFor, wait } = await identity()
  const token = await tokenFor(caller, 'land')
  expect(await tokenFor(caller, 'land')).toBe(token)
  expect(await tokenFor({ ...caller, purpose: null }, 'land')).not.toBe(token)
  wait(31)
  expect(await tokenFor(caller, 'land')).not.toBe(token)
})

it('never outlives the token of the caller, and is not made for one without a token', async () => {
  const { tokenFor, verified } = await identity()
  const short = await tokenFor({ ...caller, expiresAt: begun / 1000 + 10 }, 'land')
  expect(await verified(short!)).toMatchObject({ exp: begun / 1000 + 10 })
  expect(await tokenFor(anonymous, 'land')).toBeNull()
})

it('does not vouch for a purpose that the caller may not claim, or that the hub does not list', async () => {
  const { tokenFor, verified } = await identity()
  const claimed = await tokenFor({ ...caller, purpose: 'audit' }, 'land')
  expect(await verified(claimed!)).not.toHaveProperty('purpose')
  const listing = { secret: new Uint8Array(32).fill(3), issuer: 'hub', purposes: new Set(['audit']), now: () => begun }
  const unlisted = await (await openHubIdentity(listing)).tokenFor(caller, 'land')
  expect(await verified(unlisted!)).not.toHaveProperty('purpose')
})
