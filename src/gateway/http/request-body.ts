// Reads the JSON body of a request.
import type { IncomingMessage } from 'node:http'
import { hubError } from '../../access/error.ts'
import { tooComplex } from '../../access/refusal-text.ts'
import { nestsDeeper } from '../graphql/nesting.ts'

/**
 * The JSON body of a request; undefined when there is none or it is of another type, which GraphQL refuses itself. Throws
 * BAD_REQUEST (413, 415 or 400) above the size, compressed, in another charset than UTF-8, or ill-formed, and
 * OPERATION_TOO_COMPLEX for deep nesting. Drops members named `__proto__`.
 */
export async function readJsonBody(
  request: IncomingMessage,
  limits: { bodyBytes: number; nesting: number },
): Promise<unknown> {
  const type = /^application\/([\w.-]+\+)?json\s*(?:;(.*))?$/i.exec(request.headers['content-type']?.trim() ?? '')
  const encoding = request.headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') throw refused(415, 'A compressed body is not accepted.')
  const bytes = await readBytes(request, limits.bodyBytes)
  if (type === null || bytes.byteLength === 0) return undefined
  const charset = /charset\s*=\s*"?([\w-]+)/i.exec(type[2] ?? '')?.[1] ?? 'utf-8'
  if (!/^utf-?8$/i.test(charset)) throw refused(415, 'Only UTF-8 is accepted.')
  const text = decode(bytes)
  if (nestsDeeper(text, limits.nesting, 'json')) throw hubError('OPERATION_TOO_COMPLEX', tooComplex)
  try {
    return /__proto__|\\u/i.test(text)
      ? JSON.parse(text, (name, value: unknown) => (name === '__proto__' ? undefined : value))
      : JSON.parse(text)
  } catch {
    throw refused(400, 'The body is not JSON.')
  }
}

const refused = (status: number, message: string): Error =>
  hubError('BAD_REQUEST', message, { extensions: { http: { status } } })

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw refused(400, 'The body is not UTF-8.')
  }
}

async function readBytes(request: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw refused(413, 'The body is too large.')
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.byteLength
    if (size > maxBytes) throw refused(413, 'The body is too large.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
