// The rule that each source file opens with one line that says what it is for.
import { expect, it } from 'vitest'
import type { HouseFile } from './house.ts'
import { houseFiles } from './house.ts'

const generated = /(^|\/)generated\/|\.generated\.ts$/

export const firstLineFaults = (files: readonly HouseFile[]): string[] =>
  files
    .filter(({ text }) => !/^\/\/ \S/.test(text))
    .map(({ path }) => `${path}: the first line does not say what the file is for`)

it('each file opens with a line that says what it is for', () => {
  const files = houseFiles('src', 'connectors', 'migrations', 'bin').filter(
    ({ path }) => /\.tsx?$/.test(path) && !generated.test(path),
  )
  expect(files.length).toBeGreaterThan(300)
  for (const room of ['src/', 'connectors/', 'migrations/', 'bin/']) {
    expect(
      files.some(({ path }) => path.startsWith(room)),
      room,
    ).toBe(true)
  }
  expect(firstLineFaults(files)).toEqual([])
})

it('a planted file that opens with code is found', () => {
  const texts = [
    '// What it is for.\nexport {}',
    '/** What this interface is. */\nexport interface A {}',
    "import pg from 'pg'",
    '//\nexport {}',
    '',
  ]
  expect(firstLineFaults(texts.map((text, at) => ({ path: `src/${at}.ts`, text })))).toEqual(
    [1, 2, 3, 4].map((at) => `src/${at}.ts: the first line does not say what the file is for`),
  )
})
