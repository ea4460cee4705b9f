import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { sortTests } from '../../bin/live-tests.js'
import { root } from '../rules/house.ts'

const folder = mkdtempSync(join(tmpdir(), 'hub tests '))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('a test that starts a process, an emulator or a browser is known by what it imports, to any depth', () => {
  const write = (path: string, ...imports: string[]): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), imports.map((name) => `import { a } from '${name}'\n`).join(''))
  }
  write('tests/kit/process.ts', ['node', 'child_process'].join(':'))
  write('tests/kit/deep.ts', './process.ts')
  write('tests/a.test.ts', './kit/deep.ts')
  write('tests/b.test.ts', ['playwright', 'core'].join('-'))
  write('tests/c.test.ts', 'node:fs', '../src/kit/deep.ts')
  const emulator = ['emulator', 'index.ts'].join('/')
  write(`connectors/x/${emulator}`, 'node:http')
  write('connectors/x/x.test.ts', `./${emulator}`)
  write('tests/rules/d.test.ts', '../kit/deep.ts')
  expect(sortTests(folder)).toEqual({
    living: ['connectors/x/x.test.ts', 'tests/a.test.ts', 'tests/b.test.ts'],
    quick: ['tests/c.test.ts', 'tests/rules/d.test.ts'],
  })
})

it('leaves out the lives of this project, and not much more', () => {
  const { living, quick } = sortTests(root)
  expect(living).toEqual(
    expect.arrayContaining([
      'tests/cli/hub.test.ts',
      'tests/connectors/conformance.test.ts',
      'tests/web/browser.test.ts',
    ]),
  )
  expect(quick.length).toBeGreaterThan(living.length)
})
