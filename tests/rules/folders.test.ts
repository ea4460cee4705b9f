// The rule that no folder shows more than fifteen files: what is more has a second idea in it.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { root } from './house.ts'

/** Files in sight of one folder: its own, not those of the folders below it. */
const maxFiles = 15
/** Folders that hold what nobody reads one by one. */
const uncounted = new Set(['fixtures', 'generated', 'node_modules', 'dist'])

export interface Folder {
  /** From the root, with slashes. */
  readonly path: string
  readonly files: number
}

export const folderFaults = (folders: readonly Folder[]): string[] =>
  folders.flatMap(({ path, files }) => (files > maxFiles ? [`${path} shows ${files} files, at most ${maxFiles}`] : []))

/** The folder and all folders below it that are counted. */
function foldersBelow(path: string): Folder[] {
  const entries = readdirSync(join(root, path), { withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).length
  const below = entries.filter((entry) => entry.isDirectory() && !uncounted.has(entry.name))
  return [{ path, files }, ...below.flatMap(({ name }) => foldersBelow(`${path}/${name}`))]
}

it('no folder shows more than fifteen files, and every part of the house is seen', () => {
  const folders = ['src', 'tests', 'connectors'].flatMap(foldersBelow)
  for (const path of ['src/transport', 'src/sync/run', 'tests/rules', 'connectors/one-stop']) {
    expect(folders.find((folder) => folder.path === path)?.files ?? 0, path).toBeGreaterThan(3)
  }
  expect(folders.length).toBeGreaterThan(60)
  expect(folderFaults(folders)).toEqual([])
})

it('a planted sixteenth file is found', () => {
  expect(folderFaults([{ path: 'src/a', files: 15 }])).toEqual([])
  expect(folderFaults([{ path: 'src/a', files: 16 }])).toEqual(['src/a shows 16 files, at most 15'])
})
