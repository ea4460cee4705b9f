import { SaxesParser } from 'saxes'
import { TransportFailure } from './failure.ts'

export type Kind = 'json' | 'xml' | 'csv' | 'any'

/**
 * Throws SOURCE_CHANGED when the answer is plainly not of the kind: by its first character, whatever its type says, and
 * by its type where that says HTML, an image or a document. An XML document with a DOCTYPE is refused here, before any
 * parser sees it. `text` is called only where it is needed.
 */
export function checkKind(kind: Kind, contentType: string | undefined, text: () => string, place: string): void {
  if (kind === 'any') return
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? ''
  const start = text().trimStart()
  const found = foundKind(type, start)
  const wrong = (what: string): never => {
    throw new TransportFailure('SOURCE_CHANGED', `${place} answered 200 with ${what}; expected ${kind.toUpperCase()}`)
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
  if (/^(?:<\?xml[^>]*>|<!--[\s\S]*?-->|\s)*<(?:!doctype\s+html|html[\s>]|head[\s>]|body[\s>])/i.test(start))
    return 'HTML'
  if (/^(?:text\/html|application\/xhtml\+xml)$/.test(type) && !/^[[{]|^<\?xml/.test(start)) return 'HTML'
  if (start.startsWith('<')) return 'XML'
  return /^[[{]/.test(start) ? 'JSON' : 'text'
}

/** Whether `<!DOCTYPE` stands before the first element. */
function hasDoctype(xml: string): boolean {
  for (let at = 0; at < xml.length;) {
    at += /^\s*/.exec(xml.slice(at, at + 1000))![0].length
    const past = xml.startsWith('<?', at)
      ? xml.indexOf('?>', at) + 2
      : xml.startsWith('<!--', at)
        ? xml.indexOf('-->', at) + 3
        : 0
    if (past <= at) return /^\s*<!doctype/i.test(xml.slice(at, at + 1100))
    at = past
  }
  return false
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
