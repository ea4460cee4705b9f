// The home of the embedded database: its data directory, and what it remembers of it.
import { createHash, randomBytes } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

import type { Account } from './account.ts'
import { canEnter } from './account.ts'
import { EmbeddedFailure } from './failure.ts'
import { postmasterOf } from './postmaster.ts'

/** What a home remembers of its embedded database, in `postgres.json` (only its owner may read it). */
export interface Remembered {
  /** Folder of data, log and a copy of the binaries, where these cannot be in the home. A home can be moved. */
  readonly outside: string | undefined
  readonly password: string
  readonly port: number | undefined
}

export function remember(home: string, remembered: Remembered): void {
  const path = join(home, 'postgres.json')
  writeFileSync(`${path}.new`, `${JSON.stringify(remembered)}\n`, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

function recall(home: string): Remembered | undefined {
  const path = join(home, 'postgres.json')
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new EmbeddedFailure(`${path} cannot be read (${(error as NodeJS.ErrnoException).code})`, { cause: error })
  }
  try {
    return JSON.parse(text) as Remembered
  } catch (cause) {
    throw new EmbeddedFailure(`${path} is not JSON; restore it, or delete the folder ${home} to start again`, { cause })
  }
}

/** The home's real path; makes the folder where it is missing. Throws EmbeddedFailure. */
export function openHome(folder: string, account: Account | undefined): string {
  try {
    const made = mkdirSync(folder, { recursive: true, mode: 0o700 })
    if (made !== undefined && account !== undefined) chmodSync(folder, 0o711)
    return realpathSync(folder)
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    throw new EmbeddedFailure(`the folder ${folder} cannot be made (${code}); set HUB_HOME to one that can`, { cause })
  }
}

/**
 * What the home remembers; a new home gets a password and a data directory: the home itself or, where the database's account
 * cannot enter it, a folder under /var/tmp that belongs to this home alone. To be called under the home's lock.
 */
export function openDataDirectory(home: string, account: Account | undefined): Remembered {
  const known = recall(home)
  if (known !== undefined) return known
  const outside = canEnter(home, account) ? undefined : outsideDirectory(home)
  const remembered = { outside, password: randomBytes(24).toString('base64url'), port: undefined }
  if (existsSync(join(outside ?? home, 'postgres'))) dropForgotten(outside, home)
  remember(home, remembered)
  return remembered
}

/** Removes data whose password is lost; outside the home this means that the home was deleted to start again. */
function dropForgotten(outside: string | undefined, home: string): void {
  const data = join(outside ?? home, 'postgres')
  if (outside === undefined) {
    throw new EmbeddedFailure(
      `${data} is there but ${join(home, 'postgres.json')} is not; restore it or delete ${data}`,
    )
  }
  const pid = postmasterOf(data)?.pid
  if (pid !== undefined) process.kill(pid, 'SIGQUIT') // ends at once: its data are removed next
  rmSync(data, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 })
}

function outsideDirectory(home: string): string {
  const directory = `/var/tmp/hub-${createHash('sha256').update(home).digest('hex').slice(0, 16)}`
  mkdirSync(directory, { recursive: true, mode: 0o711 })
  const found = lstatSync(directory)
  if (!found.isDirectory() || found.uid !== 0 || (found.mode & 0o022) !== 0) {
    throw new EmbeddedFailure(
      `${directory} belongs to somebody else; set HUB_HOME to a folder that all accounts may enter`,
    )
  }
  chmodSync(directory, 0o711)
  return directory
}
