import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { registerHooks } from 'node:module'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Result } from '../../tests/kit/conformance/conformance.ts'
import { connectorsFolder, root } from './places.ts'
import { printJson } from './print.ts'

const template = fileURLToPath(new URL('./connector-template/', import.meta.url))
const contract = new URL('../contract/index.ts', import.meta.url).href

/** What a new connector's folder holds → the template's file. */
const files = {
  'manifest.ts': 'manifest.ts.txt',
  'answer.ts': 'answer.ts.txt',
  'cursor.ts': 'cursor.ts.txt',
  'read.ts': 'read.ts.txt',
  'normalise.ts': 'normalise.ts.txt',
  'emulator/data.ts': 'emulator-data.ts.txt',
  'emulator/index.ts': 'emulator.ts.txt',
  'index.ts': 'index.ts.txt',
  'fixtures/dossiers.json': 'fixtures.json.txt',
} as const

export interface NewConnectorPlaces {
  readonly connectorsFolder?: string
  /** Where the connectors' pages stand. */
  readonly docsFolder?: string
}

/**
 * Makes the folder of a connector and its page from the template: whole, running, and keeping every rule of the kit. 0 once
 * all is written; 2, with nothing written, for an id that is none or is taken.
 */
export async function newConnectorCommand(id: string, places: NewConnectorPlaces = {}): Promise<number> {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id) || id.length > 40) {
    return wrongUsage(
      `"${id}" is no connector id, expected small letters, digits and single hyphens like land-registry`,
    )
  }
  const folder = join(places.connectorsFolder ?? connectorsFolder, id)
  const page = join(places.docsFolder ?? join(root, 'docs', 'connectors'), `${id}.md`)
  for (const taken of [folder, page].filter(existsSync)) {
    return wrongUsage(`${shown(taken)} is there already, expected an id that no connector has`)
  }
  const fill = async (name: string): Promise<string> =>
    (await readFile(join(template, name), 'utf8')).replaceAll('__ID__', id)
  const made: string[] = []
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(resolve(path, '..'), { recursive: true })
    await writeFile(path, text, { flag: 'wx' })
    made.push(path)
  }
  try {
    for (const [name, from] of Object.entries(files)) await write(join(folder, name), await fill(from))
    await write(page, await fill('page.md.txt'))
  } catch (error) {
    // Half a connector would stop every command that looks for connectors.
    await rm(folder, { recursive: true, force: true })
    throw error
  }
  console.log(`Đã tạo · made:\n${made.map((path) => `  ${shown(path)}`).join('\n')}`)
  console.log(nextSteps(id, shown(folder)))
  return 0
}

const nextSteps = (id: string, folder: string): string => `
Tiếp theo · next:
  1. hub connector test ${folder}      it keeps every rule as it stands
  2. put the real source's facts where the comments say SOURCE 1 of 5 … 5 of 5
     (manifest.ts, answer.ts twice, normalise.ts, emulator/), with fixtures/ beside them
  3. tell what it reads in docs/connectors/${id}.md · docs/adding-a-connector.md leads through all of it

Trong hub.config.ts, mục sources · in hub.config.ts, among the sources:
    {
      id: '${id}',
      connector: '${id}',
      schedule: '*/5 * * * *',
      allowHosts: [],
      settings: { url: 'https://source.example/api', token: { secret: '${secretOf(id)}' } },
    },
`

const secretOf = (id: string): string => `${id.replaceAll('-', '_').toUpperCase()}_TOKEN`

/**
 * Tries the connector of a folder (relative to the working folder, inside the checkout or not) against the conformance kit. 0
 * when no MUST is broken, 1 otherwise, 2 for a folder that holds no connector.
 */
export async function testConnectorCommand(folder: string, options: { json?: boolean }): Promise<number> {
  const path = resolve(folder)
  const missing = ['index.ts', 'emulator/index.ts'].filter((name) => !existsSync(join(path, name)))
  if (missing.length > 0) return wrongUsage(`${folder} is no connector: ${missing.join(' and ')} missing`)
  // Outside the checkout no package.json says what #connector is.
  const hooks = registerHooks({
    resolve: (name, context, next) =>
      name === '#connector' ? { url: contract, format: 'module-typescript', shortCircuit: true } : next(name, context),
  })
  let results: readonly Result[]
  try {
    const { loadSubject } = await import('../../tests/kit/conformance/subject.ts')
    const { connector, emulator } = await loadSubject(path)
    if (typeof connector?.read !== 'function' || typeof emulator !== 'function') {
      throw new Error('the default exports of index.ts and emulator.ts are a connector and an emulator')
    }
    const { conformance } = await import('../../tests/kit/conformance/conformance.ts')
    results = await conformance(path)
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
    return wrongUsage(`${folder} cannot be loaded as a connector: ${reason}`)
  } finally {
    hooks.deregister()
  }
  if (options.json === true) printJson(results.map(flat))
  else for (const line of results.flatMap(lines)) console.log(line)
  return results.some(({ severity, verdict }) => severity === 'MUST' && verdict.is === 'broken') ? 1 : 0
}

/** One object a rule: its verdict by name, and what belongs to that verdict (`looked`, `faults` or `why`). */
function flat({ id, severity, title, verdict: { is, ...more } }: Result): Record<string, unknown> {
  return { id, severity, title, verdict: is, ...more }
}

function lines({ id, severity, title, verdict }: Result): string[] {
  const mark = { kept: '✓', broken: '✗', skipped: '–' }[verdict.is]
  const more = verdict.is === 'skipped' ? ` (${verdict.why})` : ''
  const faults = verdict.is === 'broken' ? verdict.faults.map((fault) => `      ${fault}`) : []
  return [`${mark} ${id} ${severity.padEnd(6)} ${verdict.is.padEnd(7)} ${title}${more}`, ...faults]
}

/** As a person in the working folder calls it. */
const shown = (path: string): string => {
  const near = relative(process.cwd(), path)
  return near.startsWith('..') ? path : near
}

function wrongUsage(line: string): 2 {
  console.error(line)
  return 2
}
