// The XML reader of the contract: what it reads, what it refuses, and its bounds.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { BadXml, childOf, childrenOf, findElement, parseXml, textOf } from '../../src/contract/index.ts'
import type { XmlElement } from '../../src/contract/index.ts'

const bounds = { depth: 8, elements: 40, bytes: 4_096 }
const parsed = (text: string): XmlElement => parseXml(text, bounds)

describe('parseXml', () => {
  it('reads names and attributes without their prefixes, declared or not, and text with CDATA', () => {
    expect(parsed('<a:x xmlns:a="urn:a" b:id="1"> m <y/><![CDATA[<n>]]> </a:x>')).toEqual({
      name: 'x',
      attributes: { a: 'urn:a', id: '1' },
      children: [{ name: 'y', attributes: {}, children: [], text: '' }],
      text: 'm <n>',
    })
  })

  it.each([
    ['', 'no well-formed XML at line 1, column 0'],
    ['<!-- nothing -->', 'no well-formed XML at line 1, column 16'],
    ['<a>', 'no well-formed XML at line 1, column 3'],
    ['<a>\n</b>', 'no well-formed XML at line 2, column 4'],
    ['<a>&other;</a>', 'no well-formed XML at line 1, column 10'],
    ['<!DOCTYPE a><a/>', 'a DOCTYPE is refused'],
    ['<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', 'a DOCTYPE is refused'],
  ])('refuses %j and says %j', (text, message) => {
    expect(() => parsed(text)).toThrow(new BadXml(message))
  })

  it('accepts a document at each bound and refuses one just over it', () => {
    const nested = (depth: number): string => '<a>'.repeat(depth) + '</a>'.repeat(depth)
    const wide = (elements: number): string => `<a>${'<b/>'.repeat(elements - 1)}</a>`
    const long = (bytes: number): string => `<a>${'ế'.repeat((bytes - 7) / 3)}</a>`
    for (const text of [nested(8), wide(40), long(4_096)]) expect(parsed(text).name).toBe('a')
    expect(() => parsed(nested(9))).toThrow('too deep or too many elements')
    expect(() => parsed(wide(41))).toThrow('too deep or too many elements')
    expect(() => parsed(long(4_099))).toThrow('too many bytes')
  })

  it('reads back every tree that was written', () => {
    const name = fc.stringMatching(/^[A-Za-z_][\w.-]{0,8}$/)
    const text = fc.string({ unit: fc.constantFrom(...'aế<>&"\' 5\u00a0') }).map((one) => one.trim())
    const { tree } = fc.letrec<{ tree: XmlElement }>((tie) => ({
      tree: fc.record({
        name: fc.oneof(name, fc.constant('__proto__')),
        attributes: fc.dictionary(fc.oneof(name, fc.constant('__proto__')), text),
        children: fc.oneof({ maxDepth: 5 }, fc.constant([]), fc.array(tie('tree'), { maxLength: 3 })),
        text,
      }),
    }))
    const wide = { depth: 100, elements: 10_000, bytes: 10_000_000 }
    fc.assert(
      fc.property(tree, (one) => {
        expect(entriesOf(parseXml(written(one), wide))).toEqual(entriesOf(one))
      }),
    )
  })

  it('either reads an arbitrary text or throws BadXml that quotes nothing of it', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '</',
      '/>',
      'secret',
      '<a>',
      '</a>',
      '="',
      '"',
      '&',
      ';',
      '<![CDATA[',
      ']]>',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        try {
          parsed(pieces.join(''))
        } catch (error) {
          expect(error).toBeInstanceOf(BadXml)
          expect((error as Error).message).not.toContain('secret')
        }
      }),
    )
  })
})

describe('the look-ups in a tree', () => {
  const root = parsed('<Head><From>x</From><To id="1"/><to>b</to><In><FROM> y </FROM><Empty/></In></Head>')

  it('find elements by name, whatever its case, the first one first', () => {
    expect(childrenOf(root, 'TO').map(({ name }) => name)).toEqual(['To', 'to'])
    expect(childOf(root, 'to')?.attributes).toEqual({ id: '1' })
    expect(textOf(root, 'In', 'From')).toBe('y')
    expect(findElement(root, 'from')?.text).toBe('x')
    expect(findElement(root, 'empty')?.name).toBe('Empty')
  })

  it('say nothing of what is absent or empty', () => {
    expect(childrenOf(null, 'a')).toEqual([])
    expect(childOf(root, 'In', 'Out', 'From')).toBeNull()
    expect(textOf(root, 'In', 'Empty')).toBeNull()
    expect(textOf(null)).toBeNull()
    expect(findElement(root, 'Out')).toBeNull()
  })
})

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (found) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[found]!)

/** The text of an element in two halves, before and behind its children. */
function written({ name, attributes, children, text }: XmlElement): string {
  const half = Math.floor(text.length / 2)
  const inside = Object.entries(attributes).map(([key, value]) => ` p:${key}="${escaped(value)}"`)
  return (
    `<q:${name}${inside.join('')}>${escaped(text.slice(0, half))}${children.map(written).join('')}` +
    `${escaped(text.slice(half))}</q:${name}>`
  )
}

/** The tree with its attributes as pairs, so that one called `__proto__` counts. */
const entriesOf = ({ name, attributes, children, text }: XmlElement): unknown => [
  name,
  Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  children.map(entriesOf),
  text,
]
