// A keyring that follows its key file.
import { statSync } from 'node:fs'
import { type Keyring, openKeyring } from './keyring.ts'
import { DecryptionError } from './decryption-error.ts'

export interface KeyFile {
  readonly path: string
  /** The keys that the file has now, the current one first. */
  readonly load: () => readonly Uint8Array[]
  /** Milliseconds, of any clock that does not go back. */
  readonly now?: () => number
}

const checkEveryMs = 1000

/**
 * A keyring that follows its key file: every process uses a new key within a second, and at once to open a value that was
 * sealed under it, so that a rotation needs no restart. A file that cannot be read leaves the keys as they are.
 */
export function openKeyringFile({ path, load, now = () => performance.now() }: KeyFile): Keyring {
  let keyring = openKeyring(load())
  let seen = markOf(path)
  let looked = now()

  function renew(): void {
    looked = now()
    const mark = markOf(path)
    if (mark === seen || mark === '') return
    try {
      keyring = openKeyring(load())
      seen = mark
    } catch (error) {
      if (!(error instanceof DecryptionError)) throw error
    }
  }
  function current(): Keyring {
    if (now() - looked >= checkEveryMs) renew()
    return keyring
  }
  return {
    seal: (content, context) => current().seal(content, context),
    open(sealed, context) {
      const known = current()
      try {
        return known.open(sealed, context)
      } catch (error) {
        renew()
        if (keyring === known) throw error
        return keyring.open(sealed, context)
      }
    },
    hash: (text, context) => current().hash(text, context),
    hashes: (text, context) => current().hashes(text, context),
    isCurrent: (sealed) => current().isCurrent(sealed),
  }
}

function markOf(path: string): string {
  try {
    const { ino, size, mtimeMs } = statSync(path)
    return `${ino} ${size} ${mtimeMs}`
  } catch {
    return ''
  }
}
