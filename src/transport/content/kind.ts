// Checks that an answer is of the expected kind, and whether its content proves that it is whole.
import { SaxesParser } from 'saxes'
import { TransportFailure } from '../failure.ts'

export type Kind = 'json' | 'xml' | 'csv' | 'any'

/**
 * Throws SOURCE_CHANGED when the answer is plainly of another kind: by its first character, whatever its type says, and by
 * its type where that is HTML, an image or a document. An XML document with a DOCTYPE is refused here, before any parser
 * reads it. `text` is called only where it is needed; `target` names the answer in messages.
 */
export function checkKind(kind: Kind, contentType: string | undefined, text: () => string, target: string): void {
  if (kind === 'any') return
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? ''
  const start = text().trimStart()
  const found = foundKind(type, start)
  const wrong = (what: string): never => {
    throw new TransportFailure('SOURCE_CHANGED', `${target} answered 200 with ${what}; expected ${kind.toUpperCase()}`)
  }
  if (start === '' && kind !== 'csv') wrong('an empty body')
  if (found === 'HTML') wrong('an HTML page')
  if (/^(image|audio|video|font)\//.test(type) || type === 'application/pdf' || type === 'application/zip') wrong(type)
  if (start.startsWith('PK\u0003\u0004') || start.startsWith('%PDF-')) wrong('a file')
  if (kind === 'json' && !/^[[{"\-0-9tfn]/.test(start)) wrong(found)
  if (kind === 'xml' && !start.startsWith('<')) wrong(found)
  if (kind === 'csv' && /^[<{]/.test(start)) wrong(found)
  if (kind === 'xml' && hasDoctype(start)) wrong('a document type declaration')
}

function foundKind(type: string, start: string): 'HTML' | 'XML' | 'JSON' | 'text' {
  if (/^<(?:!doctype\s+html|html[\s>]|head[\s>]|body[\s>])/i.test(afterProlog(start))) return 'HTML'
  if (/^(?:text\/html|application\/xhtml\+xml)$/.test(type) && !/^[[{]|^<\?xml/.test(start)) return 'HTML'
  if (start.startsWith('<')) return 'XML'
  return /^[[{]/.test(start) ? 'JSON' : 'text'
}

const hasDoctype = (xml: string): boolean => /^<!doctype/i.test(afterProlog(xml))

/** The text after declaration, comments and white space, found in one pass. */
function afterProlog(text: string): string {
  let at = 0
  for (;;) {
    while (at < text.length && text.charCodeAt(at) <= 0x20) at++
    const [head, tail] = text.startsWith('<?', at) ? ['<?', '?>'] : ['<!--', '-->']
    const end = text.startsWith(head, at) ? text.indexOf(tail, at + head.length) : -1
    if (end === -1) return text.slice(at)
    at = end + tail.length
  }
}

/**
 * Whether the content proves that it is whole: a JSON object, list or text, or an XML document, that parses to its end.
 * A number does not (`12` may be the beginning of `123`), and CSV never does.
 */
export function provesWhole(kind: Kind, text: string): boolean {
  const start = text.trimStart()
  if (kind === 'json') {
    if (!/^[[{"]/.test(start)) return false
    try {
      JSON.parse(text)
      return true
    } catch {
      return false
    }
  }
  if (kind !== 'xml') return false
  let well = true
  const parser = new SaxesParser({})
  parser.on('error', () => {
    well = false
  })
  parser.write(text).close()
  return well
}
