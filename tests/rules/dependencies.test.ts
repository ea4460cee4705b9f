// What production installs is what production runs: package.json's dependencies are the packages that the product imports.
import { existsSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join, posix } from 'node:path'
import { expect, it } from 'vitest'
import type { HouseFile } from './house.ts'
import { houseFiles, root } from './house.ts'

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>
  readonly optionalDependencies: Readonly<Record<string, string>>
}

/** What Node is given to run, by us or by a person; everything else of the product is imported from here. */
const isEntry = (path: string): boolean =>
  path === 'src/cli/main.ts' ||
  path === 'src/demo/process.ts' ||
  path === 'hub.config.ts' ||
  /^connectors\/[^/]+\/(emulator\/)?index\.ts$/.test(path) ||
  /^(migrations\/[^/]+\.ts|bin\/[^/]+\.js)$/.test(path)

const stated = /^(?:import|export)\s+(?!type\b)(?:[\w*{][^'"=;()]*?\bfrom\s+)?['"]([^'"]+)['"]/gm
const dynamic = /\bimport\(\s*['"]([^'"]+)['"]/g
const importsOf = ({ text }: HouseFile): string[] =>
  [...text.matchAll(stated), ...text.matchAll(dynamic)].map(([, name]) => name!)

/** Package → the first file of the product that imports it. The conformance kit, which only engineers run, is none of it. */
export function importedPackages(files: readonly HouseFile[]): ReadonlyMap<string, string> {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const packages = new Map<string, string>()
  const seen = new Set<string>()
  const follow = (path: string): void => {
    const file = byPath.get(path)
    if (file === undefined || seen.has(path) || path.startsWith('tests/')) return
    seen.add(path)
    for (const name of importsOf(file)) {
      if (name === '#connector') follow('src/contract/index.ts')
      else if (name.startsWith('.')) follow(posix.join(posix.dirname(path), name))
      else if (!name.startsWith('node:') && !builtinModules.includes(name)) {
        const own = name.split('/', name.startsWith('@') ? 2 : 1).join('/')
        if (!packages.has(own)) packages.set(own, path)
      }
    }
  }
  for (const { path } of files) if (isEntry(path)) follow(path)
  return packages
}

export function dependencyFaults(files: readonly HouseFile[], manifest: Manifest): string[] {
  const imported = importedPackages(files)
  const installed = new Set([...Object.keys(manifest.dependencies), ...Object.keys(manifest.optionalDependencies)])
  return [
    ...[...imported].filter(([name]) => !installed.has(name)).map(([name, path]) => `${path} imports ${name}`),
    ...Object.keys(manifest.dependencies)
      .filter((name) => !imported.has(name))
      .map((name) => `nothing that production runs imports ${name}`),
  ]
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest
const files = houseFiles('src', 'connectors', 'migrations', 'bin').filter(({ path }) => !path.endsWith('.test.ts'))
const config = join(root, 'hub.config.ts')
if (existsSync(config)) files.push({ path: 'hub.config.ts', text: readFileSync(config, 'utf8') })

it('production imports what production installs, and nothing is installed for nobody', () => {
  expect(importedPackages(files).size).toBeGreaterThan(15)
  expect(dependencyFaults(files, manifest)).toEqual([])
})

it('a planted import of a development package and a planted idle dependency are found', () => {
  const planted = { path: 'src/cli/main.ts', text: "import './web.ts'\nimport type { A } from 'react'" }
  const web = { path: 'src/cli/web.ts', text: "  const { build } = await import('vite')\nimport '@scope/x/deep.js'" }
  const none = { dependencies: { idle: '1.0.0' }, optionalDependencies: { '@scope/x': '1.0.0' } }
  expect(dependencyFaults([planted, web], none)).toEqual([
    'src/cli/web.ts imports vite',
    'nothing that production runs imports idle',
  ])
})
