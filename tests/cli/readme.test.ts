import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, validate } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/index.ts'
import { loadSchema } from '../../src/graph/schema/load.ts'
import { openSources } from '../../src/main/sources.ts'
import { discoverConnectors } from '../../src/main/connectors.ts'
import { hub } from '../kit/world/hub-process.ts'

const root = join(import.meta.dirname, '..', '..')
const blocks = (text: string, language: string): string[] =>
  [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, name, body]) => (name === language ? [body!] : []))

describe.each(['README.md', 'README.vi.md'])('%s', (name) => {
  const text = readFileSync(join(root, name), 'utf8')
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hub readme '))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('shows a configuration that is taken as it stands, with its connector, and misses only the secret', async () => {
    const examples = blocks(text, 'ts')
    expect(examples).toHaveLength(1)
    // Where the copy lies, the type that it names is elsewhere; types are not looked at when it runs.
    writeFileSync(join(folder, 'hub.config.ts'), examples[0]!)
    await expect(loadConfig({}, folder)).rejects.toThrow('ONE_STOP_SECRET, which is not set')
    const config = await loadConfig({ ONE_STOP_SECRET: 'x' }, folder)
    const opened = openSources(config.sources, await discoverConnectors(), { ONE_STOP_SECRET: 'x' })
    expect([...opened.setups.keys()]).toEqual(['one-stop'])
    await opened.close()
  })

  it('asks only what the schema answers', () => {
    const { schema } = loadSchema()
    const questions = blocks(text, 'graphql')
    expect(questions.length).toBeGreaterThan(1)
    for (const question of questions) expect(validate(schema, parse(question))).toEqual([])
    expect(validate(schema, parse('{ nosuch }'))).toHaveLength(1)
  })

  it('names commands that exist, and none of those that exist is missing', async () => {
    const named = new Set(
      [...text.matchAll(/(?:`|--no )hub ((?:quarantine|import|connector|audit|key) [a-z]+|[a-z]+)(?=[`\s\\])/g)].map(
        ([, words]) => words!,
      ),
    )
    const commands = async (...group: string[]): Promise<string[]> => {
      const { out } = await hub(folder, [...group, '--help'])
      return [...out.matchAll(/^ {2}([a-z]+)(?= )/gm)]
        .map(([, word]) => [...group, word!].join(' '))
        .filter((command) => !command.endsWith('help'))
    }
    const groups = ['quarantine', 'import', 'connector', 'audit', 'key']
    const single = (await commands()).filter((command) => !groups.includes(command))
    const nested = (await Promise.all(groups.map((group) => commands(group)))).flat()
    expect(single.length).toBeGreaterThan(8)
    expect([...named].toSorted()).toEqual([...single, ...nested].toSorted())
  })

  it('links to files that are there', () => {
    const links = [...text.matchAll(/\]\(([^)#]+)\)/g)].map(([, path]) => path!)
    expect(links.length).toBeGreaterThan(8)
    expect(links.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })

  it('has a map that matches the folders', () => {
    const folders = readdirSync(join(root, 'src'), { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() && entry.name !== 'generated' ? [entry.name] : [],
    )
    const map = new Set([...text.matchAll(/`src\/([a-z]+)\/?`/g)].map(([, room]) => room!))
    expect(folders.length).toBeGreaterThan(10)
    expect([...map].toSorted()).toEqual(folders.toSorted())
  })
})
