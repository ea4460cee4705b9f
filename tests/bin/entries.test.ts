import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const project = join(import.meta.dirname, '..', '..')
const platform = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
let folder: string

// A checkout with a space in its path whose product prints what it was given and waits for a signal.
const product = `
process.on('SIGTERM', () => process.exit(0))
process.on('SIGINT', () => process.exit(3))
process.on('disconnect', () => process.exit(0))
process.channel.unref()
if (process.argv.includes('start')) setInterval(() => {}, 1000)
process.stdout.write(JSON.stringify({ args: process.argv.slice(2), node: process.versions.node, cwd: process.cwd() }) + '\\n')
if (process.argv.includes('fail')) process.exit(7)
`
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hub entries '))
  cpSync(join(project, 'bin'), join(folder, 'bin'), { recursive: true })
  mkdirSync(join(folder, 'src', 'cli'), { recursive: true })
  mkdirSync(join(folder, 'node_modules'))
  writeFileSync(join(folder, 'src', 'cli', 'main.ts'), product)
  writeFileSync(join(folder, 'package.json'), '{ "name": "x", "version": "1.0.0", "type": "module" }')
  writeFileSync(
    join(folder, 'package-lock.json'),
    '{ "name": "x", "version": "1.0.0", "lockfileVersion": 3, "packages": {} }',
  )
  writeFileSync(join(folder, 'node_modules', '.package-lock.json'), '{}')
  symlinkSync(join(project, 'node_modules', platform), join(folder, 'node_modules', platform))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function entry(name: string, args: string[], environment: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [join(folder, 'bin', name), ...args], {
    cwd: join(folder, 'src'),
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const said = once(createInterface(child.stdout), 'line').then(([line]) => JSON.parse(line as string) as unknown)
  return { child, said, code: async () => (await ended)[0], errors: () => errors }
}
/** A script in the place of npm that notes how it was called. */
function npm(body = ''): NodeJS.ProcessEnv {
  const script = join(folder, 'npm.cjs')
  const note = `require('fs').appendFileSync(${JSON.stringify(join(folder, 'calls'))}, process.argv.slice(2).join(' ') + '\\n')`
  writeFileSync(script, `${note}\n${body}`)
  return { npm_execpath: script }
}
const calls = () => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n')
const touchLock = () => utimesSync(join(folder, 'package-lock.json'), Date.now() / 1000 + 10, Date.now() / 1000 + 10)

describe('an entry', () => {
  it('runs the product under the Node of the packages with the arguments it was given', async () => {
    const { said, code } = entry('hub.js', ['sync', 'a b', '--json'])
    expect(await said).toMatchObject({ args: ['sync', 'a b', '--json'], cwd: join(folder, 'src') })
    expect(await code()).toBe(0)
  })

  it('ends with the exit code of the product', async () => {
    expect(await entry('hub.js', ['fail']).code()).toBe(7)
  })

  it.each([
    ['SIGTERM', 0],
    ['SIGINT', 3],
  ] as const)('hands %s on and waits for the end', async (signal, expected) => {
    const { child, said, code } = entry('start.js', [])
    expect(await said).toMatchObject({ args: ['start'], cwd: folder })
    child.kill(signal)
    expect(await code()).toBe(expected)
  })

  it('that is killed lets the product know, so that nothing goes on unseen', async () => {
    const { child, said, code } = entry('start.js', [])
    await said
    child.kill('SIGKILL')
    // The pipes are closed when the product has ended too.
    expect(await code()).toBeNull()
  })

  it('says which Node is needed where none can be had', async () => {
    rmSync(join(folder, 'node_modules', platform))
    const old = join(folder, 'old.mjs')
    writeFileSync(old, `Object.defineProperty(process.versions, 'node', { value: '20.1.0' })`)
    const { code, errors } = entry('hub.js', [], { NODE_OPTIONS: `--import ${encodeURI(`file://${old}`)}` })
    expect(await code()).toBe(1)
    expect(errors()).toMatch(/needs Node ≥ 24\.12, found 20\.1\.0/)
  })
})

describe('the install', () => {
  it('is left out while the packages are newer than the lock file, whatever its time after that', async () => {
    expect(await entry('hub.js', [], npm()).code()).toBe(0)
    expect(() => calls()).toThrow('ENOENT')
  })

  it('runs where the lock file is newer, once for the same content', async () => {
    touchLock()
    expect(await entry('hub.js', [], npm()).code()).toBe(0)
    expect(await entry('hub.js', [], npm()).code()).toBe(0)
    expect(calls()).toEqual(['ci --no-audit --no-fund --loglevel=error --include=dev --include=optional'])
    writeFileSync(join(folder, 'package-lock.json'), '{}')
    touchLock()
    expect(await entry('hub.js', [], npm()).code()).toBe(0)
    expect(calls()).toHaveLength(2)
  })

  it('leaves a linked folder of packages alone, which is another checkout of somebody', async () => {
    renameSync(join(folder, 'node_modules'), join(folder, 'elsewhere'))
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'node_modules'))
    touchLock()
    expect(await entry('hub.js', [], npm()).code()).toBe(0)
    expect(() => calls()).toThrow('ENOENT')
  })

  it('that fails ends the entry with a line and starts nothing', async () => {
    touchLock()
    const { code, errors } = entry('hub.js', [], npm('process.exit(4)'))
    expect(await code()).toBe(1)
    expect(errors()).toContain('npm ci failed')
  })
})
