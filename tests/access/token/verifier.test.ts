// Tests of the verifier: what is accepted, and every way of being refused.
import { createHmac, createSign } from 'node:crypto'
import { exportSPKI, exportJWK, generateKeyPair, importJWK } from 'jose'
import type { CryptoKey } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { anonymous } from '../../../src/access/caller.ts'
import { openVerifier } from '../../../src/access/token/verifier.ts'
import type { Verifier, VerifierOptions } from '../../../src/access/token/verifier.ts'
import { testIssuer } from '../../kit/token.ts'
import type { MintRequest, TestIssuer } from '../../kit/token.ts'
import { house } from '../../../src/domains/index.ts'
import { underLoad } from '../../kit/under-load.ts'

const start = Date.UTC(2026, 2, 5)
let clock = start
const now = (): number => clock
let one: TestIssuer
let two: TestIssuer
let verifier: Verifier

const ranges: Readonly<Record<string, { from: string; to: string }>> = {
  H53: { from: 'H53', to: 'H53/￿' },
  'H53.21': { from: 'H53/21', to: 'H53/21/￿' },
  'H53.21.3': { from: 'H53/21/3', to: 'H53/21/3/￿' },
  '000.00.21.H53': { from: 'H53/21', to: 'H53/21/￿' },
}

function open(more: Partial<VerifierOptions> = {}): Verifier {
  return openVerifier({
    issuers: [one.trusted(), two.trusted({ agencies: ['H53.21'] })],
    now,
    agencyRangeOf: (code) => ranges[code] ?? null,
    isScope: house.isScope,
    ...more,
  })
}

beforeAll(async () => {
  one = await testIssuer({ now })
  two = await testIssuer({ now })
})
afterAll(async () => {
  await one.close()
  await two.close()
})
beforeEach(() => {
  clock = start
  one.serve([one.publicJwk])
  verifier = open()
})

const take = (token: string, of: Verifier = verifier) => of.verify(`Bearer ${token}`)
const refused = (token: string, of: Verifier = verifier) =>
  expect(take(token, of)).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
    message: 'Cần mã truy cập hợp lệ. · A valid access token is required.',
  })
const base64 = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** The parts of a good token, to be put together wrongly. */
async function parts(request: MintRequest = {}): Promise<[string, string, string]> {
  return (await one.mint(request)).split('.') as [string, string, string]
}

describe('a good token', () => {
  it('gives its caller with known scopes, agency, path range, purposes and end', async () => {
    const token = await one.mint({
      scope: 'dossier:read camera:read nothing:known',
      agency: 'H53.21',
      purposes: ['dossier-handling'],
      claims: { client_id: 'app' },
    })
    const caller = await verifier.verify(`Bearer ${token}`, 'dossier-handling')
    expect(caller).toMatchObject({
      subject: 'someone',
      issuer: one.issuer,
      client: 'app',
      agency: 'H53.21',
      agencyRange: ranges['H53.21'],
      purpose: 'dossier-handling',
      expiresAt: start / 1000 + 600,
    })
    expect([...caller.scopes]).toEqual(['dossier:read', 'camera:read'])
    expect([...caller.purposes]).toEqual(['dossier-handling'])
  })

  it('is needed only where a header is: none is an anonymous caller', async () => {
    expect(await verifier.verify(undefined)).toBe(anonymous)
    expect(await verifier.verify([])).toBe(anonymous)
  })

  it('may say JWT as its type, unless the issuer is strict', async () => {
    const token = await one.mint({ header: { typ: 'JWT' } })
    expect((await take(token)).subject).toBe('someone')
    await refused(token, open({ issuers: [one.trusted({ typ: 'at+jwt' })] }))
  })

  it('with an agency that nobody knows sees no rows', async () => {
    expect((await take(await one.mint({ agency: 'H53.99' }))).agencyRange).toBeNull()
  })

  it('is proved once: a second look costs no fetch and ends with its time', async () => {
    const token = await one.mint({ ttlSeconds: 100 })
    await take(token)
    const before = one.fetches()
    await take(token)
    expect(one.fetches()).toBe(before)
    clock += 161_000
    await refused(token)
  })
})

describe('a token is refused', () => {
  it('A01 without a signature, however "none" is spelt', async () => {
    const [, payload] = await parts()
    for (const alg of ['none', 'None', 'nOnE']) {
      const header = base64({ alg, typ: 'at+jwt', kid: 'first' })
      await refused(`${header}.${payload}.`)
      await refused(`${header}.${payload}.AAAA`)
    }
  })

  it('A02 when HS256 is keyed with the public key', async () => {
    const [, payload] = await parts()
    const header = base64({ alg: 'HS256', typ: 'at+jwt', kid: 'first' })
    const key = (await importJWK(one.publicJwk, 'RS256', { extractable: true })) as CryptoKey
    const secrets = [await exportSPKI(key), Buffer.from(one.publicJwk.n ?? '', 'base64url')]
    for (const secret of secrets) {
      const signature = createHmac('sha256', secret).update(`${header}.${payload}`).digest('base64url')
      await refused(`${header}.${payload}.${signature}`)
    }
  })

  it('A03 when its key name is a path, a statement, too long or missing', async () => {
    for (const kid of ['../../../../../dev/null', "' OR 1=1--", 'k'.repeat(10_000), 7, '']) {
      await refused(await one.mint({ header: { kid: kid as string } }))
    }
  })

  it('A04 when it brings its own key, without asking anyone for it', async () => {
    const own = await generateKeyPair('RS256', { extractable: true })
    const jwk = await exportJWK(own.publicKey)
    const before = one.fetches()
    await refused(await one.mint({ key: own.privateKey, header: { jwk } }))
    await refused(await one.mint({ key: own.privateKey, header: { jku: `${two.issuer}/keys` } }))
    await refused(await one.mint({ key: own.privateKey, header: { x5u: `${two.issuer}/keys` } }))
    expect(one.fetches()).toBe(before)
    await refused(await one.mint({ key: own.privateKey }))
  })

  it('A05 with a critical extension or an unencoded payload', async () => {
    const [, payload] = await parts()
    for (const more of [{ crit: ['exp2'], exp2: 1 }, { b64: false, crit: ['b64'] }, { b64: false }]) {
      const header = base64({ alg: 'RS256', typ: 'at+jwt', kid: 'first', ...more })
      await refused(await signed(header, payload))
    }
  })

  it('A06 without an end, or with one that is a text, endless or too far', async () => {
    const at = start / 1000
    for (const exp of [undefined, '9999999999', 1e308, at + 86_401]) await refused(await one.mint({ claims: { exp } }))
    await expect(take(await one.mint({ ttlSeconds: 86_400 }))).resolves.toBeDefined()
    await refused(await one.mint({ ttlSeconds: 601 }), open({ issuers: [one.trusted({ maxTokenAgeSeconds: 600 })] }))
  })

  it('A07 when it is over, not yet valid or from the future, by more than 60 seconds', async () => {
    const at = start / 1000
    await refused(await one.mint({ claims: { iat: at - 700, exp: at - 61 } }))
    await refused(await one.mint({ claims: { nbf: at + 61 } }))
    await refused(await one.mint({ claims: { iat: at + 3_600, exp: at + 3_700 } }))
    await expect(take(await one.mint({ claims: { iat: at - 700, exp: at - 30 } }))).resolves.toBeDefined()
  })

  it('A08 for another audience, several ones, or an issuer written otherwise', async () => {
    for (const aud of ['other', undefined, ['other', 'hub'], []]) {
      await refused(await one.mint({ claims: { aud } }))
    }
    await refused(await one.mint({ claims: { iss: `${one.issuer}/` } }))
    await refused(await one.mint({ claims: { iss: one.issuer.toUpperCase() } }))
    await expect(take(await one.mint({ claims: { aud: ['hub'] } }))).resolves.toBeDefined()
    const wide = open({ issuers: [one.trusted({ otherAudiences: ['other'] })] })
    await expect(take(await one.mint({ claims: { aud: ['other', 'hub'] } }), wide)).resolves.toBeDefined()
  })

  it('A09 when it is an ID or a refresh token', async () => {
    await refused(await one.mint({ header: { typ: 'id_token' } }))
    await refused(await one.mint({ claims: { nonce: 'n' } }))
    await refused(await one.mint({ claims: { at_hash: 'h' } }))
    for (const typ of ['ID', 'Refresh', 'refresh', 'Offline']) await refused(await one.mint({ claims: { typ } }))
    await expect(take(await one.mint({ claims: { typ: 'Bearer' } }))).resolves.toBeDefined()
  })

  it('A10 when a claim is given twice', async () => {
    const [header, payload] = await parts({ scope: 'dossier:read' })
    const text = Buffer.from(payload, 'base64url').toString()
    const twice = base64(text.replace('"scope":"dossier:read"', '"scope":"dossier:read","scope":"audit:read"'))
    await expect(take(await signed(header, base64(text)))).resolves.toBeDefined()
    await refused(await signed(header, twice))
  })

  it('A12 when it claims an agency outside what its issuer may', async () => {
    for (const agency of ['H53', 'H53.2', 'H53.211', 'H53.99']) await refused(await two.mint({ agency }))
    for (const agency of ['H53.21', 'H53.21.3', '000.00.21.H53']) {
      await expect(take(await two.mint({ agency }))).resolves.toMatchObject({ agency })
    }
    await refused(await one.mint({ agency: ['H53'] }))
  })

  it('A14 when it is huge, in a split second', async () => {
    const token = `${await one.mint()}${'A'.repeat(2_000_000)}`
    const before = performance.now()
    await refused(token)
    expect(performance.now() - before).toBeLessThan(underLoad(50))
  })

  it('A14 when there are two headers, or one that is not a bearer token', async () => {
    const token = await one.mint()
    for (const header of [
      [`Bearer ${token}`, `Bearer ${token}`],
      `Bearer ${token}, Bearer ${token}`,
      '',
      'Bearer',
      token,
    ]) {
      await expect(verifier.verify(header)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    }
    await expect(verifier.verify('Basic aHVi')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  it('without a subject, an id or a time of issue', async () => {
    for (const name of ['sub', 'jti', 'iat', 'iss']) await refused(await one.mint({ claims: { [name]: undefined } }))
  })

  it('A13 from the moment its id or its client is revoked, though it was proved before', async () => {
    const gone = new Set<string>()
    const strict = open({ revoked: ({ jti, client }) => gone.has(jti) || gone.has(client ?? '') })
    const token = await one.mint({ claims: { jti: 'a', client_id: 'b' } })
    await expect(take(token, strict)).resolves.toBeDefined()
    gone.add('b')
    await refused(token, strict)
  })
})

it('A11 opens no scope for a claim that is not a plain list of names', async () => {
  const odd = [
    ['dossier:read'],
    7,
    { a: 1 },
    '*',
    'audit:read dossier:read\u00a0camera:read',
    'dossier:read\u200b',
    'DOSSIER:READ',
  ]
  for (const scope of odd) expect((await take(await one.mint({ scope }))).scopes.size).toBe(0)
})

describe('the keys of an issuer', () => {
  it('A15 are fetched at most three times for 10,000 unknown names in ten seconds', async () => {
    await take(await one.mint())
    const before = one.fetches()
    const [, payload, signature] = await parts()
    for (let index = 0; index < 10_000; index += 1) {
      clock += 1
      const header = base64({ alg: 'RS256', typ: 'at+jwt', kid: `k${index}` })
      await take(`${header}.${payload}.${signature}`).catch(() => null)
    }
    expect(one.fetches() - before).toBeLessThanOrEqual(2)
    await expect(take(await one.mint())).resolves.toBeDefined()
  })

  it('are fetched again when a new one signs', async () => {
    await take(await one.mint())
    const next = await generateKeyPair('ES256', { extractable: true })
    one.serve([one.publicJwk, { ...(await exportJWK(next.publicKey)), kid: 'second', alg: 'ES256' }])
    const token = await one.mint({ key: next.privateKey, header: { alg: 'ES256', kid: 'second' } })
    await expect(take(token)).resolves.toBeDefined()
  })

  it('serve on while the issuer is down, for a day', async () => {
    await take(await one.mint())
    one.serve(new Error('down'))
    clock += 23 * 3_600_000
    await expect(take(await one.mint())).resolves.toBeDefined()
    clock += 2 * 3_600_000
    await refused(await one.mint())
    one.serve([one.publicJwk])
    clock += 6_000
    await expect(take(await one.mint())).resolves.toBeDefined()
  })

  it('A16 stay when weak, shared or doubled ones replace them, and an alarm is raised', async () => {
    const alarms: string[] = []
    const careful = open({ alarm: (_issuer, what) => alarms.push(what) })
    await take(await one.mint(), careful)
    const weak = { kty: 'RSA', n: base64('x'.repeat(64)), e: 'AQAB', kid: 'first', alg: 'RS256' }
    const fresh = await exportJWK((await generateKeyPair('RS256', { extractable: true })).publicKey)
    const sets = [
      [{ kty: 'oct', k: base64('secret'), kid: 'first' }],
      [weak],
      [
        { ...fresh, kid: 'first' },
        { ...fresh, kid: 'first' },
      ],
    ]
    for (const keys of sets) {
      alarms.length = 0
      one.serve(keys)
      clock += 11 * 60_000
      await take(await one.mint(), careful)
      await expect.poll(() => alarms.length).toBeGreaterThan(0)
      await expect(take(await one.mint(), careful)).resolves.toBeDefined()
    }
  })

  it('that were withdrawn verify nothing any more, also what was proved before', async () => {
    const token = await one.mint()
    await take(token)
    const other = {
      ...(await exportJWK((await generateKeyPair('RS256', { extractable: true })).publicKey)),
      kid: 'other',
    }
    one.serve([other])
    clock += 11 * 60_000
    const later = await one.mint()
    const before = one.fetches()
    await take(later).catch(() => null)
    await expect.poll(() => one.fetches()).toBeGreaterThan(before)
    await expect
      .poll(() =>
        take(later).then(
          () => 'taken',
          () => 'refused',
        ),
      )
      .toBe('refused')
  })
})

async function signed(header: string, payload: string): Promise<string> {
  const pem = await import('jose').then(({ exportPKCS8 }) => exportPKCS8(one.privateKey))
  return `${header}.${payload}.${createSign('RSA-SHA256').update(`${header}.${payload}`).sign(pem, 'base64url')}`
}
