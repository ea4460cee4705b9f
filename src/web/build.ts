// The browser pages, built once and kept by the hash of their sources; the bundler runs in a process of its own.
import { spawn } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { access, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { PAGES } from './page-names.ts'

const SOURCES = fileURLToPath(new URL('.', import.meta.url))
const PACKAGES = fileURLToPath(new URL('../../package-lock.json', import.meta.url))
const STAMP = 'stamp.json'
const LONGEST_BUILD_MS = 10 * 60_000

/** The browser pages cannot be built. The message says who acts; `cause` has the bundler's own words. */
export class PageBuildFailure extends Error {
  override readonly name = 'PageBuildFailure'
}

export interface PageBuild {
  readonly outDir: string
  readonly log: (line: string) => void
  /** Ends the bundler, and the promise rejects: nothing is kept of that build. */
  readonly signal?: AbortSignal
}

/**
 * After it resolves `<outDir>/sandbox` and `<outDir>/console` contain the pages of the present sources. A build whose stamp
 * (the hash of the sources and of the lock file) is the present one is left alone, and the bundler is not loaded. Safe to
 * repeat, and from several processes at once: one builds beside the folder and swaps it in as a whole, the others wait for
 * it and find it done. Needs no network. Rejects with PageBuildFailure; a build from before then stays.
 */
export async function buildPages({ outDir, log, signal }: PageBuild): Promise<void> {
  const target = resolve(outDir)
  const stamp = await hashSources()
  if (await isFresh(target, stamp)) return
  requireBundler()
  await mkdir(dirname(target), { recursive: true })
  const release = await lock(`${target}.lock`, () => isFresh(target, stamp))
  if (release === null) return
  try {
    if (await isFresh(target, stamp)) return
    const started = performance.now()
    log('Building the browser pages …')
    await buildInto(target, stamp, signal)
    log(`Browser pages built in ${((performance.now() - started) / 1000).toFixed(1)} s`)
  } finally {
    await release()
  }
}

/** What production installs has no bundler: there the pages come built. */
function requireBundler(): void {
  try {
    createRequire(import.meta.url).resolve('vite/package.json')
  } catch (cause) {
    throw new PageBuildFailure(
      'The browser pages are not built, and this installation has no bundler: the operator installs the development packages too (npm ci), or brings dist/web from an installation that has them',
      { cause },
    )
  }
}

async function buildInto(target: string, stamp: string, signal: AbortSignal | undefined): Promise<void> {
  const fresh = `${target}.new-${randomUUID()}`
  const old = `${target}.old-${randomUUID()}`
  try {
    await runBundler(fresh, signal)
    await writeFile(join(fresh, STAMP), JSON.stringify({ stamp }))
    await rename(target, old).catch(ignoreMissing)
    await rename(fresh, target)
  } finally {
    await rm(fresh, { recursive: true, force: true })
    await rm(old, { recursive: true, force: true })
  }
}

async function runBundler(folder: string, signal: AbortSignal | undefined): Promise<void> {
  const child = spawn(process.execPath, [join(SOURCES, 'bundle.ts'), folder], {
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(signal === undefined ? {} : { signal }),
  })
  let said = ''
  for (const pipe of [child.stdout, child.stderr]) pipe.setEncoding('utf8').on('data', (text: string) => (said += text))
  const code = await new Promise<number | null>((done, fail) => child.once('error', fail).once('close', done))
  if (code === 0) return
  throw new PageBuildFailure(
    `The browser pages do not build: a developer repairs src/web (exit code ${code}):\n${said.trim()}`,
  )
}

async function hashSources(): Promise<string> {
  const entries = await readdir(SOURCES, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const hash = createHash('sha256')
  for (const file of [...files.toSorted(), PACKAGES]) {
    const bytes = await readFile(file).catch(() => Buffer.alloc(0))
    hash.update(`${relative(SOURCES, file)}\0${bytes.length}\0`).update(bytes)
  }
  return hash.digest('hex')
}

async function isFresh(target: string, stamp: string): Promise<boolean> {
  try {
    const kept: unknown = JSON.parse(await readFile(join(target, STAMP), 'utf8'))
    await Promise.all(PAGES.map((page) => access(join(target, page, 'index.html'))))
    return typeof kept === 'object' && kept !== null && 'stamp' in kept && kept.stamp === stamp
  } catch {
    return false
  }
}

/** Waits for the lock file; null when `done` became true meanwhile. The lock of a process that no longer lives is taken. */
async function lock(path: string, done: () => Promise<boolean>): Promise<(() => Promise<void>) | null> {
  for (;;) {
    try {
      const file = await open(path, 'wx')
      await file.writeFile(String(process.pid))
      await file.close()
      return () => rm(path, { force: true })
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error
    }
    if (await done()) return null
    if (await isAbandoned(path)) await rm(path, { force: true })
    else await sleep(200)
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  const owner = Number(await readFile(path, 'utf8').catch(() => ''))
  if (!(owner > 0)) {
    // just made and not yet signed, or gone: a moment later it says which
    await sleep(500)
    return (await readFile(path, 'utf8').catch(() => 'gone')) === ''
  }
  try {
    process.kill(owner, 0)
    // a number may be given again to a process that has nothing to do with this
    const { mtimeMs } = await stat(path)
    return Date.now() - mtimeMs > LONGEST_BUILD_MS
  } catch (error) {
    return isCode(error, 'ESRCH') || isCode(error, 'ENOENT')
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

function ignoreMissing(error: unknown): void {
  if (!isCode(error, 'ENOENT')) throw error
}
