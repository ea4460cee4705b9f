// The file format of a backup: sealed frames in a fixed order.
import { randomBytes } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { promisify } from 'node:util'
import { constants, gunzip, gzip } from 'node:zlib'
import { BackupFailure } from './failure.ts'
import type { Keyring } from '../encryption/keyring.ts'
import { DecryptionError } from '../encryption/decryption-error.ts'

// A backup file: the magic, its format (1 byte), its id (16 bytes); then frames: length (4 bytes, big-endian) and a sealed
// value. A sealed value is gzip of kind (1 byte) and content. Each is sealed for its index in this file, so that no frame can
// be removed, added, exchanged or taken from another file; the last message marks the end of the file.
const magic = Buffer.from('HUBBACKUP')
const format = 1
const headerLength = magic.length + 1 + 16
const message = 0
const data = 1
export const frameContent = 1 << 20
// Sealed and packed content is at most a little larger than it was.
const maxFrameBytes = 2 * frameContent

const pack = promisify(gzip) as (content: Buffer, options: object) => Promise<Buffer>
const unpack = promisify(gunzip) as (content: Buffer, options: object) => Promise<Buffer>

export type Frame = { readonly message: unknown } | { readonly data: Buffer }

export interface FrameWriter {
  /** At most `frameContent` bytes of JSON. */
  message(value: unknown): Promise<void>
  /** Any number of bytes; all of them are in the file before the next message. */
  data(content: Buffer): Promise<void>
  /** How many bytes the file has now. */
  bytes(): number
}

export async function openFrameWriter(file: FileHandle, keyring: Keyring): Promise<FrameWriter> {
  const id = randomBytes(16)
  let index = 0
  let bytes = 0
  let gathered: Buffer[] = []
  let size = 0
  async function put(content: Buffer): Promise<void> {
    await file.writeFile(content)
    bytes += content.length
  }
  async function frame(kind: number, content: Buffer): Promise<void> {
    const packed = await pack(Buffer.concat([Buffer.of(kind), content]), { level: constants.Z_BEST_SPEED })
    const sealed = keyring.seal(packed, contextOf(id, index))
    index += 1
    const length = Buffer.alloc(4)
    length.writeUInt32BE(sealed.length)
    await put(Buffer.concat([length, sealed]))
  }
  async function flush(): Promise<void> {
    if (size === 0) return
    const content = Buffer.concat(gathered, size)
    gathered = []
    size = 0
    for (let at = 0; at < content.length; at += frameContent) {
      await frame(data, content.subarray(at, at + frameContent))
    }
  }
  await put(Buffer.concat([magic, Buffer.of(format), id]))
  return {
    async message(value) {
      await flush()
      const content = Buffer.from(JSON.stringify(value))
      if (content.length > frameContent) throw new BackupFailure('the database has too many tables for a backup')
      await frame(message, content)
    },
    async data(content) {
      gathered.push(content)
      size += content.length
      if (size >= frameContent) await flush()
    },
    bytes: () => bytes,
  }
}

/**
 * The frames of a backup file in order, each proved to be what was written. Throws BackupFailure where the file is no backup,
 * is truncated or damaged, or was sealed under a key that the keyring lacks. A reader that has seen the last message has read
 * the whole file.
 */
export async function* readFrames(path: string, keyring: Keyring): AsyncGenerator<Frame> {
  const file = await open(path, 'r').catch((cause: NodeJS.ErrnoException) => {
    throw new BackupFailure(`${path} cannot be read (${cause.code})`, { cause })
  })
  try {
    const stream = file.createReadStream({ autoClose: false, highWaterMark: frameContent })
    const source = bytesOf(stream)
    const header = await source.take(headerLength)
    if (header === null || header === undefined || !header.subarray(0, magic.length).equals(magic)) {
      throw new BackupFailure(`${path} is no backup of a hub`)
    }
    if (header[magic.length] !== format) {
      throw new BackupFailure(
        `${path} is a backup of format ${header[magic.length]}, this code knows ${format}; update the hub`,
      )
    }
    const id = header.subarray(magic.length + 1)
    for (let index = 0; ; index += 1) {
      const length = await source.take(4)
      if (length === null) return
      const size = length?.readUInt32BE() ?? 0
      if (size > maxFrameBytes) throw new BackupFailure(`${path} is damaged`)
      const sealed = length === undefined ? undefined : await source.take(size)
      if (sealed === undefined || sealed === null) throw new BackupFailure(`${path} is truncated`)
      const content = await openFrame(sealed, keyring, contextOf(id, index), path)
      if (content[0] === message) yield { message: JSON.parse(content.subarray(1).toString()) as unknown }
      else yield { data: content.subarray(1) }
    }
  } finally {
    await file.close()
  }
}

const contextOf = (id: Buffer, index: number): string => `backup ${id.toString('hex')} ${index}`

async function openFrame(sealed: Buffer, keyring: Keyring, context: string, path: string): Promise<Buffer> {
  try {
    return await unpack(keyring.open(sealed, context), { maxOutputLength: frameContent + 1 })
  } catch (cause) {
    const otherKey = cause instanceof DecryptionError && cause.message.includes('key')
    throw new BackupFailure(
      otherKey
        ? `${path} was sealed under a key that the hub does not have: put the key of the hub that made it beside the present one (HUB_KEY_FILE, or key in HUB_HOME)`
        : `${path} is damaged`,
      { cause },
    )
  }
}

/** Reads a stream by numbers of bytes; null at its end, undefined where it ends before the number is reached. */
function bytesOf(stream: AsyncIterable<unknown>): { take(count: number): Promise<Buffer | null | undefined> } {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  let kept: Buffer = Buffer.alloc(0)
  return {
    async take(count) {
      const parts = [kept]
      let size = kept.length
      while (size < count) {
        const { value, done } = await chunks.next()
        if (done === true) return size === 0 ? null : undefined
        parts.push(value)
        size += value.length
      }
      const whole = parts.length === 1 ? kept : Buffer.concat(parts)
      kept = whole.subarray(count)
      return whole.subarray(0, count)
    },
  }
}
