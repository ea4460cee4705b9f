import { SaxesParser } from 'saxes'

/** One element, its names without prefix: devices choose their prefixes freely, and some forget to declare them. */
export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly Element[]
  /** The text directly inside, trimmed. */
  readonly text: string
}

const maxCharacters = 1_048_576
const maxDepth = 64
const maxElements = 20_000

const local = (name: string): string => name.slice(name.lastIndexOf(':') + 1)

/**
 * The root element of an answer. Prefixes need not be declared and the XML declaration is skipped unread (some devices write
 * it with curly quotes or name an encoding that the bytes do not have). Throws Error on a document type declaration,
 * on what is not well-formed, and beyond 1 MB, 64 levels or 20,000 elements; the message holds nothing of the document.
 */
export function parseXml(document: string): Element {
  if (document.length > maxCharacters) throw new Error('the XML is over 1 MB')
  const text = document.replace(/^\uFEFF?\s*<\?xml[^>]*\?>/, '')
  const open: { name: string; attributes: Record<string, string>; children: Element[]; text: string }[] = []
  let root: Element | undefined
  let elements = 0
  const parser = new SaxesParser({ xmlns: false, position: false })
  parser.on('doctype', () => {
    throw new Error('the XML has a document type declaration')
  })
  parser.on('error', () => {
    throw new Error('the XML is not well-formed')
  })
  parser.on('opentag', (tag) => {
    elements += 1
    if (elements > maxElements || open.length >= maxDepth) throw new Error('the XML is too large')
    const attributes: Record<string, string> = {}
    for (const [name, value] of Object.entries(tag.attributes)) attributes[local(name)] = value
    open.push({ name: local(tag.name), attributes, children: [], text: '' })
  })
  const characters = (found: string): void => {
    const inside = open.at(-1)
    if (inside !== undefined) inside.text += found
  }
  parser.on('text', characters)
  parser.on('cdata', characters)
  parser.on('closetag', () => {
    const closed = open.pop()!
    const element = { ...closed, text: closed.text.trim() }
    const outside = open.at(-1)
    if (outside === undefined) root = element
    else outside.children.push(element)
  })
  parser.write(text).close()
  if (root === undefined) throw new Error('the XML has no element')
  return root
}

/** The first element at a path of local names under an element. */
export function at(element: Element | undefined, ...path: readonly string[]): Element | undefined {
  let found = element
  for (const name of path) found = found?.children.find((child) => child.name === name)
  return found
}

/** Its text; null when it is not there or empty. */
export const textAt = (element: Element | undefined, ...path: readonly string[]): string | null =>
  at(element, ...path)?.text || null

/**
 * Bytes as text: by byte order mark, else UTF-8, else Windows-1252 (old firmware writes accents in one byte). What the
 * declaration says is not asked.
 */
export function xmlText(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
export const escapeXml = (text: string): string => text.replace(/[&<>"]/g, (character) => escapes[character]!)
