import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { root } from './house.ts'

const shipped =
  `MIT ISC BSD-2-Clause BSD-3-Clause 0BSD Apache-2.0 BlueOak-1.0.0 CC0-1.0 Unlicense Zlib PostgreSQL OFL-1.1
  CC-BY-3.0 CC-BY-4.0`.split(/\s+/)
const development = [...shipped, 'MPL-2.0', 'Python-2.0', 'PSF-2.0']
// Installed with the product and no part of what it delivers: the bundler's style sheets (the pages are built on the spot),
// and the command line of a Markdown parser, which nobody calls.
const undelivered = /^(lightningcss(-.+)?|argparse)$/

interface Package {
  readonly license?: string
  readonly dev?: boolean
  readonly link?: boolean
}
/** Every licence of an AND, one of an OR. */
function fits(expression: string, list: readonly string[]): boolean {
  const bare = expression.replace(/^\((.*)\)$/, '$1')
  if (bare.includes(' AND ')) return bare.split(' AND ').every((part) => fits(part, list))
  return bare.split(' OR ').some((part) => list.includes(part))
}

export function licenceFaults(packages: Readonly<Record<string, Package>>): string[] {
  return Object.entries(packages).flatMap(([path, entry]) => {
    if (path === '' || entry.link) return []
    const name = path.replace(/^.*node_modules\//, '')
    const list = entry.dev || undelivered.test(name) ? development : shipped
    return fits(entry.license ?? 'none', list) ? [] : [`${name}: ${entry.license ?? 'none'}`]
  })
}

it('every package has a licence that we may ship, or may develop with', () => {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Package>
  }
  const packages = Object.fromEntries(
    Object.entries(lock.packages).map(([path, entry]) => [
      path,
      { ...entry, license: installed(path) ?? entry.license },
    ]),
  ) as Record<string, Package>
  expect(Object.keys(packages).length).toBeGreaterThan(300)
  expect(licenceFaults(packages)).toEqual([])
})

/** What the package itself says, where it is installed: the lock file may lack it. */
function installed(path: string): string | undefined {
  const file = join(root, path, 'package.json')
  if (path === '' || !existsSync(file)) return undefined
  const { license } = JSON.parse(readFileSync(file, 'utf8')) as { license?: unknown }
  return typeof license === 'string' ? license : undefined
}

it('a planted licence is found', () => {
  for (const license of ['AGPL-3.0', 'GPL-3.0-or-later', 'Elastic-2.0', 'SSPL-1.0', 'MIT AND GPL-2.0', 'UNLICENSED']) {
    expect(licenceFaults({ 'node_modules/x': { license, dev: true } })).toEqual([`x: ${license}`])
  }
  expect(licenceFaults({ 'node_modules/x': { license: 'MPL-2.0' } })).toEqual(['x: MPL-2.0'])
  expect(licenceFaults({ 'node_modules/x': {} })).toEqual(['x: none'])
  expect(licenceFaults({ 'node_modules/x': { license: '(MIT OR GPL-2.0)' } })).toEqual([])
})
