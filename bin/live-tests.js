// Which test files start something that lives: a process, an emulator, a browser. npm run test:quick leaves these out.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

const imports =
  /^(?:import|export)\s+(?!type\b)(?:[\w*{][^'"=;()]*?\bfrom\s+)?['"](\.[^'"]+)['"]|\bimport\(\s*['"](\.[^'"]+)['"]/gm
const starts = /from 'node:child_process'|from 'playwright-core'|\bemulator\/index\.ts\b/

/**
 * The test files below the folder of a project, those that live and the others, sorted. It is read from what a file imports
 * (of tests and connectors, to any depth), so that nobody has to list it. Rules only read texts: they are never of the living.
 */
export function sortTests(root) {
  const files = ['tests', 'connectors']
    .filter((name) => existsSync(join(root, name)))
    .flatMap((name) => below(root, name))
  const tests = files.filter((path) => path.endsWith('.test.ts')).toSorted((a, b) => (a < b ? -1 : 1))
  const texts = new Map(files.map((path) => [path, readFileSync(join(root, path), 'utf8')]))
  const living = tests.filter((path) => !path.startsWith('tests/rules/') && lives(path, texts, new Set()))
  return { living, quick: tests.filter((path) => !living.includes(path)) }
}

function lives(path, texts, seen) {
  const text = texts.get(path)
  if (text === undefined || seen.has(path)) return false
  seen.add(path)
  if (starts.test(text) || path.endsWith('/emulator/index.ts')) return true
  return [...text.matchAll(imports)].some(([, stated, dynamic]) =>
    lives(posix.join(posix.dirname(path), stated ?? dynamic), texts, seen),
  )
}

const below = (root, folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => posix.join(folder, name.replaceAll('\\', '/')))
    .filter((path) => path.endsWith('.ts'))
