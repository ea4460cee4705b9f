import { statSync } from 'node:fs'
import { type Box, openBox } from './keyring.ts'
import { BoxFailure } from './decryption-error.ts'

export interface KeyFile {
  readonly path: string
  /** Its keys as they stand there now, the current one first. */
  readonly load: () => readonly Uint8Array[]
  /** Milliseconds, of any clock that does not go back. */
  readonly now?: () => number
}

const lookEveryMs = 1000

/**
 * A box that follows its key file: a key that is put there is used within a second by every process that has it open, so that a rotation needs
 * no restart; and at once where something was sealed under a key that is not known yet. A file that cannot be read leaves
 * the keys as they are.
 */
export function openBoxOfFile({ path, load, now = () => performance.now() }: KeyFile): Box {
  let box = openBox(load())
  let seen = markOf(path)
  let looked = now()

  function renew(): void {
    looked = now()
    const mark = markOf(path)
    if (mark === seen || mark === '') return
    try {
      box = openBox(load())
      seen = mark
    } catch (error) {
      if (!(error instanceof BoxFailure)) throw error
    }
  }
  function current(): Box {
    if (now() - looked >= lookEveryMs) renew()
    return box
  }
  return {
    seal: (content, context) => current().seal(content, context),
    open(sealed, context) {
      const known = current()
      try {
        return known.open(sealed, context)
      } catch (error) {
        renew()
        if (box === known) throw error
        return box.open(sealed, context)
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
