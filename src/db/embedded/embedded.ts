// The embedded PostgreSQL of a home: adopted where it runs, started where it does not, stopped by its last user.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import pg from 'pg'

import type { Account } from './account.ts'
import { asAccount, databaseAccount } from './account.ts'
import type { Binaries } from './binaries.ts'
import { findBinaries } from './binaries.ts'
import { EmbeddedFailure, plainReason } from './failure.ts'
import { countUses, exclusively, noteUse } from './lock.ts'
import type { Remembered } from './data-directory.ts'
import { openHome, openDataDirectory, remember } from './data-directory.ts'
import { ask, postmasterOf } from './postmaster.ts'
import { serverSettings } from './settings.ts'

export interface EmbeddedOptions {
  /** Folder of the hub; made when missing. A home has one database, which all its processes share. */
  readonly home: string
  /** Listen on this port or fail. Default: the port of last time, or a free one. */
  readonly port?: number
  /** Settings of PostgreSQL that replace ours, for a server that this call starts (`{ fsync: 'off' }` in tests). */
  readonly settings?: Readonly<Record<string, string>>
}

export interface Embedded {
  /** Of the database `hub`, as its owner; contains the password. */
  readonly url: string
  /** The server ran already. */
  readonly adopted: boolean
  /**
   * Ends this use of the server; the last use stops it. Settles when it has stopped, or at once while another living process
   * uses it. Close the pools before. Safe to repeat.
   */
  stop(): Promise<void>
}

interface Server {
  readonly home: string
  readonly data: string
  readonly log: string
  readonly account: Account | undefined
  readonly binaries: Binaries
}

/**
 * The home's own PostgreSQL, ready on 127.0.0.1: a running server is adopted, also one whose hub was killed; else it is
 * started, and created first where there is none. Under root it runs as another account. Throws EmbeddedFailure.
 *
 * @example
 * const embedded = await openEmbedded({ home: '.hub' })
 * const database = openDatabase(embedded.url)
 * await database.close()
 * await embedded.stop()
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const account = databaseAccount()
  const home = openHome(resolve(options.home), account)
  const opened = await exclusively(home, async () => {
    const remembered = openDataDirectory(home, account)
    const { outside: directory = home, password } = remembered
    const server: Server = {
      home,
      account,
      data: join(directory, 'postgres'),
      log: join(directory, 'postgres.log'),
      binaries: await findBinaries(directory, account),
    }
    if (!existsSync(join(server.data, 'PG_VERSION'))) await create(server, password)
    checkOwner(server)
    const living = await adopt(server, password)
    const port = living ?? (await start(server, remembered, options))
    await makeDatabase(port, password)
    return { server, port, password, adopted: living !== undefined, leave: noteUse(home) }
  })
  let left: Promise<void> | undefined
  const stop = () =>
    exclusively(home, async () => {
      opened.leave()
      if (countUses(home) === 0) await stopServer(opened.server)
    })
  return {
    url: `postgres://hub:${opened.password}@127.0.0.1:${opened.port}/hub`,
    adopted: opened.adopted,
    stop: () => (left ??= stop()),
  }
}

/** The port of the running server of this data directory, once it answers; undefined when there is none. */
async function adopt(server: Server, password: string): Promise<number | undefined> {
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

async function start(server: Server, remembered: Remembered, options: EmbeddedOptions): Promise<number> {
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
async function create(server: Server, password: string): Promise<void> {
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

async function stopServer(server: Server): Promise<void> {
  if (postmasterOf(server.data) === undefined) return
  const stopped = await run(server, 'pg_ctl', ['stop', '-s', '-D', server.data, '-m', 'fast', '-w', '-t', '60'])
  if (stopped.code === 0 || postmasterOf(server.data) === undefined) return
  await run(server, 'pg_ctl', ['stop', '-s', '-D', server.data, '-m', 'immediate', '-w', '-t', '20'])
}

async function makeDatabase(port: number, password: string): Promise<void> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'hub', password, database: 'postgres' })
  await client.connect()
  try {
    const { rowCount } = await client.query(`select from pg_database where datname = 'hub'`)
    if (rowCount === 0) await client.query('create database hub')
  } finally {
    await client.end()
  }
}

function isSameFolder(one: string, other: string): boolean {
  try {
    const [a, b] = [statSync(one), statSync(other)]
    return a.ino === b.ino && a.dev === b.dev
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT'
  }
}

function checkOwner(server: Server): void {
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

const freePort = (): Promise<number> => listenOnce(0).then((port) => port ?? 0)
const isFree = async (port: number): Promise<boolean> => (await listenOnce(port)) !== undefined

function listenOnce(port: number): Promise<number | undefined> {
  return new Promise((done) => {
    const probe = createServer()
    probe.once('error', () => done(undefined))
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = probe.address()
      probe.close(() => done(typeof address === 'object' && address !== null ? address.port : undefined))
    })
  })
}
