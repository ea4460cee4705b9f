// Encryption at rest: seals and opens values, and hashes texts that have to be found.
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'

import { DecryptionError } from './decryption-error.ts'

export { DecryptionError } from './decryption-error.ts'

export interface Keyring {
  /**
   * Encrypts under the current key, bound to the context (`quarantine:12`): a sealed value that is moved to another row does
   * not open. 33 bytes longer than the content.
   */
  seal(content: Uint8Array | string, context: string): Buffer
  /** The content of a value that any of the keys has sealed. Throws DecryptionError. */
  open(sealed: Uint8Array, context: string): Buffer
  /** 16 bytes under the current key by which equal texts of one context are found without being opened. */
  hash(text: string, context: string): Buffer
  /** The hash under each key, the current one first: a search compares all of them while a rotation is under way. */
  hashes(text: string, context: string): Buffer[]
  /** False for a value under an older key, which `hub key rotate` has yet to seal again. */
  isCurrent(sealed: Uint8Array): boolean
}

interface Key {
  readonly id: Buffer
  readonly sealing: Buffer
  /** Prepared once: a hash under plain bytes takes seven times as long. */
  readonly hashing: KeyObject
}

// A sealed value: version (1 byte), key id (4), nonce (12), tag (16), content. The header is authenticated with the context.
const version = 1
const header = 5
const nonceEnd = header + 12
const tagEnd = nonceEnd + 16

/**
 * Encryption at rest with AES-256-GCM and HMAC-SHA256, keys derived by HKDF-SHA256 from 32 secret bytes. The first of several
 * keys is the current one. Throws DecryptionError for a key of another length.
 *
 * @example
 * const keyring = openKeyring(loadKey({ home: '.hub' }).keys)
 * keyring.open(keyring.seal('text', 'row:1'), 'row:1').toString() // 'text'
 */
export function openKeyring(secrets: Uint8Array | readonly Uint8Array[]): Keyring {
  const keys = (secrets instanceof Uint8Array ? [secrets] : secrets).map(derive)
  const current = keys[0]
  if (current === undefined) throw new DecryptionError('there is no key')
  const hashUnder = (key: Key, text: string, context: string) =>
    createHmac('sha256', key.hashing).update(`${context}\u0000${text}`).digest().subarray(0, 16)
  return {
    seal: (content, context) => {
      const head = Buffer.concat([Buffer.of(version), current.id])
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', current.sealing, nonce).setAAD(bound(head, context))
      const sealed = Buffer.concat([cipher.update(content), cipher.final()])
      return Buffer.concat([head, nonce, cipher.getAuthTag(), sealed])
    },
    open: (keyring, context) => {
      const bytes = Buffer.from(keyring.buffer, keyring.byteOffset, keyring.byteLength)
      if (bytes.length < tagEnd || bytes[0] !== version) throw new DecryptionError('not a sealed value')
      const head = bytes.subarray(0, header)
      const key = keys.find(({ id }) => id.equals(head.subarray(1)))
      if (key === undefined) throw new DecryptionError('sealed under a key that this keyring does not have')
      try {
        const cipher = createDecipheriv('aes-256-gcm', key.sealing, bytes.subarray(header, nonceEnd), {
          authTagLength: 16,
        })
        cipher.setAAD(bound(head, context)).setAuthTag(bytes.subarray(nonceEnd, tagEnd))
        return Buffer.concat([cipher.update(bytes.subarray(tagEnd)), cipher.final()])
      } catch (cause) {
        throw new DecryptionError('altered, or sealed for another context', { cause })
      }
    },
    hash: (text, context) => hashUnder(current, text, context),
    hashes: (text, context) => keys.map((key) => hashUnder(key, text, context)),
    isCurrent: (keyring) => keyring[0] === version && current.id.equals(keyring.subarray(1, header)),
  }
}

const bound = (head: Buffer, context: string): Buffer => Buffer.concat([head, Buffer.from(context)])

function derive(secret: Uint8Array): Key {
  if (secret.length !== 32) throw new DecryptionError(`a key has ${secret.length} bytes, expected 32`)
  const part = (use: string, length: number) => Buffer.from(hkdfSync('sha256', secret, '', `hub:${use}:1`, length))
  return { id: part('id', 4), sealing: part('seal', 32), hashing: createSecretKey(part('hash', 32)) }
}

export { loadKey, newKey } from './key.ts'
export type { KeyLocation, LoadedKey } from './key.ts'
