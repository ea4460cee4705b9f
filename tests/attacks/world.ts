import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { type Keyring, openKeyring } from '../../src/db/encryption/keyring.ts'
import { begin, type Ended, hub as run } from '../kit/world/hub-process.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'
import { type MintRequest, testIssuer, type TestIssuer } from '../kit/token.ts'
import { claimOf, everyScope } from '../kit/world/scopes.ts'
import { canaries, plant } from './canaries.ts'

export interface Sent {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly json: any
}

export interface Ask {
  readonly variables?: unknown
  readonly token?: string | undefined
  readonly purpose?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
  readonly path?: string
  readonly operationName?: string
  readonly extensions?: unknown
}

export interface AttackWorld {
  readonly url: string
  readonly database: FreshDatabase
  /** Under the hub's own key. */
  readonly keyring: Keyring
  /** The province's issuer, and one that may speak for H53.22 alone. */
  readonly issuer: TestIssuer
  readonly second: TestIssuer
  /** A token of low rights: dossiers and cameras of agency H53.21, no personal data. */
  readonly low: string
  /** A token that may see all. */
  readonly high: string
  mint(request: MintRequest): Promise<string>
  /** An attacker's question: what comes back is kept for the scan. */
  attack(query: string, options?: Ask): Promise<Sent>
  /** Any request of an attacker. */
  send(path: string, init?: RequestInit): Promise<Sent>
  /** The question of someone who is entitled: its answer is not scanned. */
  entitled(query: string, options?: Ask): Promise<Sent>
  /** CPU time that the hub's process has used, in milliseconds. */
  cpuMs(): number
  /** Runs `hub …` beside it, with the same settings. */
  command(...args: string[]): Promise<Ended>
  /** The hub's log so far. */
  log(): string
  /** Canary values in what attackers were given, in the log and in the metrics; nothing may be found. */
  scan(): Promise<string[]>
  close(): Promise<void>
}

/** A hub in production mode, as a process of its own, with two issuers and canary values wherever an attacker may not look. */
export async function openAttackWorld(): Promise<AttackWorld> {
  const database = await freshDatabase()
  const [issuer, second] = [await testIssuer(), await testIssuer()]
  const home = mkdtempSync(join(tmpdir(), 'hub attacked '))
  const key = randomBytes(32)
  const keyring = openKeyring(key)
  await plant(database, keyring)
  const config = join(home, 'hub.config.json')
  const trusted = (one: TestIssuer) => ({
    issuer: one.issuer,
    audience: one.audience,
    allowHosts: [new URL(one.issuer).host],
  })
  writeFileSync(
    config,
    JSON.stringify({
      sources: [
        {
          id: 'one-stop',
          connector: 'one-stop',
          agency: 'H53.22',
          schedule: '0 0 1 1 *',
          census: '0 0 1 1 *',
          settings: {
            url: 'https://registry.invalid',
            tokenUrl: 'https://registry.invalid/token',
            clientId: 'hub',
            clientSecret: { secret: 'REGISTRY_SECRET' },
          },
        },
      ],
      issuers: [trusted(issuer), { ...trusted(second), agencies: ['H53.22'] }],
      purposes: [{ code: 'dossier-handling', title: 'Handling', legalBasis: 'Law 1' }],
    }),
  )
  const settings = {
    DATABASE_URL: database.url,
    HUB_CONFIG: config,
    HUB_KEY: key.toString('base64'),
    REGISTRY_SECRET: canaries.sourceSecret,
    LOG_LEVEL: 'debug',
  }
  const hub = begin(join(home, 'home'), ['serve'], settings)
  const url = (await hub.until(/Ready (http:\S+)/))[1]!
  const given: string[] = []

  async function post(query: string, options: Ask): Promise<Sent> {
    const { variables, token, purpose, headers = {}, path = '/graphql', operationName, extensions } = options
    return received(
      await fetch(`${url}${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(purpose === undefined ? {} : { 'x-hub-purpose': purpose }),
          ...headers,
        },
        body: JSON.stringify({ query, variables, operationName, extensions }),
      }),
    )
  }
  const kept = (sent: Sent): Sent => {
    given.push(`${JSON.stringify([...sent.headers])}\n${sent.text}`)
    return sent
  }
  const high = await issuer.mint({ scope: claimOf(everyScope), agency: 'H53', purposes: ['dossier-handling'] })
  const world: AttackWorld = {
    url,
    database,
    keyring,
    issuer,
    second,
    low: await issuer.mint({ scope: 'dossier:read camera:read', agency: 'H53.21', purposes: ['dossier-handling'] }),
    high,
    mint: (request) => issuer.mint(request),
    attack: async (query, options = {}) => kept(await post(query, { token: world.low, ...options })),
    send: async (path, init = {}) =>
      kept(await received(await fetch(`${url}${path}`, { redirect: 'manual', ...init }))),
    entitled: (query, options = {}) => post(query, { token: high, purpose: 'dossier-handling', ...options }),
    cpuMs: () => cpuOf(hub.child.pid!),
    command: (...args) => run(join(home, 'home'), args, settings),
    log: () => hub.said.err + hub.said.out,
    async scan() {
      const metrics = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${high}` } })
      expect(metrics.status).toBe(200)
      const places = { answers: given.join('\n'), log: world.log(), metrics: await metrics.text() }
      expect(given.length).toBeGreaterThan(0)
      return Object.entries(places).flatMap(([place, text]) =>
        Object.entries(canaries)
          .filter(([, value]) => text.includes(value))
          .map(([name]) => `${name} in ${place}`),
      )
    },
    async close() {
      await hub.end('SIGTERM')
      await issuer.close()
      await second.close()
      await database.drop()
      rmSync(home, { recursive: true, force: true })
    },
  }
  return world
}

async function received(answer: Response): Promise<Sent> {
  const text = await answer.text()
  let json: unknown = null
  try {
    json = JSON.parse(text)
  } catch {
    // A page, or nothing at all.
  }
  return { status: answer.status, headers: answer.headers, text, json }
}

/** The codes of an answer's errors. */
export const codesOf = (sent: Sent): unknown[] =>
  (sent.json?.errors ?? []).map((error: { extensions?: { code?: unknown } }) => error.extensions?.code)

/** User and system time by the kernel's count, in steps of 10 ms (proc(5): fields 14 and 15, of a hundredth of a second). */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

/** How long it took, in milliseconds, beside the result. */
export async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const begun = performance.now()
  const result = await work()
  return [result, performance.now() - begun]
}
