// The account under which the embedded PostgreSQL runs when the hub is root.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

import { EmbeddedFailure } from './failure.ts'

/** The account that runs PostgreSQL instead of root, which PostgreSQL refuses. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

/** The account to switch to; undefined where the hub is an ordinary user and PostgreSQL runs as the same. */
export function databaseAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  for (const wanted of ['postgres', '_postgres', 'nobody']) {
    const [name, , uid, gid] = lines.find((line) => line.startsWith(`${wanted}:`))?.split(':') ?? []
    if (name !== undefined && Number(uid) !== 0) return { uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 }
  }
  throw new EmbeddedFailure(
    'PostgreSQL does not run as root and there is no account postgres or nobody; run as an ordinary user or set DATABASE_URL',
  )
}

/** The options of `spawn` that run a program as that account, in a working folder that every account may enter. */
export function asAccount(account: Account | undefined): {
  uid?: number
  gid?: number
  cwd: string
  env: NodeJS.ProcessEnv
} {
  const env: NodeJS.ProcessEnv = { PATH: process.env['PATH'], LC_ALL: 'C', LANG: 'C' }
  for (const name of ['SystemRoot', 'TEMP', 'TMP']) if (process.env[name] !== undefined) env[name] = process.env[name]
  const cwd = process.platform === 'win32' ? (process.env['SystemRoot'] ?? 'C:\\') : '/'
  return account === undefined ? { cwd, env } : { uid: account.uid, gid: account.gid, cwd, env }
}

export function canRun(program: string, account: Account | undefined): boolean {
  return spawnSync(program, ['--version'], { ...asAccount(account), stdio: 'ignore', timeout: 20_000 }).status === 0
}

export function canEnter(folder: string, account: Account | undefined): boolean {
  if (account === undefined) return true
  const probe = spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { ...asAccount(account), stdio: 'ignore' })
  return probe.status === 0
}
