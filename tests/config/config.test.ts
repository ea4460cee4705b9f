// Tests of the configuration: environment, file, secrets and their messages.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { duration, size } from '../../src/config/quantity.ts'
import type { Environment, HubConfig } from '../../src/config/index.ts'
import { ConfigError, loadConfig, resolveSecrets } from '../../src/config/index.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hub config '))
})
afterEach(() => rmSync(folder, { recursive: true }))

const source = { id: 'one-stop', connector: 'one-stop' }
function load(content: unknown, environment: Environment = {}, secrets: 'now' | 'later' = 'now') {
  writeFileSync(join(folder, 'hub.json'), JSON.stringify(content))
  return loadConfig({ HUB_CONFIG: 'hub.json', ...environment }, folder, { secrets })
}
async function line(loading: Promise<unknown>): Promise<string> {
  const error = await loading.then(
    () => new Error('no error'),
    (thrown: unknown) => thrown as Error,
  )
  expect(error).toBeInstanceOf(ConfigError)
  expect(error.message).not.toContain('\n')
  return error.message
}

describe('without a file', () => {
  it('the demonstration runs with its own issuer on the loopback, all paths absolute', async () => {
    expect(await loadConfig({ HUB_KEY: '' }, folder)).toEqual({
      port: 4000,
      host: '127.0.0.1',
      databaseUrl: undefined,
      home: join(folder, '.hub'),
      configFile: undefined,
      key: { HUB_KEY: undefined, HUB_KEY_FILE: undefined },
      demo: { scale: 1, land: true },
      samples: undefined,
      logLevel: 'info',
      sources: [],
      issuers: [],
      subgraphs: [],
      purposes: [],
      trustedDocuments: undefined,
      leaseMs: 30_000,
      retention: { rawMs: 7_776_000_000, changesMs: 604_800_000, auditMs: null },
      demonstration: true,
      developmentIssuer: true,
    })
  })
})

describe('the environment', () => {
  it('is taken whole', async () => {
    const environment = {
      PORT: '0',
      HOST: '0.0.0.0',
      DATABASE_URL: 'postgres://hub:secret@db:5432/hub',
      HUB_HOME: 'home',
      HUB_DEMO_SCALE: '0.05',
      HUB_DEMO_LAND: '0',
      LOG_LEVEL: 'debug',
    }
    expect(await loadConfig(environment, folder)).toMatchObject({
      port: 0,
      host: '0.0.0.0',
      databaseUrl: environment.DATABASE_URL,
      home: join(folder, 'home'),
      demo: { scale: 0.05, land: false },
      logLevel: 'debug',
    })
  })

  it.each([
    [{ PORT: '4000x' }, 'PORT is "4000x", expected a number from 0 to 65535 (0: any free one)'],
    [{ PORT: '65536' }, 'PORT is "65536", expected a number from 0 to 65535 (0: any free one)'],
    [{ HOST: 'a b' }, 'HOST is "a b", expected a name or an address to listen on'],
    [{ HUB_DEMO_SCALE: '-1' }, 'HUB_DEMO_SCALE is "-1", expected a number above 0, at most 1000'],
    [{ HUB_DEMO_LAND: 'yes' }, 'HUB_DEMO_LAND is "yes", expected 0 or 1'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL is "loud", expected one of trace, debug, info, warn, error, fatal, silent'],
    [
      { DATABASE_URL: 'mysql://hub:pa55@db/hub' },
      'DATABASE_URL is a text of 23 characters, expected a URL like postgres://user:password@host:5432/database',
    ],
    [
      { HUB_PORT: '1' },
      'HUB_PORT is not known, expected one of HUB_CONFIG, HUB_HOME, HUB_KEY, HUB_KEY_FILE, HUB_DEMO_SCALE, HUB_DEMO_LAND, HUB_SAMPLES',
    ],
  ])('%j stops with one line', async (environment, message) => {
    expect(await line(loadConfig(environment, folder))).toBe(message)
  })
})

describe('the file', () => {
  const full = {
    sources: [
      {
        ...source,
        title: { vi: 'Một cửa', en: 'One stop' },
        agency: 'H53.21',
        schedule: '0 */2 * * *',
        timezone: 'UTC',
        allowHosts: ['127.0.0.1:4801', '10.0.0.0/8', 'db.local', '[::1]:80', 'fd00::/8'],
        settings: {
          url: 'https://x',
          clientSecret: { secret: 'ONE_STOP_SECRET' },
          units: [{ password: { secret: 'P' } }],
        },
        idle: '5s',
        page: '20s',
        tries: 2,
        retryAfter: '1m',
        body: '8MB',
        inflatedBody: '16MB',
        concurrency: 2,
        perSecond: 1.5,
      },
    ],
    issuers: [
      {
        issuer: 'https://sso.example',
        audience: 'hub',
        audiences: ['b'],
        maxTokenAge: '1h',
        typ: 'at+jwt',
        agencies: ['H53'],
      },
    ],
    subgraphs: [{ name: 'land', url: 'https://land.example/graphql', headers: { authorization: { secret: 'LAND' } } }],
    purposes: [{ code: 'dossier-handling', title: 'Giải quyết hồ sơ', legalBasis: 'NĐ' }],
    trustedDocuments: { folder: './operations', mode: 'only' },
    lease: '10s',
  } satisfies HubConfig
  const secrets = { ONE_STOP_SECRET: 'a', P: 'b', LAND: 'c' }

  it('is taken whole, in our units, frozen to the bottom', async () => {
    const config = await load(full, secrets)
    expect(config.sources).toEqual([
      {
        id: 'one-stop',
        connector: 'one-stop',
        title: { vi: 'Một cửa', en: 'One stop' },
        agency: 'H53.21',
        schedule: '0 */2 * * *',
        timezone: 'UTC',
        allowHosts: full.sources[0]?.allowHosts,
        ca: undefined,
        census: '30 2 * * *',
        drift: { '*': 'accept' },
        settings: full.sources[0]?.settings,
        limits: {
          idleMs: 5000,
          totalMs: 20_000,
          tries: 2,
          retryAfterCapMs: 60_000,
          bodyBytes: 8_388_608,
          inflatedBytes: 16_777_216,
          concurrency: 2,
          perSecond: 1.5,
        },
        path: 'hub.json: sources[0]',
      },
    ])
    expect(config.issuers[0]).toMatchObject({ maxTokenAgeSeconds: 3600, otherAudiences: ['b'], agencies: ['H53'] })
    expect(config.subgraphs[0]).toMatchObject({ timeoutMs: 10_000, pollingMs: 30_000 })
    expect(config).toMatchObject({
      purposes: [{ title: { vi: 'Giải quyết hồ sơ', en: 'Giải quyết hồ sơ' } }],
      trustedDocuments: { folder: join(folder, 'operations'), mode: 'only' },
      leaseMs: 10_000,
      demonstration: false,
      developmentIssuer: false,
    })
    expect(Object.isFrozen(config.sources[0]?.settings['units'])).toBe(true)
  })

  it.each(['.ts', '.js'])('may be a %s file, and hub.config.ts is found by itself', async (extension) => {
    const name = extension === '.ts' ? 'hub.config.ts' : 'other.js'
    const typed = extension === '.ts' ? ' satisfies object' : ''
    writeFileSync(join(folder, name), `export default { sources: [${JSON.stringify(source)}] }${typed}\n`)
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
    const config = await loadConfig(extension === '.ts' ? {} : { HUB_CONFIG: name }, folder)
    expect(config).toMatchObject({ configFile: join(folder, name), demonstration: false })
    expect(config.sources[0]).toMatchObject({ agency: 'H53', schedule: '*/5 * * * *', timezone: 'Asia/Ho_Chi_Minh' })
  })

  const bad = (more: object) => ({ sources: [{ ...source, ...more }] })
  it.each([
    [[], 'hub.json: the configuration is a list, expected an object like { sources: […] }'],
    [
      { source: [] },
      'hub.json: source is not known, expected one of sources, issuers, subgraphs, purposes, trustedDocuments, lease',
    ],
    [{ sources: {} }, 'hub.json: sources is an object, expected a list of sources'],
    [bad({ conector: 'x' }), 'hub.json: sources[0].conector is not known, expected one of id, connector, title'],
    [{ sources: [{ id: 'a' }] }, 'hub.json: sources[0].connector is missing, expected the name of a connector'],
    [
      bad({ id: 'One Stop' }),
      'hub.json: sources[0].id is "One Stop", expected a name of small letters, digits and hyphens',
    ],
    [
      bad({ schedule: '*/5 * * 61' }),
      'hub.json: sources[0].schedule is "*/5 * * 61", expected a cron expression of five',
    ],
    [bad({ timezone: 'Asia/Hue' }), 'hub.json: sources[0].timezone is "Asia/Hue", expected a time zone like'],
    [bad({ agency: 'H53/1' }), 'hub.json: sources[0].agency is "H53/1", expected an agency code'],
    [
      bad({ allowHosts: ['10.0.0.0/33'] }),
      'hub.json: sources[0].allowHosts[0] is "10.0.0.0/33", expected a host, host:port',
    ],
    [bad({ idle: '10 min' }), 'hub.json: sources[0].idle is "10 min", expected a duration like "10s", "5m" or "24h"'],
    [bad({ tries: 0 }), 'hub.json: sources[0].tries is 0, expected a whole number from 1 to 10'],
    [bad({ title: { vi: 'x' } }), 'hub.json: sources[0].title is an object, expected a text, or { vi, en }'],
    [bad({ ca: 'none.pem' }), 'hub.json: sources[0].ca is'],
    [
      bad({ settings: { a: { secret: 'A B' } } }),
      'hub.json: sources[0].settings.a.secret is a text of 3 characters, expected the name',
    ],
    [{ sources: [source, source] }, 'hub.json: sources[1].id is "one-stop" as in sources[0], expected one of its own'],
    [
      { issuers: [{ issuer: 'sso', audience: 'hub' }] },
      'hub.json: issuers[0].issuer is "sso", expected an http or https URL',
    ],
    [
      { issuers: [{ issuer: 'https://a', audience: 'hub', typ: 'JWT' }] },
      'hub.json: issuers[0].typ is "JWT", expected "at+jwt"',
    ],
    [
      { subgraphs: [{ name: 'land', url: 'https://u:pa55@x' }] },
      'hub.json: subgraphs[0].url is a text of 16 characters',
    ],
    [
      { subgraphs: [{ name: 'l', url: 'https://x', headers: { a: 5 } }] },
      'hub.json: subgraphs[0].headers.a is a number',
    ],
    [{ purposes: [{ code: 'x', title: 'x' }] }, 'hub.json: purposes[0].legalBasis is missing, expected the law'],
    [
      { trustedDocuments: { folder: 'x', mode: 'on' } },
      'hub.json: trustedDocuments.mode is "on", expected "off" or "only"',
    ],
    [{ lease: 30 }, 'hub.json: lease is 30, expected a duration'],
  ])('%j stops with one line that names the member', async (content, message) => {
    expect((await line(load(content))).slice(0, message.length)).toBe(message)
  })

  it('that is missing, of another kind, broken or without a default export stops with one line', async () => {
    const at = (name: string) => line(loadConfig({ HUB_CONFIG: name }, folder))
    expect(await at('none.ts')).toMatch(
      /^HUB_CONFIG is ".*none\.ts", which is no file; expected a \.ts, \.js or \.json file$/,
    )
    writeFileSync(join(folder, 'a.yaml'), 'sources: []')
    expect(await at('a.yaml')).toMatch(/^HUB_CONFIG is ".*a\.yaml", expected a \.ts, \.js or \.json file$/)
    writeFileSync(join(folder, 'a.json'), '{ "sources": [ { "password": "pa55" ')
    expect(await at('a.json')).toMatch(/a\.json is not JSON.*, expected/)
    expect(await at('a.json')).not.toContain('pa55')
    writeFileSync(join(folder, 'a.js'), 'export const x = 1')
    expect(await at('a.js')).toContain('has no default export')
    writeFileSync(join(folder, 'b.js'), 'export default {')
    expect(await at('b.js')).toContain('cannot be read')
  })
})

describe('secrets', () => {
  const content = {
    sources: [{ ...source, settings: { clientSecret: { secret: 'HUB_OWN_NAME' }, list: [{ secret: 'B' }] } }],
  }

  it('that are not set stop the start by name, unless the command reads no source', async () => {
    expect(await line(load(content))).toBe(
      'hub.json: sources[0].settings.clientSecret refers to the secret HUB_OWN_NAME, which is not set; expected the environment variable HUB_OWN_NAME, or HUB_OWN_NAME_FILE with the path of a file',
    )
    expect((await load(content, {}, 'later')).sources).toHaveLength(1)
  })

  it('come from the variable or from the file beside it, and a referenced name may begin with HUB_', async () => {
    writeFileSync(join(folder, 'b'), 'from file\n')
    const environment = { HUB_OWN_NAME: 'from variable', B_FILE: join(folder, 'b') }
    const { sources } = await load(content, environment)
    expect(resolveSecrets(sources[0]?.settings, environment)).toEqual({
      settings: { clientSecret: 'from variable', list: ['from file'] },
      secrets: ['from variable', 'from file'],
    })
  })

  it('in a file that is missing or empty are named by the file', async () => {
    writeFileSync(join(folder, 'empty'), '\n')
    const at = (B_FILE: string) => line(load(content, { HUB_OWN_NAME: 'a', B_FILE }))
    expect(await at(join(folder, 'none'))).toMatch(/^B_FILE is ".*none", which cannot be read \(ENOENT\)/)
    expect(await at(join(folder, 'empty'))).toMatch(/^B_FILE is ".*empty", which is empty/)
  })
})

describe('the development issuer', () => {
  it.each([
    [{ sources: [source], issuers: [] }, '127.0.0.1', true],
    [{ sources: [source], issuers: [] }, 'localhost', true],
    [{ sources: [source] }, '127.0.0.1', false],
    [{ sources: [] }, '0.0.0.0', true],
  ])('with %j on %s is on: %s', async (content, HOST, on) => {
    expect((await load(content, { HOST })).developmentIssuer).toBe(on)
  })

  it('never replaces missing issuers on a host that others reach', async () => {
    for (const content of [{ sources: [source] }, { sources: [source], issuers: [] }]) {
      expect(await line(load(content, { HOST: '0.0.0.0' }))).toMatch(
        /^HOST is "0\.0\.0\.0" with sources and without issuers/,
      )
    }
  })
})

describe('quantities', () => {
  it('are read in their units and in no other form', () => {
    expect(['500ms', '10s', '5m', '24h', '7d'].map(duration)).toEqual([500, 10_000, 300_000, 86_400_000, 604_800_000])
    expect(['512kB', '64MB', '1GB'].map(size)).toEqual([524_288, 67_108_864, 1_073_741_824])
    expect(['', '10', 's', '-1s', '1.5h', '0s', '1y', '10 s s', '8000d', '1constructor'].map(duration)).toEqual(
      Array(10).fill(null),
    )
    fc.assert(fc.property(fc.integer({ min: 1, max: 9000 }), (count) => duration(`${count}s`) === count * 1000))
  })
})
