import { expect, it } from 'vitest'

import { house } from '../../src/domains/index.ts'
import type { HouseFile } from './house.ts'
import { houseFiles } from './house.ts'

// What carries data and answers for any domain knows none by name: a name there is a list that a new domain has to find.
const rooms = ['src/graph', 'src/sync', 'src/access', 'src/db', 'src/gateway', 'src/federation', 'src/operations']

/** What a domain of agencies' rows calls its own, as code would write it. Units and agencies are what the rest stands on. */
const names = house.domains
  .filter(({ rows }) => rows !== 'open')
  .flatMap(({ records, scopes, topics, tables }) => [
    ...Object.keys(scopes),
    ...Object.keys(topics),
    ...Object.keys(records).map((name) => `'${name}'`),
    ...Object.keys(tables).map((name) => (name.includes('_') ? name : `'${name}'`)),
  ])

export function domainFaults(files: readonly HouseFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const code = text.replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '')
    return names.filter((name) => code.includes(name)).map((name) => `${path} names ${name}`)
  })
}

it('no room that serves all domains names one', () => {
  const files = houseFiles(...rooms).filter(({ path }) => path.endsWith('.ts'))
  expect(files.length).toBeGreaterThan(100)
  expect(names.length).toBeGreaterThan(25)
  expect(domainFaults(files)).toEqual([])
})

it.each([
  `scopes.has('dossier:read')`,
  `mappings.get('Camera')`,
  'select 1 from document_agency',
  'dossierChanged: {}',
])('a planted %s is found, and none in a comment', (text) => {
  expect(domainFaults([{ path: 'src/graph/a.ts', text }])).toHaveLength(1)
  expect(domainFaults([{ path: 'src/graph/a.ts', text: `/** ${text} */\n  // ${text}\n` }])).toEqual([])
})
