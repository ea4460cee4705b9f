// A copy of the hub with one domain more, as a person would add it: its files, and one line in the list of domains.
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const root = join(import.meta.dirname, '..', '..', '..')

export interface Tree {
  readonly path: string
  /** A module of the copy, by its path in it. */
  load<T>(path: string): Promise<T>
  /** Changes the text of a file of the copy; throws where it does not have the text. */
  edit(path: string, from: string, to: string): void
  remove(): void
}

/** The copy with the domain of `permit/` in it; without it where `domain` is false. */
export function makeTree({ domain = true } = {}): Tree {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'hub-domain-')))
  for (const name of ['src', 'schema', 'migrations', 'reference', 'tests/kit', 'connectors', 'docs']) {
    cpSync(join(root, name), join(path, name), { recursive: true })
  }
  for (const name of ['package.json', 'tsconfig.json', 'codegen.ts', 'hub.config.ts', '.oxfmtrc.json']) {
    cpSync(join(root, name), join(path, name))
  }
  symlinkSync(realpathSync(join(root, 'node_modules')), join(path, 'node_modules'))
  const tree: Tree = {
    path,
    load: async <T>(name: string) => (await import(/* @vite-ignore */ pathToFileURL(join(path, name)).href)) as T,
    edit(name, from, to) {
      const text = readFileSync(join(path, name), 'utf8')
      if (!text.includes(from)) throw new Error(`${name} has no ${from}`)
      writeFileSync(join(path, name), text.replace(from, to))
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
  if (domain) {
    cpSync(join(import.meta.dirname, 'permit'), path, { recursive: true })
    tree.edit(
      'src/domains/index.ts',
      'import { procedureDomain }',
      "import { permitDomain } from './permit/index.ts'\nimport { procedureDomain }",
    )
    tree.edit('src/domains/index.ts', '  cameraDomain,\n', '  cameraDomain,\n  permitDomain,\n')
  }
  return tree
}
