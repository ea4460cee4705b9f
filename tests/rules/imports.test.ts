import { posix } from 'node:path'

import { expect, it } from 'vitest'

import type { HouseFile } from './house.ts'
import { houseFiles } from './house.ts'

// Who may import what (types too). A domain may come in by another's front door; its inside is its own. What a domain is
// (src/domains/define.ts) belongs to all of them.
const allowed: Readonly<Record<string, readonly string[]>> = {
  transport: [],
  config: [],
  contract: ['transport'],
  db: [],
  sync: ['contract', 'transport', 'db'],
  access: ['contract', 'transport', 'db'],
  graph: ['db', 'access'],
  generated: ['graph', 'db'],
  statistics: ['graph', 'db', 'access'],
  domains: ['contract', 'db', 'graph', 'access', 'generated', 'statistics'],
  federation: ['graph', 'access', 'transport', 'generated'],
  gateway: ['federation', 'graph', 'access', 'transport', 'generated'],
  web: [],
  reference: ['contract', 'db', 'domains'],
  operations: ['sync', 'db', 'access', 'graph', 'generated'],
  demo: ['contract', 'connectors'],
}
const notForConnectors = /^(node:(?!crypto$)|pg$|kysely|graphql|@apollo|@graphql|undici|jose|ws$)/
const forEmulators = /^(node:(http|fs|fs\/promises|path|net|zlib|stream)|write-excel-file)/
/** A connector's tests are in its folder: they alone import the kit and open sockets. */
const isTest = (path: string) => path.endsWith('.test.ts') || /^connectors\/[^/]+\/tests\//.test(path)
const isEmulator = (path: string) => /\/emulator\/[^/]+\.ts$/.test(path)

function place(path: string): { room: string; part: string } {
  const [top = '', second = '', third = ''] = path.split('/')
  if (top === 'connectors') return { room: 'connectors', part: second }
  return { room: second.replace(/\.ts$/, ''), part: second === 'domains' && !third.endsWith('.ts') ? third : '' }
}

export function importFaults(files: readonly HouseFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const from = place(path)
    const names = [...text.matchAll(/^(?:import|export)\b[^'"]*?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm)]
    const faults = names.flatMap(([, stated, dynamic]) => {
      const name = stated ?? dynamic ?? ''
      const fault = [`${path} imports ${name}`]
      if (from.room === 'cli') return []
      if (from.room === 'main') return place(posix.join(posix.dirname(path), name)).room === 'cli' ? fault : []
      if (!name.startsWith('.')) {
        if (from.room !== 'connectors') return name.startsWith('#') ? fault : []
        return notForConnectors.test(name) && !(isEmulator(path) && forEmulators.test(name)) ? fault : []
      }
      const target = posix.join(posix.dirname(path), name)
      const to = place(target)
      if (path.endsWith('/index.ts') && from.room === 'connectors' && isEmulator(target) && !isEmulator(path))
        return fault
      if (from.room === 'demo' && to.room === 'connectors') return isEmulator(target) ? [] : fault
      if (to.room === from.room && to.part === from.part) return []
      const inside =
        to.room === 'domains' &&
        (to.part === '' ? from.part !== '' && target !== 'src/domains/define.ts' : !target.endsWith('/index.ts'))
      return !inside && (to.room === from.room ? from.room === 'domains' : allowed[from.room]?.includes(to.room))
        ? []
        : fault
    })
    const global = from.room === 'connectors' && !isEmulator(path) && /\bprocess\.[a-z]/.test(text)
    return global ? [...faults, `${path} uses process`] : faults
  })
}

it('imports go only where the house lets them, and every room is seen', () => {
  const files = houseFiles('src', 'connectors').filter(({ path }) => /\.tsx?$/.test(path) && !isTest(path))
  const rooms = new Set(files.map(({ path }) => place(path).room))
  expect(
    [...rooms].filter((room) => !Object.hasOwn(allowed, room) && !['connectors', 'main', 'cli'].includes(room)),
  ).toEqual([])
  for (const room of ['transport', 'config', 'contract', 'connectors', 'db']) expect(rooms).toContain(room)
  expect(importFaults(files)).toEqual([])
})

it.each([
  ['src/transport/a.ts', '../db/open.ts'],
  ['src/config/index.ts', '../db/open.ts'],
  ['src/domains/a/mapping.ts', '../b/store.ts'],
  ['src/domains/a/mapping.ts', '../gather.ts'],
  ['src/gateway/a.ts', '../domains/b/store.ts'],
  ['src/sync/a.ts', '../main/hub.ts'],
  ['src/gateway/a.ts', '../cli/print.ts'],
  ['src/main/a.ts', '../cli/print.ts'],
  ['src/federation/a.ts', '../gateway/graphql/pipeline.ts'],
  ['connectors/a/read.ts', '../b/read.ts'],
  ['connectors/a/read.ts', '../../src/contract/index.ts'],
  ['connectors/a/read.ts', 'node:fs'],
  ['connectors/a/read.ts', 'kysely'],
  ['connectors/a/index.ts', './emulator/index.ts'],
  ['src/demo/a.ts', '../../connectors/a/read.ts'],
])('a planted import in %s of %s is found', (path, name) => {
  for (const text of [
    `import type { A } from '${name}'`,
    `export {\n A,\n} from "${name}"`,
    `  await import('${name}')`,
  ]) {
    expect(importFaults([{ path, text }])).toEqual([`${path} imports ${name}`])
  }
})

it('a connector that reaches for the process is found', () => {
  expect(importFaults([{ path: 'connectors/a/read.ts', text: 'process.env' }])).toEqual([
    'connectors/a/read.ts uses process',
  ])
})
