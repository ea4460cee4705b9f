import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectorNames } from '../../src/main/connectors.ts'
import { startBrowser } from '../kit/browser.ts'
import { checkConsole, checkSandbox } from '../web/pages.ts'
import { begin, hub, type HubProcess, removeHome } from '../kit/world/hub-process.ts'
import { underLoad } from '../kit/under-load.ts'

const pictures = process.env['UPDATE_SCREENSHOTS'] === '1' ? join(import.meta.dirname, '../../docs/screenshots') : null
const home = mkdtempSync(join(tmpdir(), 'hub main '))
const command = (...args: string[]) => hub(home, args)
const json = async (...args: string[]): Promise<any> => {
  const { code, out, err } = await command(...args, '--json')
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return JSON.parse(out) as unknown
}
const lines = (text: string): any[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)

let running: HubProcess
let url = ''

async function start(): Promise<void> {
  running = begin(home, ['start'])
  url = (await running.until(/Serving (http:\S+)\/graphql/))[1]!
}
async function ask(query: string, token?: string, headers: Record<string, string> = {}): Promise<any> {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization, ...headers },
    body: JSON.stringify({ query }),
  })
  return answer.json()
}
const dossiers = async (): Promise<number> => {
  const { token } = await json('token', '--scope', 'dossier:read', '--agency', 'H53')
  return (await ask('{ dossiers(first: 1) { totalCount } }', token)).data.dossiers.totalCount
}

beforeAll(async () => {
  await start()
  await running.end('SIGINT') // in the middle of the first pull
  expect(running.child.exitCode).toBe(0)
  await start()
})
afterAll(async () => {
  if (running?.child.exitCode === null) await running.end('SIGINT')
  removeHome(home)
})

describe('a started hub', () => {
  it('goes on with a first pull that was cut off, prints Ready, and a query to paste that answers', async () => {
    await running.until(/Ready \(first pull[\s\S]*Ctrl-C/)
    expect(running.said.out).toContain(`${url}/sandbox`)
    expect(running.said.out).toContain(`${url}/console`)
    expect(running.said.out).not.toContain('✗')
    const token = /authorization: Bearer (\S+)'/.exec(running.said.out)![1]!
    const { query } = JSON.parse(/-d '(.*)'/.exec(running.said.out)![1]!) as { query: string }
    const answer = await ask(query, token)
    expect(answer.errors).toBeUndefined()
    expect(answer.data.dossiers.totalCount).toBeGreaterThan(0)
    const every = /every scope:\s+(\S+)/.exec(running.said.out)![1]!
    expect((await ask('{ dossiers(first: 1) { totalCount } }', every)).data.dossiers.totalCount).toBeGreaterThan(
      answer.data.dossiers.totalCount,
    )
  })

  it('answers the open question of the README', async () => {
    const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')
    const { data, errors } = await ask(/```graphql\n([\s\S]*?)```/.exec(readme)![1]!)
    expect(errors).toBeUndefined()
    expect(data.agencies.nodes).toHaveLength(5)
    expect(data.procedures.nodes).toHaveLength(3)
  })

  it('leaves no source that never succeeded', async () => {
    const sources = await json('sources')
    // Whatever folders are there: a connector comes and goes without a word here.
    expect(sources.map((one: any) => one.id)).toEqual(await connectorNames())
    for (const one of sources) {
      expect(one).toMatchObject({
        state: 'HEALTHY',
        connector: one.id,
        failure: null,
        lastSuccessAt: expect.any(String),
      })
      expect(one.recordCount).toBeGreaterThan(0)
    }
  })

  it('keeps its port: another one says in one line that it is taken', async () => {
    const { code, out, err } = await hub(home, ['start'], { PORT: new URL(url).port })
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(/^PORT \d+ is taken on 127\.0\.0\.1: .*\n$/)
  })
})

describe('a command beside a running hub', () => {
  it('sync runs now, with one line a run, and joins what the hub is doing', async () => {
    const { code, out } = await command('sync', 'one-stop', 'e-office', '--json')
    expect(code).toBe(0)
    const runs = lines(out)
    expect(runs.map(({ source, stream }) => `${source}/${stream}`).toSorted()).toEqual([
      'e-office/agencies',
      'e-office/documents',
      'e-office/statuses',
      'one-stop/dossiers',
    ])
    for (const run of runs) {
      expect(Object.keys(run)).toEqual([
        'source',
        'stream',
        'state',
        'read',
        'written',
        'unchanged',
        'removed',
        'rejected',
        'failure',
      ])
      expect(run.state).toMatch(/^SUCCEEDED/)
    }
    expect((await command('sync', 'one-stop', '--stream', 'dossiers')).out).toMatch(/✓ one-stop\/dossiers {2}SUCCEEDED/)
  })

  it('census counts a source whole, with one line a stream, and sources shows when', async () => {
    const { code, out } = await command('census', 'e-office', '--json')
    expect(code).toBe(0)
    const counted = new Map(lines(out).map((line) => [line.stream, line]))
    expect([...counted.keys()].toSorted()).toEqual(['agencies', 'documents', 'statuses'])
    expect(counted.get('documents')).toMatchObject({ state: 'NOT_COUNTABLE', found: null, failure: null })
    const agencies = counted.get('agencies')
    expect(Object.keys(agencies)).toEqual([
      'source',
      'stream',
      'state',
      'expected',
      'found',
      'missing',
      'changed',
      'leftOver',
      'removed',
      'failure',
    ])
    expect(agencies).toMatchObject({ missing: 0, leftOver: 0, removed: 0, failure: null })
    expect(agencies.found).toBeGreaterThanOrEqual(agencies.expected)
    const streams = (await json('sources')).find((one: any) => one.id === 'e-office').streams
    expect(streams.find((one: any) => one.id === 'agencies')).toMatchObject({
      censusAt: expect.any(String),
      censusMissing: 0,
      censusLeftOver: 0,
    })
  })

  it('runs and quarantine list print one array each, of one source when asked', async () => {
    const runs = await json('runs', 'one-stop')
    expect(runs[0]).toMatchObject({ id: expect.stringMatching(/^Run:/), source: 'one-stop', pages: expect.any(Number) })
    expect(new Set(runs.map((run: any) => run.source))).toEqual(new Set(['one-stop']))
    const records = await json('quarantine', 'list', 'one-stop')
    expect(records.length).toBeGreaterThan(0)
    expect(Object.keys(records[0])).toEqual(['id', 'source', 'stream', 'key', 'reason', 'path', 'seenAt', 'tries'])
  })

  it('quarantine show prints the bytes only with a purpose, and the reading stands in the log', async () => {
    const [{ id }] = await json('quarantine', 'list', 'one-stop')
    expect(await json('quarantine', 'show', id)).not.toHaveProperty('raw')
    const shown = await json('quarantine', 'show', id, '--purpose', 'audit')
    expect(JSON.parse(shown.raw)).toHaveProperty('dossierStatus')
    const { token } = await json('token', '--scope', 'audit:read', '--agency', 'H53')
    const { data } = await ask('{ accessLog(first: 1) { nodes { subject purpose caller } } }', token)
    expect(data.accessLog.nodes[0]).toMatchObject({ subject: id, purpose: 'audit' })
  })

  it('quarantine correct and release take a mended record, and replay reads raw anew', async () => {
    const [{ id }] = await json('quarantine', 'list', 'one-stop')
    expect(await command('quarantine', 'release', id, '--json')).toMatchObject({ code: 1, out: '{"released":0}\n' })
    const patch = '{"dossierStatus":{"name":[{"languageId":228,"name":"Đang xử lý"}]}}'
    expect(await json('quarantine', 'correct', id, '--patch', patch, '--reason', 'by telephone')).toEqual({
      id,
      taken: true,
    })
    const { code, out } = await command('quarantine', 'replay', 'one-stop', '--json')
    expect(code).toBe(0)
    expect(lines(out)[0]).toMatchObject({ source: 'one-stop', written: 0, removed: 0 })
  })

  it('pause and resume hold and free the schedule', async () => {
    expect(await json('pause', 'e-office')).toEqual({ id: 'e-office', state: 'PAUSED' })
    expect(await json('resume', 'e-office')).toMatchObject({
      id: 'e-office',
      state: expect.not.stringMatching('PAUSED'),
    })
  })

  it('token prints what the hub accepts, with its end', async () => {
    const { token, expiresAt } = await json('token', '--scope', 'operation:read', '--agency', 'H53', '--ttl', '5m')
    expect(new Date(expiresAt).getTime() - Date.now()).toBeLessThanOrEqual(300_000)
    expect((await ask('{ sources { id } }', token)).data.sources).toHaveLength(6)
    expect((await command('token', '--scope', 'operation:read')).out).toMatch(/^ey\S+\n$/)
  })

  it('doctor, migrate and schema say what they found', async () => {
    const findings = await json('doctor')
    expect(findings.filter((one: any) => one.state !== 'ok')).toEqual([])
    expect(findings.map((one: any) => one.what)).toContain('source e-office')
    expect(await json('migrate')).toEqual({ migrated: true })
    expect((await command('schema')).out).toContain('type Query')
  })

  it('import reference loads the tables of a folder and names a wrong one in a line', async () => {
    const folder = join(home, 'tables')
    await mkdir(folder)
    writeFileSync(join(folder, 'days.csv'), readFileSync(join(import.meta.dirname, '../../reference/holidays.csv')))
    expect((await json('import', 'reference', folder)).files).toMatchObject([{ name: 'days.csv' }])
    const absent = await command('import', 'reference', join(home, 'absent'))
    expect(absent.code).toBe(1)
    expect(absent.err.trim().split('\n')).toHaveLength(1)
  })

  it.concurrent.each([
    [[]],
    [['nosuch']],
    [['sync', 'nosuch']],
    [['sync', 'e-office', '--from', '2026-01-01']],
    [['sync', '--from', 'yesterday', '--to', '2026-01-01']],
    [['pause', 'nosuch']],
    [['token']],
    [['token', '--scope', 'nosuch:read']],
    [['token', '--scope', 'dossier:read', '--ttl', '3d']],
    [['quarantine', 'correct', '1', '--patch', '{', '--reason', 'x']],
    [['quarantine', 'show', '1', '--purpose', 'nosuch']],
  ])('wrong usage ends with 2 and prints no stack: hub %j', async (args) => {
    const { code, out, err } = await hub(home, args)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).not.toBe('')
    expect(err).not.toMatch(/^\s+at /m)
  })

  it.concurrent.each([
    [['sources'], { HUB_NOSUCH: '1' }, /^HUB_NOSUCH is not known/],
    [['sources'], { HUB_CONFIG: 'nosuch.ts' }, /^HUB_CONFIG is /],
    [
      ['sources'],
      { DATABASE_URL: 'postgres://a:b@127.0.0.1:1/x' },
      /^DATABASE_URL \(127\.0\.0\.1:1\/x\) cannot be reached/,
    ],
    [['start'], { HOST: '192.0.2.1' }, /^HOST 192\.0\.2\.1 is not an address/],
    [['quarantine', 'show', '999999'], {}, /there is no record 999999/],
  ])('a failure ends with 1 and one line: hub %j with %j', async (args, environment, expected) => {
    const { code, err } = await hub(home, args, environment as unknown as Record<string, string>)
    expect(code).toBe(1)
    expect(err).toMatch(expected)
    expect(err.trim().split('\n')).toHaveLength(1)
  })
})

const { browser, missing } = await startBrowser()
describe.skipIf(browser === null)(`its pages in a real browser${missing === null ? '' : ` (${missing})`}`, () => {
  afterAll(() => browser?.close())
  it.each([
    ['sandbox', checkSandbox],
    ['console', checkConsole],
  ] as const)('the %s keeps its promises', async (name, check) => {
    for (let tries = 0; (await fetch(`${url}/${name}`)).status !== 200 && tries < 240; tries += 1) {
      await new Promise((done) => setTimeout(done, 500)) // the pages are being built
    }
    const context = await browser!.newContext({ viewport: { width: 1440, height: 900 }, locale: 'vi-VN' })
    const page: Page = await context.newPage()
    try {
      await check(page, url, pictures ?? undefined)
    } finally {
      await context.close()
    }
  })
})

describe('the end', () => {
  it('a second start keeps the data and answers within seconds', async () => {
    const before = await dossiers()
    expect(await running.end('SIGINT')).toBe(0)
    const begun = performance.now()
    await start()
    expect((await ask('{ agencies(first: 1) { totalCount } }')).data.agencies.totalCount).toBeGreaterThan(100)
    expect(performance.now() - begun).toBeLessThan(underLoad(10_000))
    expect(await dossiers()).toBeGreaterThanOrEqual(before)
  })

  it('a hub that was killed leaves its data, its database and its emulators to the next one', async () => {
    const before = await dossiers()
    await running.end('SIGKILL')
    await start()
    expect(await dossiers()).toBeGreaterThanOrEqual(before)
    await running.until(/Ready[\s\S]*Ctrl-C/)
    expect(await running.end('SIGTERM')).toBe(0)
  })

  it('without a running hub a sync starts what it needs, and two workers share it', async () => {
    const workers = [begin(home, ['work']), begin(home, ['work'])]
    await Promise.all(workers.map((worker) => worker.until(/Ready/)))
    await workers[0]!.end('SIGKILL')
    expect(lines((await command('sync', 'e-office', '--json')).out).map(({ state }) => state)).not.toContain('FAILED')
    expect(await workers[1]!.end('SIGINT')).toBe(0)
    expect((await command('sync', 'procedure-catalogue', '--stream', 'agencies')).code).toBe(0)
  })

  it('serve alone answers, and ends with a line and 1 when the emulators end under it', async () => {
    const alone = begin(home, ['serve'])
    url = (await alone.until(/Ready (http:\S+)/))[1]!
    expect((await ask('{ agencies(first: 1) { totalCount } }')).data.agencies.totalCount).toBeGreaterThan(100)
    const { pid } = JSON.parse(readFileSync(join(home, 'demonstration', 'running.json'), 'utf8')) as { pid: number }
    process.kill(pid, 'SIGKILL')
    expect(await alone.end('SIGCONT')).toBe(1)
    // Before it, the log may tell that the second agency has ended with them.
    expect(alone.said.err.trim().split('\n').at(-1)).toBe(
      "the demonstration's emulators have ended; start the hub again",
    )
  })
})
