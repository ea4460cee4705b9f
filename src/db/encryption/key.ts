// Loads the keys of encryption at rest, and makes new ones.
import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { DecryptionError } from './decryption-error.ts'

export interface LoadedKey {
  /** 32 bytes each, the current one first: what `openKeyring` takes. */
  readonly keys: readonly Uint8Array[]
  /** The key file; null where the keys are in the environment. */
  readonly path: string | null
  /** For the operator, when the key was made just now, beside the data that it protects. */
  readonly warning: string | undefined
}

export interface KeyLocation {
  readonly HUB_KEY?: string | undefined
  readonly HUB_KEY_FILE?: string | undefined
  /** Folder of the file `key` when neither is given. */
  readonly home: string
}

/**
 * The keys of encryption at rest: of HUB_KEY (separated by commas), else of the file (one a line), else of the home, where
 * the first call makes one (0600). A key is 32 bytes in base64 or hexadecimal; the first one is current. Throws
 * DecryptionError with one line, never with the key.
 */
export function loadKey(location: KeyLocation): LoadedKey {
  const { HUB_KEY: text = '', HUB_KEY_FILE: file = '', home } = location
  if (text !== '' && file !== '')
    throw new DecryptionError('HUB_KEY and HUB_KEY_FILE are both set, expected one of them')
  if (text !== '') return { keys: parse(text, 'HUB_KEY'), path: null, warning: undefined }
  if (file !== '') return { keys: parse(read(file, `HUB_KEY_FILE ${file}`), file), path: file, warning: undefined }
  const path = join(home, 'key')
  const made = make(home, path)
  const warning = made
    ? `A key of encryption at rest was made in ${path}. Keep a copy elsewhere: without it the data cannot be read. In production set HUB_KEY_FILE.`
    : undefined
  return { keys: parse(read(path, path), path), path, warning }
}

/** Puts a new key first in the file, before the others, and keeps the file's rights. Throws DecryptionError where it cannot be written. */
export function addKey(path: string): void {
  const fresh = `${path}.${randomBytes(6).toString('hex')}`
  try {
    const { mode } = statSync(path)
    writeFileSync(fresh, `${newKey()}\n${readFileSync(path, 'utf8')}`, { mode: mode & 0o777, flush: true })
    renameSync(fresh, path)
  } catch (error) {
    rmSync(fresh, { force: true })
    const { code } = error as NodeJS.ErrnoException
    throw new DecryptionError(
      `${path} cannot be written (${code}): put a new key (hub key new) before the others in it and run this again`,
      { cause: error },
    )
  }
}

/** The text of a new key for HUB_KEY or the key file. */
export const newKey = (): string => randomBytes(32).toString('base64')

function make(home: string, path: string): boolean {
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const fresh = `${path}.${randomBytes(6).toString('hex')}`
  try {
    writeFileSync(fresh, `${newKey()}\n`, { mode: 0o600 })
    linkSync(fresh, path) // two processes that start at once both take the key of the first
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw new DecryptionError(`no key can be made in ${home} (${(error as NodeJS.ErrnoException).code})`, {
      cause: error,
    })
  } finally {
    rmSync(fresh, { force: true })
  }
}

function read(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new DecryptionError(`${name} cannot be read (${(cause as NodeJS.ErrnoException).code})`, { cause })
  }
}

function parse(text: string, name: string): Uint8Array[] {
  const keys = text.split(/[\s,]+/).filter((part) => part !== '')
  if (keys.length === 0)
    throw new DecryptionError(`${name} contains no key, expected 32 bytes in base64 or hexadecimal`)
  return keys.map((key, index) => {
    const bytes = /^[0-9a-fA-F]{64}$/.test(key) ? Buffer.from(key, 'hex') : Buffer.from(key, 'base64')
    if (bytes.length === 32 && /^[A-Za-z0-9+/_=-]+$/.test(key)) return bytes
    const which = keys.length === 1 ? '' : ` (key ${index + 1})`
    throw new DecryptionError(
      `${name}${which} is a text of ${key.length} characters, expected 32 bytes in base64 or hexadecimal`,
    )
  })
}
