// Tests of the development issuer.
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDevelopmentIssuer } from '../../../src/access/token/development-issuer.ts'
import { openVerifier } from '../../../src/access/token/verifier.ts'
import { house } from '../../../src/domains/index.ts'

const now = (): number => Date.UTC(2026, 2, 5)
let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'issuer-'))
})
afterEach(() => rm(home, { recursive: true }))

const open = () =>
  openDevelopmentIssuer({ home, scopes: house.scopes, issuer: 'http://127.0.0.1:4000', audience: 'hub', now })

describe('the development issuer', () => {
  it('mints tokens that a verifier with its keys takes', async () => {
    const issuer = await open()
    const { token, expiresAt } = await issuer.mint({
      scope: 'dossier:read dossier:personal',
      agency: 'H53',
      purposes: ['audit'],
      ttlSeconds: 3_600,
      subject: 'an.officer',
    })
    expect(expiresAt).toBe('2026-03-05T01:00:00.000Z')
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'ES256', typ: 'at+jwt' })
    expect(decodeJwt(token)).toMatchObject({ scope: 'dossier:read dossier:personal', sub: 'an.officer', aud: 'hub' })
    const trusted = { issuer: issuer.issuer, audience: 'hub', keys: async () => issuer.jwks() }
    const caller = await openVerifier({
      issuers: [trusted],
      now,
      agencyRangeOf: () => null,
      isScope: house.isScope,
    }).verify(`Bearer ${token}`)
    expect(caller).toMatchObject({ subject: 'an.officer', agency: 'H53' })
    expect([...caller.purposes]).toEqual(['audit'])
  })

  it('publishes no private key and names its documents', async () => {
    const issuer = await open()
    expect(JSON.stringify(issuer.jwks())).not.toMatch(/"d":/)
    expect(issuer.configuration()).toMatchObject({
      issuer: 'http://127.0.0.1:4000',
      jwks_uri: 'http://127.0.0.1:4000/.well-known/jwks.json',
    })
  })

  it('keeps one key, for its owner alone, also when two processes open it at once', async () => {
    const opened = await Promise.all([open(), open(), open()])
    const names = new Set(opened.map((issuer) => issuer.jwks().keys[0]?.kid))
    expect(names.size).toBe(1)
    expect((await open()).jwks()).toEqual(opened[0]?.jwks())
    expect((await stat(join(home, 'development-issuer.json'))).mode & 0o777).toBe(0o600)
  })

  it('refuses a scope that it does not know, an ill-formed agency, purpose or life', async () => {
    const issuer = await open()
    const mint = (more: object) => issuer.mint({ scope: 'dossier:read', ttlSeconds: 60, ...more })
    await expect(mint({ scope: 'dossier:read dossier:write' })).rejects.toThrow('Unknown scope "dossier:write"')
    await expect(mint({ agency: 'H53 OR 1=1' })).rejects.toThrow(RangeError)
    await expect(mint({ purposes: ['a b'] })).rejects.toThrow(RangeError)
    for (const ttlSeconds of [0, -1, 86_401, 1.5, Number.NaN])
      await expect(mint({ ttlSeconds })).rejects.toThrow(RangeError)
  })

  it('says which file is broken, and does not replace the key', async () => {
    const file = join(home, 'development-issuer.json')
    await writeFile(file, '{"kty":"oct"}')
    await chmod(file, 0o600)
    await expect(open()).rejects.toThrow(file)
    expect(await readFile(file, 'utf8')).toBe('{"kty":"oct"}')
  })
})
