// The hub command as it is called: its help, its version, and what a command loads.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { root } from '../rules/house.ts'
import { hub, removeHome } from '../kit/world/hub-process.ts'

const home = mkdtempSync(join(tmpdir(), 'hub program '))
afterAll(() => removeHome(home))

it('hub --version prints the version of package.json', async () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string }
  for (const option of ['--version', '-V']) {
    expect(await hub(home, [option])).toEqual({ code: 0, out: `${version}\n`, err: '' })
  }
})

it('hub --help and hub help list the commands; one of them is explained by either way', async () => {
  const listed = await hub(home, ['--help'])
  expect(listed).toMatchObject({ code: 0, err: '' })
  expect(listed.out).toMatch(/^Usage: hub [\s\S]*\n {2}sync [\s\S]*\n {2}quarantine /)
  expect(await hub(home, ['help'])).toEqual(listed)
  expect(await hub(home, ['help', 'token'])).toEqual(await hub(home, ['token', '--help']))
})

it('an unknown command and a missing option end with 2 and say what is expected', async () => {
  expect(await hub(home, ['snyc'])).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining('Did you mean sync?'),
  })
  expect(await hub(home, ['token'])).toMatchObject({ code: 2, err: expect.stringContaining("'--scope <scopes>'") })
})

it('hub token and hub --help load no web server, no database and no bundler', async () => {
  const list = join(home, 'loaded')
  const note = join(home, 'note.mjs')
  writeFileSync(
    note,
    `import { appendFileSync } from 'node:fs'
     import { registerHooks } from 'node:module'
     registerHooks({ load(url, context, next) {
       appendFileSync(${JSON.stringify(list)}, url + '\\n')
       return next(url, context)
     } })`,
  )
  const loaded = async (...args: string[]): Promise<string> => {
    writeFileSync(list, '')
    const { code, err } = await hub(home, args, { NODE_OPTIONS: `--import ${pathToFileURL(note).href}` })
    expect({ code, err }).toEqual({ code: 0, err: '' })
    return readFileSync(list, 'utf8')
  }
  const heavy = /node_modules\/(@apollo|pg|kysely|vite)\/|src\/(gateway|federation|db)\//
  expect(await loaded('--help')).not.toMatch(heavy)
  const token = await loaded('token', '--scope', 'dossier:read', '--agency', 'H53')
  expect(token).toContain('src/access/token/development-issuer.ts')
  expect(token).not.toMatch(/node_modules\/(@apollo|vite)\/|src\/(gateway|federation)\//)
  expect(await loaded('schema', '--subgraph')).toContain('src/main/graph.ts')
})
