// Reads files of folders that the operator has named.
import { constants } from 'node:fs'
import { lstat, open, readdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { TransportFailure } from './failure.ts'

/** A file of a folder. `changedAt`: milliseconds since 1970, as the file system says. */
export interface FileEntry {
  readonly name: string
  readonly bytes: number
  readonly changedAt: number
}
export interface FolderReader {
  /** The plain files of a folder, sorted by name; no folders, no links, no names with a leading dot. */
  list(folder: string, signal?: AbortSignal): Promise<readonly FileEntry[]>
  /** The whole file as it was at one moment; a file that changes during the reading is SOURCE_UNAVAILABLE. */
  read(folder: string, name: string, signal?: AbortSignal): Promise<Uint8Array>
}

/**
 * Reads files of the named folders and nothing outside them. CONFIG_INVALID: the folder is missing, is no folder or may not
 * be read, or the name contains a path; SOURCE_CHANGED: the file is gone, a link, or (reason TOO_LARGE) over the limit.
 * With `folders`, only these may be read.
 *
 * @example
 * const files = openFiles({ folders: ['/srv/reports'] })
 * for (const { name } of await files.list('/srv/reports')) await files.read('/srv/reports', name)
 */
export function openFiles(
  options: { readonly maxBytes?: number; readonly folders?: readonly string[] } = {},
): FolderReader {
  const { maxBytes = 64 * 1_048_576, folders } = options
  const allowed = async (folder: string): Promise<string> => {
    try {
      const real = await realpath(folder)
      if (folders !== undefined && !(await Promise.all(folders.map((one) => realpath(one)))).includes(real)) {
        throw invalid(`The folder '${folder}' is not one of this source's`)
      }
      return real
    } catch (error) {
      throw error instanceof TransportFailure ? error : folderFailure(folder, error)
    }
  }
  return {
    async list(folder, signal) {
      signal?.throwIfAborted()
      const real = await allowed(folder)
      const found: FileEntry[] = []
      const entries = await readdir(real, { withFileTypes: true }).catch((error: unknown) => {
        throw folderFailure(folder, error)
      })
      for (const entry of entries) {
        signal?.throwIfAborted()
        if (!entry.isFile() || entry.name.startsWith('.')) continue
        const status = await lstat(join(real, entry.name)).catch(() => null) // gone since the listing
        if (status?.isFile() === true)
          found.push({ name: entry.name, bytes: status.size, changedAt: Math.floor(status.mtimeMs) })
      }
      return found.sort((a, b) => (a.name < b.name ? -1 : 1))
    },
    async read(folder, name, signal) {
      signal?.throwIfAborted()
      if (name === '' || name.startsWith('.') || ['/', '\\', ':', '\0'].some((part) => name.includes(part))) {
        throw invalid(`'${name.slice(0, 80)}' is no name of a file in a folder`)
      }
      const real = await allowed(folder)
      // O_NOFOLLOW: a link that replaces the file between the check and the reading is refused as well.
      // O_NONBLOCK: without it, opening a pipe would wait for a writer.
      const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
      const file = await open(join(real, name), flags).catch((error: unknown) => {
        throw fileFailure(name, error)
      })
      try {
        const before = await file.stat()
        if (!before.isFile()) throw changed(`'${name}' is not a plain file`)
        if (before.size > maxBytes)
          throw changed(`'${name}' has ${before.size} bytes; expected at most ${maxBytes}`, 'TOO_LARGE')
        const bytes = new Uint8Array(before.size)
        let filled = 0
        while (filled < bytes.length) {
          signal?.throwIfAborted()
          const { bytesRead } = await file.read(bytes, filled, Math.min(1_048_576, bytes.length - filled), filled)
          if (bytesRead === 0) break
          filled += bytesRead
        }
        const after = await file.stat()
        if (filled !== after.size || after.mtimeMs !== before.mtimeMs) {
          throw new TransportFailure('SOURCE_UNAVAILABLE', `'${name}' changed while it was read`)
        }
        return bytes
      } finally {
        await file.close()
      }
    },
  }
}

const invalid = (message: string): TransportFailure => new TransportFailure('CONFIG_INVALID', message)
const changed = (message: string, reason?: 'TOO_LARGE'): TransportFailure =>
  new TransportFailure('SOURCE_CHANGED', message, { reason })
const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown')

function folderFailure(folder: string, error: unknown): TransportFailure {
  const code = codeOf(error)
  const gone = code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES' || code === 'EPERM'
  const found = code === 'ENOENT' ? 'does not exist' : code === 'ENOTDIR' ? 'is no folder' : `cannot be read (${code})`
  return new TransportFailure(gone ? 'CONFIG_INVALID' : 'SOURCE_UNAVAILABLE', `The folder '${folder}' ${found}`, {
    cause: error,
  })
}

function fileFailure(name: string, error: unknown): TransportFailure {
  const code = codeOf(error)
  if (code === 'ELOOP') return changed(`'${name}' is a link; expected a plain file`)
  if (code === 'ENOENT') return changed(`'${name}' is gone`)
  if (code === 'EACCES' || code === 'EPERM') return invalid(`'${name}' cannot be read (${code})`)
  return new TransportFailure('SOURCE_UNAVAILABLE', `'${name}' cannot be read (${code})`, { cause: error })
}
