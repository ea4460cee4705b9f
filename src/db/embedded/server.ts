// The server of a data directory: created, adopted, started and stopped.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import type { Account } from './account.ts'
import { asAccount } from './account.ts'
import type { Binaries } from './binaries.ts'
import type { Remembered } from './data-directory.ts'
import { remember } from './data-directory.ts'
import { EmbeddedFailure, plainReason } from './failure.ts'
import { freePort, isFree } from './free-port.ts'
import { ask, postmasterOf } from './postmaster.ts'
import { serverSettings } from './settings.ts'

export interface Server {
  readonly home: string
  readonly data: string
  readonly log: string
  readonly account: Account | undefined
  readonly binaries: Binaries
}

/** How a server that has to be started is to run. */
export interface StartOptions {
  /** Listen on this port or fail. Default: the port of last time, or a free one. */
  readonly port?: number
  /** Settings of PostgreSQL that replace ours. */
  readonly settings?: Readonly<Record<string, string>>
}

/** The port of the running server of this data directory, once it answers; undefined when there is none. */
export async function adoptServer(server: Server, password: string): Promise<number | undefined> {
  let silentSince: number | undefined
  for (;;) {
    // Read again each time: after a kill the file still names the dead process for a moment.
    const living = postmasterOf(server.data)
    if (living === undefined) return undefined
    const answer = await ask(living.port, password, server.data)
    if (answer.state === 'ready') return living.port
    if (answer.state === 'elsewhere' && !isSameFolder(answer.folder, server.data)) {
      rmSync(join(server.data, 'postmaster.pid'), { force: true }) // copied with another home
      return undefined
    }
    if (answer.state === 'foreign' || answer.state === 'elsewhere') {
      const reason = answer.state === 'foreign' ? answer.reason : `it serves ${answer.folder}`
      throw new EmbeddedFailure(
        `the server of ${server.data} on port ${living.port} is not this hub's: ${reason}; is ${server.home}/postgres.json the right one?`,
      )
    }
    // Starting takes as long as recovery, stopping as long as the last checkpoint; a silent server gets 6 seconds.
    if (answer.state === 'silent') silentSince ??= performance.now()
    else silentSince = undefined
    if (silentSince !== undefined && performance.now() - silentSince > 6_000) return undefined
    await sleep(100)
  }
}

export async function startServer(server: Server, remembered: Remembered, options: StartOptions): Promise<number> {
  const lastLog = () => (existsSync(server.log) ? readFileSync(server.log, 'utf8') : '')
  const deadline = performance.now() + 6_000
  let port = options.port ?? (remembered.port !== undefined && (await isFree(remembered.port)) ? remembered.port : 0)
  for (;;) {
    if (port === 0) port = await freePort()
    else if (options.port !== undefined && !(await isFree(port))) {
      throw new EmbeddedFailure(`port ${port}, asked for the embedded database, is taken`)
    }
    if (postmasterOf(server.data) === undefined) rmSync(join(server.data, 'postmaster.pid'), { force: true })
    writeOwned(server, join(server.data, 'hub.conf'), serverSettings(port, options.settings))
    writeOwned(server, server.log, '')
    const launched = await run(server, 'pg_ctl', ['start', '-W', '-s', '-D', server.data, '-l', server.log])
    if (await becomesReady(server, remembered.password, port)) {
      if (remembered.port !== port) remember(server.home, { ...remembered, port })
      return port
    }
    const output = `${launched.output}\n${lastLog()}`
    const reason = plainReason(output)
    // Another program took the port, or the system has not yet freed the shared memory of a killed server.
    const isTransient = (reason === 'the port is taken' && options.port === undefined) || /still in use/.test(output)
    if (!isTransient || performance.now() > deadline) {
      throw new EmbeddedFailure(
        `the embedded PostgreSQL does not start: ${reason} (data ${server.data}, log ${server.log})`,
      )
    }
    if (reason === 'the port is taken') port = 0
    await sleep(200)
  }
}

/** True once our server answers; false when its process has ended. Recovery after a crash may take minutes. */
async function becomesReady(server: Server, password: string, port: number): Promise<boolean> {
  const begun = performance.now()
  let seen = false
  for (;;) {
    const living = postmasterOf(server.data)
    seen ||= living !== undefined
    if (living !== undefined && (await ask(port, password, server.data)).state === 'ready') return true
    const waited = performance.now() - begun
    if (living === undefined && (seen || waited > 3_000)) return false
    if (waited > 300_000) return false
    await sleep(waited < 2_000 ? 30 : 200)
  }
}

/** Runs initdb beside the data directory and renames, so that a data directory is always complete. */
export async function createData(server: Server, password: string): Promise<void> {
  if (existsSync(server.data)) rmSync(server.data, { recursive: true, force: true })
  const fresh = `${server.data}.new`
  const secret = `${server.data}.secret`
  rmSync(fresh, { recursive: true, force: true })
  try {
    mkdirSync(fresh, { mode: 0o700 })
    if (server.account) chownSync(fresh, server.account.uid, server.account.gid)
    writeOwned(server, secret, password)
    const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
    const login = ['--username=hub', '--auth=scram-sha-256', `--pwfile=${secret}`]
    const made = await run(server, 'initdb', ['-D', fresh, ...locale, ...login, '--no-instructions'])
    if (made.code !== 0) throw new EmbeddedFailure(plainReason(made.output))
    const conf = join(fresh, 'postgresql.conf')
    writeFileSync(conf, `${readFileSync(conf, 'utf8')}\ninclude 'hub.conf'\n`)
    renameSync(fresh, server.data)
  } catch (cause) {
    rmSync(fresh, { recursive: true, force: true })
    const reason = cause instanceof EmbeddedFailure ? cause.message : plainReason((cause as Error).message)
    throw new EmbeddedFailure(`the embedded database cannot be made in ${server.data}: ${reason}`, { cause })
  } finally {
    rmSync(secret, { force: true })
  }
}

export async function stopServer(server: Server): Promise<void> {
  if (postmasterOf(server.data) === undefined) return
  const stopped = await run(server, 'pg_ctl', ['stop', '-s', '-D', server.data, '-m', 'fast', '-w', '-t', '60'])
  if (stopped.code === 0 || postmasterOf(server.data) === undefined) return
  await run(server, 'pg_ctl', ['stop', '-s', '-D', server.data, '-m', 'immediate', '-w', '-t', '20'])
}

function isSameFolder(one: string, other: string): boolean {
  try {
    const [a, b] = [statSync(one), statSync(other)]
    return a.ino === b.ino && a.dev === b.dev
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT'
  }
}

export function checkOwner(server: Server): void {
  const owner = statSync(server.data).uid
  const runsAs = server.account?.uid ?? process.getuid?.()
  if (runsAs === undefined || owner === runsAs) return
  throw new EmbeddedFailure(
    `${server.data} belongs to the account ${owner}, we run the database as ${runsAs}; start as the account that made it, or set HUB_HOME`,
  )
}

function writeOwned(server: Server, path: string, text: string): void {
  const fresh = `${path}.${randomBytes(4).toString('hex')}`
  writeFileSync(fresh, text, { mode: 0o600 })
  if (server.account) chownSync(fresh, server.account.uid, server.account.gid)
  renameSync(fresh, path)
}

function run(server: Server, program: 'initdb' | 'pg_ctl', args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((done) => {
    const options = { ...asAccount(server.account), timeout: 180_000, windowsHide: true }
    execFile(server.binaries.program(program), args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
      done({ code, output: `${stdout}\n${stderr}\n${code !== 0 && stderr === '' ? (error?.message ?? '') : ''}` })
    })
  })
}
