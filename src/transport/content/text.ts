// Decodes the bytes of an answer into text.
import { TransportFailure } from '../failure.ts'

const marks: readonly (readonly [string, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
]

/**
 * The bytes as text without a byte order mark. The charset is that of the mark, else of the content type, else of an XML
 * declaration, else UTF-8. SOURCE_CHANGED for an unknown charset and for bytes that it does not have: the text never
 * contains a replacement character that the source did not send.
 */
export function decodeText(bytes: Uint8Array, contentType: string | undefined, target: string): string {
  const charset = charsetOf(bytes, contentType)
  let decoder: TextDecoder
  try {
    decoder = new TextDecoder(charset, { fatal: true })
  } catch {
    throw new TransportFailure(
      'SOURCE_CHANGED',
      `${target} is in the charset '${charset.slice(0, 40)}', which is unknown`,
    )
  }
  try {
    return decoder.decode(bytes)
  } catch {
    throw new TransportFailure(
      'SOURCE_CHANGED',
      `${target} contains bytes that are not ${charset}; expected ${charset} text`,
    )
  }
}

function charsetOf(bytes: Uint8Array, contentType: string | undefined): string {
  const mark = marks.find(([, head]) => head.every((byte, at) => bytes[at] === byte))
  if (mark !== undefined) return mark[0]
  const declared = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(contentType ?? '')?.[1]
  if (declared !== undefined) return declared.toLowerCase()
  const head = Buffer.from(bytes.subarray(0, 200)).toString('latin1')
  return /^<\?xml[^>]*\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(head)?.[1]?.toLowerCase() ?? 'utf-8'
}
