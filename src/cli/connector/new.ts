// hub connector new: a connector's folder and its page, from the template beside this file.
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import type { Exit } from '../command.ts'
import { wrongUsage } from '../exit-code.ts'

const template = fileURLToPath(new URL('./template/', import.meta.url))

export function addConnectorNew(connector: Command, exit: Exit): void {
  connector
    .command('new <id>')
    .description('a connector from the template')
    .action(async (id: string) => exit(await newConnector(id)))
}

/** A file of a new connector's folder → the template's file. */
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

export interface NewConnectorFolders {
  readonly connectorsFolder?: string
  /** The folder of the connectors' pages. */
  readonly docsFolder?: string
}

/**
 * Makes the folder of a connector and its page from the template: it runs, and passes every rule of the kit. 0 once
 * all is written; 2, with nothing written, for an id that is none or is taken.
 */
export async function newConnector(id: string, folders: NewConnectorFolders = {}): Promise<number> {
  const { connectorsFolder, root } = await import('../../main/paths.ts')
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id) || id.length > 40) {
    return wrongUsage(
      `"${id}" is no connector id, expected small letters, digits and single hyphens like land-registry`,
    )
  }
  const folder = join(folders.connectorsFolder ?? connectorsFolder, id)
  const page = join(folders.docsFolder ?? join(root, 'docs', 'connectors'), `${id}.md`)
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
    // An incomplete connector would stop every command that looks for connectors.
    await rm(folder, { recursive: true, force: true })
    throw error
  }
  console.log(`Đã tạo · made:\n${made.map((path) => `  ${shown(path)}`).join('\n')}`)
  console.log(nextSteps(id, shown(folder)))
  return 0
}

const nextSteps = (id: string, folder: string): string => `
Tiếp theo · next:
  1. hub connector test ${folder}      it keeps every rule as it is
  2. put the real source's facts where the comments say SOURCE 1 of 5 … 5 of 5
     (manifest.ts, answer.ts twice, normalise.ts, emulator/), with fixtures/ beside them
  3. say what it reads in docs/connectors/${id}.md · docs/adding-a-connector.md leads through all of it

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

/** As a person in the working folder calls it. */
const shown = (path: string): string => {
  const near = relative(process.cwd(), path)
  return near.startsWith('..') ? path : near
}
