// Tests of the keyring and of loading keys.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { DecryptionError, loadKey, newKey, openKeyring } from '../../../src/db/encryption/keyring.ts'

const key = (byte: number) => new Uint8Array(32).fill(byte)

describe('a keyring', () => {
  const keyring = openKeyring(key(1))

  it('gives back exactly what was sealed, in the context it was sealed for', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), fc.string(), (content, context) => {
        const sealed = keyring.seal(content, context)
        expect(sealed.length).toBe(content.length + 33)
        expect(keyring.open(sealed, context).equals(content)).toBe(true)
      }),
    )
    expect(keyring.open(keyring.seal('hồ sơ', 'a'), 'a').toString()).toBe('hồ sơ')
  })

  it('does not open after any one bit was altered', () => {
    const sealed = keyring.seal('hồ sơ', 'quarantine:1')
    fc.assert(
      fc.property(fc.nat(sealed.length * 8 - 1), (bit) => {
        const altered = Buffer.from(sealed)
        altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        expect(() => keyring.open(altered, 'quarantine:1')).toThrow(DecryptionError)
      }),
    )
  })

  it('does not open truncated, in another context or under another key', () => {
    const sealed = keyring.seal('x', 'quarantine:1')
    for (let length = 0; length < sealed.length; length++) {
      expect(() => keyring.open(sealed.subarray(0, length), 'quarantine:1')).toThrow(DecryptionError)
    }
    expect(() => keyring.open(sealed, 'quarantine:2')).toThrow('altered, or sealed for another context')
    expect(() => openKeyring(key(2)).open(sealed, 'quarantine:1')).toThrow(
      'sealed under a key that this keyring does not have',
    )
  })

  it('never seals the same content twice alike', () => {
    expect(keyring.seal('x', 'c').equals(keyring.seal('x', 'c'))).toBe(false)
  })

  it('opens under the older of two keys and seals under the first', () => {
    const rotated = openKeyring([key(2), key(1)])
    const old = keyring.seal('x', 'c')
    expect(rotated.open(old, 'c').toString()).toBe('x')
    expect([rotated.isCurrent(old), rotated.isCurrent(rotated.seal('x', 'c'))]).toEqual([false, true])
    expect(openKeyring(key(2)).open(rotated.seal('y', 'c'), 'c').toString()).toBe('y')
  })
})

describe('a hash', () => {
  it('is 16 bytes, equal for equal texts of one context and key only', () => {
    const keyring = openKeyring(key(1))
    const hash = keyring.hash('079200000001', 'identity')
    expect(hash.length).toBe(16)
    expect(hash.equals(openKeyring(key(1)).hash('079200000001', 'identity'))).toBe(true)
    expect(hash.equals(keyring.hash('079200000002', 'identity'))).toBe(false)
    expect(hash.equals(keyring.hash('079200000001', 'phone'))).toBe(false)
    expect(hash.equals(openKeyring(key(2)).hash('079200000001', 'identity'))).toBe(false)
  })

  it('comes under each key while keys rotate, the current one first', () => {
    const hashes = openKeyring([key(2), key(1)]).hashes('a', 'c')
    expect(hashes).toEqual([openKeyring(key(2)).hash('a', 'c'), openKeyring(key(1)).hash('a', 'c')])
  })
})

describe('the key', () => {
  let home: string
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'hub-key-'))
  })
  afterEach(() => rmSync(home, { recursive: true }))

  it('is made in the home at the first time, with a warning, readable by its owner alone, and found again', () => {
    const made = loadKey({ home })
    expect(made.warning).toContain(join(home, 'key'))
    expect(statSync(join(home, 'key')).mode & 0o777).toBe(0o600)
    expect(made.warning).not.toContain(readFileSync(join(home, 'key'), 'utf8').trim())
    const again = loadKey({ home })
    expect(again.warning).toBeUndefined()
    expect(again.keys).toEqual(made.keys)
  })

  it('comes from HUB_KEY in base64 or hexadecimal, several by commas, the first current', () => {
    const HUB_KEY = `${Buffer.from(key(7)).toString('base64')},${Buffer.from(key(8)).toString('hex')}`
    expect(loadKey({ HUB_KEY, home }).keys.map((one) => [...one])).toEqual([[...key(7)], [...key(8)]])
  })

  it('comes from the file that HUB_KEY_FILE names, one a line', () => {
    const file = join(home, 'keys')
    writeFileSync(file, `${newKey()}\n${newKey()}\n`)
    expect(loadKey({ HUB_KEY_FILE: file, home }).keys).toHaveLength(2)
  })

  it.each([
    ['too short', 'c2VjcmV0', 'HUB_KEY is a text of 8 characters'],
    ['of other letters', `${'#'.repeat(44)}`, 'HUB_KEY is a text of 44 characters'],
    ['the second of two', `${newKey()},abc`, 'HUB_KEY (key 2) is a text of 3 characters'],
  ])('stops with a line that does not show it when it is %s', (_case, HUB_KEY, message) => {
    const load = () => loadKey({ HUB_KEY, home })
    expect(load).toThrow(message)
    expect(load).not.toThrow('c2VjcmV0')
  })

  it('stops when two places are named or the file is missing', () => {
    expect(() => loadKey({ HUB_KEY: newKey(), HUB_KEY_FILE: 'x', home })).toThrow('both set')
    expect(() => loadKey({ HUB_KEY_FILE: join(home, 'none'), home })).toThrow('ENOENT')
  })
})
