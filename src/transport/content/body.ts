// Reads the body of an answer to its end, inflates it, and keeps it within limits.
import { pipeline } from 'node:stream/promises'
import type { Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib'
import { TransportFailure } from '../failure.ts'

export interface BodyLimits {
  /** As it comes over the wire. */
  readonly bodyBytes: number
  /** After inflation. */
  readonly inflatedBytes: number
  /** Inflated to received, counted from the first megabyte on. */
  readonly inflationRatio: number
}

/**
 * A body read to its end. `counted`: Content-Length or the final chunk proves that it is whole; `closed`: the connection
 * merely ended, so that only the content can prove it.
 */
export interface WholeBody {
  readonly bytes: Uint8Array
  readonly end: 'counted' | 'closed'
}

/**
 * Reads a body within its limits and inflates it as it comes. SOURCE_UNAVAILABLE when it is truncated (length, final chunk,
 * gzip trailer and checksum); SOURCE_CHANGED, with reason TOO_LARGE, when it exceeds a limit, and for an encoding that is
 * unknown or one of several. `target` names the answer in messages. `progress` is called whenever bytes arrive.
 */
export async function wholeBody(
  source: Readable,
  headers: Readonly<Record<string, string>>,
  target: string,
  limits: BodyLimits,
  progress: () => void,
): Promise<WholeBody> {
  const encodings = (headers['content-encoding'] ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity')
  const [encoding] = encodings
  if (encodings.length > 1) throw changed(`${target} is encoded ${encodings.length} times; expected at most once`)
  const length = declaredLength(headers, target)
  if (length !== null && length > limits.bodyBytes) throw tooLarge(`${target} has ${length} bytes`, limits.bodyBytes)

  let received = 0
  let inflated = 0
  const chunks: Uint8Array[] = []
  const counted = async function* (wire: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of wire) {
      progress()
      received += chunk.length
      if (received > limits.bodyBytes) throw tooLarge(`${target} exceeds the limit`, limits.bodyBytes)
      yield chunk
    }
  }
  const collected = async (plain: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const chunk of plain) {
      inflated += chunk.length
      if (inflated > limits.inflatedBytes) throw tooLarge(`${target} inflates`, limits.inflatedBytes)
      if (inflated > 1_048_576 && inflated > received * limits.inflationRatio) {
        throw tooLarge(`${target} inflates ${limits.inflationRatio} times`, limits.inflatedBytes)
      }
      chunks.push(chunk)
    }
  }
  try {
    if (encoding === undefined) await collected(counted(source))
    else await pipeline(source, counted, inflater(encoding, target), collected)
  } catch (error) {
    throw zlibFailure(error, target) ?? error
  }
  if (length !== null && received !== length) {
    throw unavailable(`${target}: response truncated after ${received} bytes; expected ${length}`)
  }
  const chunked = /\bchunked\s*$/i.test(headers['transfer-encoding'] ?? '')
  return { bytes: joined(chunks, inflated), end: length !== null || chunked ? 'counted' : 'closed' }
}

function declaredLength(headers: Readonly<Record<string, string>>, target: string): number | null {
  const text = headers['content-length']
  if (text === undefined || headers['transfer-encoding'] !== undefined) return null
  if (!/^\d{1,15}$/.test(text)) throw changed(`${target} sends a Content-Length that is no number`)
  return Number(text)
}

type Transform = (source: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>

function inflater(encoding: string, target: string): Transform | ReturnType<typeof createGunzip> {
  const options = { chunkSize: 65_536 }
  if (encoding === 'gzip' || encoding === 'x-gzip') return createGunzip(options)
  if (encoding === 'br') return createBrotliDecompress(options)
  if (encoding !== 'deflate')
    throw changed(`${target} is encoded as '${encoding.slice(0, 40)}'; expected gzip, deflate or br`)
  // Servers mean two things by "deflate": with a zlib header (RFC 1950) and without one. The first byte decides.
  return async function* (source) {
    const iterator = source[Symbol.asyncIterator]()
    const first = await iterator.next()
    if (first.done === true) return
    const stream = (first.value[0]! & 0x0f) === 8 ? createInflate(options) : createInflateRaw(options)
    const feeding = pipeline(async function* () {
      yield first.value
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value
    }, stream)
    feeding.catch(() => {})
    yield* stream as AsyncIterable<Uint8Array>
    await feeding
  }
}

function zlibFailure(error: unknown, target: string): TransportFailure | null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (!code.startsWith('Z_') && !code.startsWith('ERR_BROTLI') && !code.startsWith('ERR__ERROR')) return null
  const notEncoded = /incorrect header check|unknown compression/.test((error as Error).message)
  return notEncoded
    ? changed(`${target} is not encoded as it says`)
    : unavailable(`${target}: response truncated or damaged: the compressed body does not end properly`)
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, length)
}

const changed = (message: string): TransportFailure => new TransportFailure('SOURCE_CHANGED', message)
const unavailable = (message: string): TransportFailure => new TransportFailure('SOURCE_UNAVAILABLE', message)
const tooLarge = (what: string, limit: number): TransportFailure =>
  new TransportFailure('SOURCE_CHANGED', `${what}; expected at most ${limit} bytes`, { reason: 'TOO_LARGE' })
