import { createHmac, createSign, generateKeyPairSync } from 'node:crypto'
import { request as rawRequest } from 'node:http'
import { exportJWK, exportSPKI, generateKeyPair, importJWK } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { MintRequest } from '../kit/token.ts'
import { canaries } from './canaries.ts'
import { type AttackWorld, codesOf, openAttackWorld, timed } from './world.ts'

let world: AttackWorld
beforeAll(async () => {
  world = await openAttackWorld()
})
afterAll(() => world?.close())
beforeEach(() => world.issuer.serve([world.issuer.publicJwk]))

const question = '{ dossiers { nodes { code applicant { name } } } }'
const purpose = 'dossier-handling'
const scope = 'dossier:read dossier:personal'
const rights: MintRequest = { scope, agency: 'H53.21', purposes: [purpose] }

const encoded = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const decoded = (part: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>

/** The token answers 401 with the one masked error, whatever is wrong with it. */
async function refused(token: string): Promise<void> {
  const sent = await world.attack(question, { token, purpose })
  expect(sent.status).toBe(401)
  expect(codesOf(sent)).toEqual(['UNAUTHENTICATED'])
  expect(sent.headers.get('www-authenticate')).toContain('Bearer')
  expect(sent.json.data ?? null).toBeNull()
}
/** The twin: the same question with a good token returns the canary of its agency. */
async function taken(token: string): Promise<void> {
  const sent = await world.entitled(question, { token, purpose })
  expect(sent.text).toContain(canaries.nameA)
}
async function signedBy(header: object, payload: string): Promise<string> {
  const text = `${encoded(header)}.${payload}`
  const pem = (await crypto.subtle.exportKey('pkcs8', world.issuer.privateKey)) as ArrayBuffer
  const key = { key: Buffer.from(pem), format: 'der', type: 'pkcs8' } as const
  return `${text}.${createSign('RSA-SHA256').update(text).sign(key, 'base64url')}`
}

describe('a forged or foreign token is refused', () => {
  it('A01 without a signature, however "none" is written', async () => {
    const good = await world.mint(rights)
    const [, payload = ''] = good.split('.')
    for (const alg of ['none', 'None', 'nOnE'])
      await refused(`${encoded({ alg, typ: 'at+jwt', kid: 'first' })}.${payload}.`)
    await taken(good)
  })

  it('A02 signed by HS256 with the public key as its secret', async () => {
    const [, payload = ''] = (await world.mint(rights)).split('.')
    const text = `${encoded({ alg: 'HS256', typ: 'at+jwt', kid: 'first' })}.${payload}`
    const key = (await importJWK(world.issuer.publicJwk, 'RS256', { extractable: true })) as CryptoKey
    for (const secret of [await exportSPKI(key), Buffer.from(world.issuer.publicJwk.n ?? '', 'base64url')]) {
      await refused(`${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`)
    }
  })

  it('A03 whose key name is a path, a statement or 10 kB, and the name is not logged', async () => {
    for (const kid of ['../../../../dev/null', "' OR 1=1--", 'kid-canary'.repeat(400)]) {
      await refused(await world.mint({ ...rights, header: { kid } }))
    }
    expect(world.log()).not.toMatch(/dev\/null|OR 1=1|kid-canary/)
  })

  it('A04 that brings its own key, and nobody is asked for it', async () => {
    const own = await generateKeyPair('RS256', { extractable: true })
    const jwk = await exportJWK(own.publicKey)
    await taken(await world.mint(rights))
    const asked = world.second.fetches()
    await refused(await world.mint({ ...rights, key: own.privateKey, header: { jwk } }))
    for (const name of ['jku', 'x5u']) {
      await refused(
        await world.mint({ ...rights, key: own.privateKey, header: { [name]: `${world.second.issuer}/keys` } }),
      )
    }
    expect(world.second.fetches()).toBe(asked)
  })

  it('A05 with a critical extension or an unencoded payload', async () => {
    const [, payload = ''] = (await world.mint(rights)).split('.')
    for (const more of [
      { crit: ['exp2'], exp2: 1 },
      { b64: false, crit: ['b64'] },
    ]) {
      await refused(await signedBy({ alg: 'RS256', typ: 'at+jwt', kid: 'first', ...more }, payload))
    }
    await taken(await signedBy({ alg: 'RS256', typ: 'at+jwt', kid: 'first' }, payload))
  })

  it('A06 without an end, or one that is a text, endless or further than a day', async () => {
    const now = Math.floor(Date.now() / 1000)
    for (const exp of [undefined, '9999999999', 1e308, now + 86_500])
      await refused(await world.mint({ ...rights, claims: { exp } }))
    await taken(await world.mint({ ...rights, ttlSeconds: 86_400 }))
  })

  it('A07 that is over, not yet valid or from the future by more than a minute', async () => {
    const now = Math.floor(Date.now() / 1000)
    await refused(await world.mint({ ...rights, claims: { iat: now - 700, exp: now - 62 } }))
    await refused(await world.mint({ ...rights, claims: { nbf: now + 70 } }))
    await refused(await world.mint({ ...rights, claims: { iat: now + 3600, exp: now + 3700 } }))
    await taken(await world.mint({ ...rights, claims: { iat: now - 700, exp: now - 20 } }))
  })

  it('A08 for another audience, none or several, or of an issuer written otherwise', async () => {
    for (const aud of ['other', undefined, ['other', 'hub']])
      await refused(await world.mint({ ...rights, claims: { aud } }))
    for (const iss of [`${world.issuer.issuer}/`, world.issuer.issuer.toUpperCase()]) {
      await refused(await world.mint({ ...rights, claims: { iss } }))
    }
    await taken(await world.mint({ ...rights, claims: { aud: ['hub'] } }))
  })

  it('A09 that is an ID token or a refresh token', async () => {
    for (const claims of [{ nonce: 'n' }, { at_hash: 'h' }, { typ: 'ID' }, { typ: 'Refresh' }]) {
      await refused(await world.mint({ ...rights, claims }))
    }
    await refused(await world.mint({ ...rights, header: { typ: 'id_token+jwt' } }))
  })

  it('A10 in which a claim stands twice', async () => {
    const [header = '', payload = ''] = (await world.mint(rights)).split('.')
    const text = Buffer.from(payload, 'base64url').toString()
    const twice = text.replace(`"scope":"${scope}"`, `"scope":"camera:read","scope":"${scope}"`)
    expect(twice).not.toBe(text)
    await refused(await signedBy(decoded(header), encoded(twice)))
    await taken(await signedBy(decoded(header), encoded(text)))
  })

  it('A12 of an issuer that claims an agency of another one', async () => {
    await refused(await world.second.mint({ ...rights, agency: 'H53.21' }))
    const sent = await world.entitled('{ dossiers { nodes { code } } }', {
      token: await world.second.mint({ ...rights, agency: 'H53.22' }),
    })
    expect(sent.json.data.dossiers.nodes).toEqual([{ code: 'B1' }])
  })

  it('A14 that is huge, stands twice or stands in the address', async () => {
    const good = await world.mint(rights)
    const [sent, took] = await timed(() => world.attack(question, { token: `${good}${'a'.repeat(12_000)}` }))
    expect([401, 431]).toContain(sent.status)
    expect(took).toBeLessThan(500)
    const huge = await world
      .attack(question, { token: undefined, headers: { authorization: `Bearer ${'a'.repeat(60_000)}` } })
      .catch(() => null)
    expect([401, 431]).toContain(huge?.status ?? 431)
    expect(await twoAuthorizations(good)).toBe(401)
    const inAddress = await world.send(
      `/graphql?access_token=${good}&query=${encodeURIComponent('{dossiers{nodes{code}}}')}`,
      {
        headers: { 'apollo-require-preflight': '1' },
      },
    )
    expect(inAddress.text).not.toContain('A1')
    expect(world.log()).not.toContain(good)
  })

  it('A15 by 1,000 unknown key names at the price of three questions to the issuer', async () => {
    const token = await world.mint(rights)
    await taken(token)
    const before = world.issuer.fetches()
    const [head = '', payload = '', signature = ''] = token.split('.')
    const header = decoded(head)
    const begun = performance.now()
    for (let round = 0; round < 10; round += 1) {
      const many = Array.from({ length: 100 }, (_, index) =>
        world.attack('{ __typename }', {
          token: `${encoded({ ...header, kid: `k${round}-${index}` })}.${payload}.${signature}`,
        }),
      )
      for (const { status } of await Promise.all(many)) expect(status).toBe(401)
    }
    const seconds = (performance.now() - begun) / 1000
    expect(world.issuer.fetches() - before).toBeLessThanOrEqual(3 + Math.ceil(seconds / 15))
    await taken(await world.mint(rights))
  })
})

describe('scopes and keys', () => {
  it('A11 are exact words of ASCII: no list, star, other space or invisible letter opens anything', async () => {
    const hidden = [
      ['dossier:read'],
      7,
      { a: 1 },
      '*',
      'dossier:read\u00a0dossier:personal',
      'dossier:\u200bread',
      'DOSSIER:READ',
    ]
    for (const one of hidden) {
      const sent = await world.attack('{ dossiers { nodes { code } } }', {
        token: await world.mint({ ...rights, scope: one }),
      })
      expect(sent.text).not.toContain('A1')
    }
    await taken(await world.mint(rights))
  })

  it('A16 weak or ambiguous keys of the issuer are left out with an alarm, and the good ones serve on', async () => {
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' })
    world.issuer.serve([
      { kty: 'oct', kid: 'oct', k: Buffer.from('secret').toString('base64url') },
      { ...weak, kid: 'weak', alg: 'RS256' },
    ])
    for (const kid of ['oct', 'weak']) await refused(await world.mint({ ...rights, header: { kid } }))
    await taken(await world.mint(rights))
  })
})

it('no canary was in an answer, a log line or a metric', async () => {
  expect(await world.scan()).toEqual([])
})

/** `fetch` joins equal headers; node:http sends both. */
function twoAuthorizations(token: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = rawRequest(`${world.url}/graphql`, { method: 'POST' }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    asked.on('error', reject)
    asked.setHeader('content-type', 'application/json')
    asked.setHeader('authorization', [`Bearer ${token}`, 'Bearer other'])
    asked.end(JSON.stringify({ query: '{ __typename }' }))
  })
}
