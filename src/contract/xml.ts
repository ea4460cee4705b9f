// Reads an XML answer into a tree, within bounds that the connector states.
import { SaxesParser } from 'saxes'

/** An XML element by its local name: prefixes and namespaces differ between senders, and some never declare them. */
export interface XmlElement {
  readonly name: string
  /** By local name as well. */
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly XmlElement[]
  /** The text directly inside, CDATA included, trimmed. */
  readonly text: string
}

/** How much of a document is read; beyond any of the three, `parseXml` throws. */
export interface XmlBounds {
  /** Elements inside each other, the root included. */
  readonly depth: number
  readonly elements: number
  /** Of the text as UTF-8. */
  readonly bytes: number
}

/** Why a text is no XML that is accepted. The message quotes nothing of the document. */
export class BadXml extends Error {
  override readonly name = 'BadXml'
}

interface Open {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: Open[]
  text: string
}

/**
 * The root element. Throws BadXml for what is not well-formed or over a bound, and for any document type declaration: no
 * entity is known but the five of XML, and nothing outside the text is read.
 *
 * @example
 * const root = parseXml(answer.text(), { depth: 40, elements: 50_000, bytes: 1_048_576 })
 * const code = textOf(root, 'Body', 'Reply', 'Code') // null where there is none
 */
export function parseXml(text: string, bounds: XmlBounds): XmlElement {
  if (Buffer.byteLength(text) > bounds.bytes) throw new BadXml('too many bytes')
  const parser = new SaxesParser({ xmlns: false })
  const open: Open[] = []
  let root: XmlElement | null = null
  let elements = 0
  parser.on('error', () => {
    throw new BadXml(`no well-formed XML at line ${parser.line}, column ${parser.column}`)
  })
  parser.on('doctype', () => {
    throw new BadXml('a DOCTYPE is refused')
  })
  parser.on('opentag', (tag) => {
    elements += 1
    if (open.length >= bounds.depth || elements > bounds.elements) throw new BadXml('too deep or too many elements')
    const attributes = Object.entries(tag.attributes).map(([name, value]) => [localName(name), value] as const)
    const element: Open = {
      name: localName(tag.name),
      attributes: Object.fromEntries(attributes),
      children: [],
      text: '',
    }
    if (open.length === 0) root = element
    else open.at(-1)!.children.push(element)
    open.push(element)
  })
  const add = (more: string): void => {
    const inside = open.at(-1)
    if (inside !== undefined) inside.text += more
  }
  parser.on('text', add)
  parser.on('cdata', add)
  parser.on('closetag', () => {
    const closed = open.pop()!
    closed.text = closed.text.trim()
  })
  parser.write(text).close()
  if (root === null) throw new BadXml('no element')
  return root
}

const localName = (name: string): string => name.slice(name.lastIndexOf(':') + 1)

const sameName = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()

/**
 * The children of that local name in their order; none of an absent element. As in `childOf`, `textOf` and `findElement`,
 * upper and lower case in names are the same: senders differ in it.
 *
 * @example
 * for (const row of childrenOf(childOf(root, 'Rows'), 'Row')) records.push({ id: textOf(row, 'Id') })
 */
export const childrenOf = (element: XmlElement | null, name: string): readonly XmlElement[] =>
  element === null ? [] : element.children.filter((child) => sameName(child.name, name))

/**
 * The first child of that local name; of several names, the element at that path, always by the first child; null where
 * there is none.
 *
 * @example
 * const body = childOf(root, 'Body')
 */
export function childOf(element: XmlElement | null, ...path: readonly string[]): XmlElement | null {
  let found = element
  for (const name of path) found = found?.children.find((child) => sameName(child.name, name)) ?? null
  return found
}

/**
 * The text of the element at a path, found as by `childOf`; null where it is absent or empty.
 *
 * @example
 * const model = textOf(response, 'DeviceInformation', 'Model')
 */
export function textOf(element: XmlElement | null, ...path: readonly string[]): string | null {
  const text = childOf(element, ...path)?.text ?? ''
  return text === '' ? null : text
}

/**
 * The first element of that local name in the tree, the root included, parents before children; null where there is none.
 *
 * @example
 * const header = findElement(root, 'MessageHeader')
 */
export function findElement(element: XmlElement, name: string): XmlElement | null {
  if (sameName(element.name, name)) return element
  for (const child of element.children) {
    const found = findElement(child, name)
    if (found !== null) return found
  }
  return null
}
