// Tests of the embedded PostgreSQL, with real servers and killed processes.
import type { ChildProcess } from 'node:child_process'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import type { Embedded } from '../../../src/db/embedded/embedded.ts'
import { openEmbedded } from '../../../src/db/embedded/embedded.ts'
import { postmasterOf } from '../../../src/db/embedded/postmaster.ts'

const settings = { fsync: 'off', shared_buffers: '16MB' }
let madeIn: string
let made: string
let folder: string
let home: string
const opened: Embedded[] = []
const children: ChildProcess[] = []

beforeAll(async () => {
  madeIn = mkdtempSync(join(tmpdir(), 'hub embedded '))
  chmodSync(madeIn, 0o755)
  made = join(madeIn, 'home')
  await (await openEmbedded({ home: made, settings })).stop()
})
afterAll(() => rmSync(madeIn, { recursive: true, force: true }))
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hub embedded '))
  chmodSync(folder, 0o755)
  home = join(folder, 'home')
})
afterEach(async () => {
  for (const child of children.splice(0)) await end(child, 'SIGKILL')
  for (const one of opened.splice(0)) await one.stop()
  rmSync(outside(home) ?? home, { recursive: true, force: true })
  rmSync(folder, { recursive: true, force: true })
})

async function open(at = home, port?: number): Promise<Embedded> {
  const embedded = await openEmbedded({ home: at, settings, ...(port === undefined ? {} : { port }) })
  opened.push(embedded)
  return embedded
}
/** The home as one that was opened and left before: making it anew takes seconds, and only some tests are about that. */
const openedBefore = (): void => void execFileSync('cp', ['-a', made, home])
async function inChild(): Promise<{ adopted: boolean; stop(signal: NodeJS.Signals): Promise<void> }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'child.ts'), home], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  return { adopted: (JSON.parse(line) as { adopted: boolean }).adopted, stop: (signal) => end(child, signal) }
}
async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill(signal)
  await ended
}
async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}
function outside(at: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(join(at, 'postgres.json'), 'utf8')) as { outside?: string }).outside
  } catch {
    return undefined
  }
}
const data = () => join(outside(home) ?? home, 'postgres')
const runs = () => postmasterOf(data()) !== undefined

describe('the embedded database', () => {
  it('is made, listens on the loopback alone and keeps its data and port over a stop', async () => {
    const first = await open()
    await query(first.url, 'create table kept as select 1 as one')
    const setting = (name: string) => query(first.url, `select current_setting('${name}') as value`)
    expect(await setting('listen_addresses')).toEqual([{ value: '127.0.0.1' }])
    expect(await setting('unix_socket_directories')).toEqual([{ value: '' }])
    expect(await setting('TimeZone')).toEqual([{ value: 'Asia/Ho_Chi_Minh' }])
    await first.stop()
    expect(runs()).toBe(false)
    const second = await open()
    expect(second.url).toBe(first.url)
    expect(await query(second.url, 'select * from kept')).toEqual([{ one: 1 }])
  })

  it('lets nobody in without the generated password, which only its owner may read', async () => {
    openedBefore()
    const { url } = await open()
    const wrong = new URL(url)
    wrong.password = 'wrong'
    await expect(query(wrong.href, 'select 1')).rejects.toThrow('password authentication failed')
    expect(statSync(join(home, 'postgres.json')).mode & 0o777).toBe(0o600)
  })

  it('does not write the texts and values of failed statements to its log', async () => {
    openedBefore()
    const { url } = await open()
    await query(url, 'create table person (name text unique)')
    await query(url, `insert into person values ('Canary')`)
    await expect(query(url, `insert into person values ('Canary')`)).rejects.toThrow('duplicate key')
    await expect(query(url, `select 'Canary'::int`)).rejects.toThrow('invalid input')
    const log = readFileSync(join(data(), '..', 'postgres.log'), 'utf8')
    expect(log).toContain('ready to accept connections')
    expect(log).not.toContain('Canary')
  })

  it('is shared by the processes of a home and stops when the last of them leaves', async () => {
    openedBefore()
    const first = await open()
    const child = await inChild()
    expect([first.adopted, child.adopted]).toEqual([false, true])
    await first.stop()
    expect(await query(first.url, 'select 1 as one')).toEqual([{ one: 1 }])
    await child.stop('SIGTERM')
    expect(runs()).toBe(false)
  })

  it('is started once when several processes ask for a new home at the same moment', async () => {
    const all = await Promise.all([inChild(), inChild(), open()])
    expect(all.filter(({ adopted }) => !adopted)).toHaveLength(1)
  })

  it('is adopted as an orphan after its hub was killed, and stopped in the end', async () => {
    openedBefore()
    const child = await inChild()
    await child.stop('SIGKILL')
    expect(runs()).toBe(true)
    const next = await open()
    expect(next.adopted).toBe(true)
    await next.stop()
    expect(runs()).toBe(false)
  })

  it('comes back with every acknowledged row after the server itself was killed', async () => {
    openedBefore()
    const first = await open()
    await query(first.url, 'create table kept as select generate_series(1, 100) as id')
    process.kill(postmasterOf(data())?.pid ?? 0, 'SIGKILL')
    const second = await open()
    expect(second.adopted).toBe(false)
    expect(await query(second.url, 'select count(*)::int as rows from kept')).toEqual([{ rows: 100 }])
  })

  it('starts although postmaster.pid names a living process that is no PostgreSQL', async () => {
    openedBefore()
    const first = await open()
    await first.stop()
    writeFileSync(join(data(), 'postmaster.pid'), `${process.pid}\n${data()}\n0\n1\n\n127.0.0.1\n`)
    expect((await open()).adopted).toBe(false)
  })

  it('is created again where its creation was interrupted', async () => {
    const first = await open()
    await first.stop()
    rmSync(join(data(), 'PG_VERSION'))
    mkdirSync(`${data()}.new`)
    const second = await open()
    expect(await query(second.url, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  it('runs beside that of another home and does not take that for its own, even where a copied file says so', async () => {
    const first = await open()
    const copy = join(folder, 'copy')
    mkdirSync(copy, { mode: 0o711 })
    copyFileSync(join(home, 'postgres.json'), join(copy, 'postgres.json'))
    const second = await open(copy)
    expect(new URL(second.url).port).not.toBe(new URL(first.url).port)
    await second.stop()
    copyFileSync(join(data(), 'postmaster.pid'), join(copy, 'postgres', 'postmaster.pid'))
    const third = await open(copy)
    expect(third.adopted).toBe(false)
    await third.stop()
    expect(await query(first.url, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  it.runIf(process.getuid?.() === 0)('lives outside a home that the account of the database cannot enter', async () => {
    chmodSync(folder, 0o700)
    const first = await open()
    expect(outside(home)).toMatch(/^\/var\/tmp\/hub-[0-9a-f]{16}$/)
    await query(first.url, 'create table kept as select 1 as one')
    await first.stop()
    expect(await query((await open()).url, 'select * from kept')).toEqual([{ one: 1 }])
    rmSync(home, { recursive: true }) // deleting the home starts again, although the server still runs
    opened.splice(0)
    const again = await open()
    await expect(query(again.url, 'select * from kept')).rejects.toThrow('does not exist')
  })

  it('takes another port when something else took its own', async () => {
    openedBefore()
    const first = await open()
    await first.stop()
    const { port } = new URL(first.url)
    const squatter = createServer().listen(Number(port), '127.0.0.1')
    await once(squatter, 'listening')
    const second = await open()
    expect(new URL(second.url).port).not.toBe(port)
    await expect(openEmbedded({ home: join(folder, 'third'), port: Number(port) })).rejects.toThrow(
      `port ${port}, asked for the embedded database, is taken`,
    )
    squatter.close()
  })

  it('says in one line where it cannot be made', async () => {
    writeFileSync(join(folder, 'file'), '')
    const made = openEmbedded({ home: join(folder, 'file', 'home') })
    await expect(made).rejects.toThrow(/^the folder .* cannot be made \(ENOTDIR\); set HUB_HOME to one that can$/)
  })
})
