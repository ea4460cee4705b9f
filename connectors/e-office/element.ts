import { SaxesParser } from 'saxes'

/** An XML element by its local name: prefixes and namespaces differ between senders and say nothing. */
export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly Element[]
  /** Its own text, trimmed. */
  readonly text: string
}

/** Why a text is no XML that is taken here. The message holds no content. */
export class BadXml extends Error {}

const deepest = 40
const maxElements = 50_000

/**
 * The root element. Refuses any DOCTYPE (and so every entity but the five of XML), a depth over 40 and more than 50,000
 * elements; throws BadXml.
 */
export function parseXml(text: string): Element {
  interface Open {
    name: string
    attributes: Record<string, string>
    children: Open[]
    text: string
  }
  const parser = new SaxesParser({ xmlns: false })
  const open: Open[] = []
  let root: Open | null = null
  let count = 0
  parser.on('error', () => {
    throw new BadXml(`no well-formed XML at line ${parser.line}, column ${parser.column}`)
  })
  parser.on('doctype', () => {
    throw new BadXml('a DOCTYPE is refused')
  })
  parser.on('opentag', (tag) => {
    count += 1
    if (open.length >= deepest || count > maxElements) throw new BadXml('too deep or too many elements')
    const attributes: Record<string, string> = {}
    for (const [name, value] of Object.entries(tag.attributes)) attributes[local(name)] = String(value)
    const element: Open = { name: local(tag.name), attributes, children: [], text: '' }
    const parent = open.at(-1)
    if (parent === undefined) root = element
    else parent.children.push(element)
    open.push(element)
  })
  const add = (more: string): void => {
    const last = open.at(-1)
    if (last !== undefined) last.text += more
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

const local = (name: string): string => name.slice(name.lastIndexOf(':') + 1)

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()

export const childrenOf = (element: Element | null, name: string): readonly Element[] =>
  element === null ? [] : element.children.filter((child) => same(child.name, name))

/** The first child of that local name, whatever its case; of a path of names, the first one of each. */
export function childOf(element: Element | null, ...path: readonly string[]): Element | null {
  let found = element
  for (const name of path) found = found?.children.find((child) => same(child.name, name)) ?? null
  return found
}

/** The text of a child; null when it is absent or empty. */
export function textOf(element: Element | null, ...path: readonly string[]): string | null {
  const text = childOf(element, ...path)?.text ?? ''
  return text === '' ? null : text
}

/** The first element of that local name in the tree, the root included. */
export function findElement(element: Element, name: string): Element | null {
  if (same(element.name, name)) return element
  for (const child of element.children) {
    const found = findElement(child, name)
    if (found !== null) return found
  }
  return null
}
