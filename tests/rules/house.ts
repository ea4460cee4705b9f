import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

/** The folder of the project. */
export const root = join(import.meta.dirname, '..', '..')

export interface HouseFile {
  /** From the root, with slashes. */
  readonly path: string
  readonly text: string
}

const notOurs = new Set(['node_modules', '.git', '.hub', 'dist', 'coverage'])
const texts = /\.(ts|tsx|js|json|md|graphql|css|html|xml|csv|yml|yaml|sql|txt)$|\/\.ci\/run$/

/** The project's text files below the folders (all when none is named), in order of their paths. */
export function houseFiles(...folders: string[]): HouseFile[] {
  const starts = folders.length === 0 ? [root] : folders.map((folder) => join(root, folder)).filter(existsSync)
  return starts
    .flatMap(filesBelow)
    .filter((path) => texts.test(path))
    .toSorted()
    .map((path) => ({ path: relative(root, path).split(sep).join('/'), text: readFileSync(path, 'utf8') }))
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (notOurs.has(entry.name)) return []
    const path = join(folder, entry.name)
    return entry.isDirectory() ? filesBelow(path) : entry.isFile() ? [path] : []
  })
}
