import { expect, it } from 'vitest'

import type { HouseFile } from './house.ts'
import { houseFiles } from './house.ts'

// The product speaks of itself alone: not of how or where it was written. The words are put together here, so that this
// file does not hold them.
const words = [
  ['clau', 'de'],
  ['anthro', 'pic'],
  ['open', 'ai'],
  ['chat', 'gpt'],
  ['co', 'pilot'],
  ['language ', 'model'],
  ['artificial ', 'intelligence'],
  ['sub', 'agent'],
].map((parts) => parts.join(''))
const forbidden = new RegExp(
  `\\b(${words.join('|')}|${['L', 'LM'].join('')}s?|${['A', 'I'].join('')}[ -](assistant|agent|generated))\\b`,
  'i',
)
const places = new RegExp(`(^|[^\\w./*-])/(${['wo', 'rk'].join('')}|${['t', 'mp'].join('')})/`, 'm')

export function wordFaults(files: readonly HouseFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const word = forbidden.exec(text)?.[0] ?? places.exec(text)?.[0]?.trim()
    const registry = path.endsWith('package-lock.json')
      ? [...text.matchAll(/"resolved": "(https?:\/\/[^/"]+)/g)].find(
          ([, host]) => host !== 'https://registry.npmjs.org',
        )?.[1]
      : undefined
    return [word, registry].flatMap((found) => (found === undefined ? [] : [`${path}: ${found}`]))
  })
}

it('no file speaks of anything but the product', () => {
  const files = houseFiles()
  expect(files.length).toBeGreaterThan(50)
  expect(wordFaults(files)).toEqual([])
})

it('a planted word, folder or registry is found', () => {
  for (const text of [...words, `see /${'work'}/x`, `'/${'tmp'}/x'`]) {
    expect(wordFaults([{ path: 'a.md', text }])).toHaveLength(1)
  }
  expect(wordFaults([{ path: 'package-lock.json', text: '"resolved": "http://mirror.example/x"' }])).toHaveLength(1)
  expect(wordFaults([{ path: 'a.md', text: 'a frame/work/shop in /var/tmp/hub' }])).toEqual([])
})
