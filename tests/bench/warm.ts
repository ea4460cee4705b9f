// What one warm operation runs of the house: through the gateway's HTTP, token, rights, one statement, answer.
import { mkdtempSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openVerifier } from '../../src/access/token/verifier.ts'
import type { Config } from '../../src/config/index.ts'
import { openEmbedded } from '../../src/db/embedded/embedded.ts'
import { openKeyring } from '../../src/db/encryption/keyring.ts'
import { migrate } from '../../src/db/migrate.ts'
import { openDatabase } from '../../src/db/open.ts'
import { listen } from '../../src/gateway/http/listen.ts'
import { openMetrics } from '../../src/gateway/http/metrics.ts'
import { openGateway } from '../../src/gateway/http/server.ts'
import { composeGraph } from '../../src/main/graph.ts'
import type { Store } from '../../src/main/store.ts'
import type { Engine } from '../../src/sync/engine.ts'
import { seedRows } from '../db/row-security-seed.ts'
import { testIssuer } from '../kit/token.ts'
import { removeHome } from '../kit/world/hub-process.ts'
import type { Line } from './report.ts'

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const query = `{ dossiers(first: 5, orderBy: DUE_AT_ASC) { nodes { id code status agency { code name } } pageInfo { hasNextPage } } }`

/** Functions and files of `src` that the tenth run of one operation enters, by V8's precise coverage. */
export async function warmLines(): Promise<readonly Line[]> {
  const home = mkdtempSync(join(tmpdir(), 'hub-warm-'))
  const embedded = await openEmbedded({ home, settings: { fsync: 'off' } })
  const owning = openDatabase(embedded.url, { max: 4 })
  const reading = openDatabase(embedded.url, { max: 4, reads: true })
  const issuer = await testIssuer()
  try {
    await migrate(owning.db)
    await seedRows(owning.db, { dossiers: 100, documents: 10 })
    const keyring = openKeyring(new Uint8Array(32).fill(1))
    const store = { keyring, secret: new Uint8Array(32), database: owning, reading } as unknown as Store
    const engine = { now: () => new Date('2026-03-05T02:00:00Z'), db: owning.db, log: silent } as unknown as Engine
    const everywhere = { from: null, to: null }
    const gateway = await openGateway({
      listener: await listen({ host: '127.0.0.1', port: 0 }),
      generation: composeGraph(store, engine, { purposes: [] } as unknown as Config),
      verifier: openVerifier({
        issuers: [issuer.trusted()],
        now: Date.now,
        isScope: () => true,
        agencyRangeOf: () => everywhere,
      }),
      developmentIssuer: null,
      ready: async () => true,
      pages: null,
      metrics: openMetrics(),
      log: silent,
      streams: { recheckMs: 3_600_000 }, // its timer is no part of an operation
    })
    const token = await issuer.mint({ scope: 'dossier:read', agency: 'H53', ttlSeconds: 3600 })
    const ask = async (): Promise<void> => {
      const answer = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query }),
      })
      const text = await answer.text()
      if (!text.includes('"code"') || text.includes('errors')) throw new Error(`no answer: ${text.slice(0, 300)}`)
    }
    for (let round = 0; round < 9; round += 1) await ask()
    const entered = await enteredBy(ask)
    await gateway.close()
    if (process.env['BENCH_LIST'] !== undefined)
      for (const [file, names] of entered) console.error(file, names.join(' '))
    const functions = [...entered.values()].reduce((sum, names) => sum + names.length, 0)
    return [
      {
        what: 'files of src that one warm operation enters',
        found: entered.size,
        goal: 25,
        better: 'lower',
        unit: 'files',
        from: `${functions} functions`,
      },
    ]
  } finally {
    await issuer.close()
    await reading.close()
    await owning.close()
    await embedded.stop()
    removeHome(home)
  }
}

/** Names of the functions entered while `work` runs, by file below `src`. */
async function enteredBy(work: () => Promise<void>): Promise<ReadonlyMap<string, readonly string[]>> {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
  await session.post('Profiler.takePreciseCoverage')
  await work()
  const { result } = await session.post('Profiler.takePreciseCoverage')
  session.disconnect()
  const source = new URL('../../src/', import.meta.url).href
  return new Map(
    result.flatMap(({ url, functions }) => {
      const names = functions
        .filter(({ ranges }) => (ranges[0]?.count ?? 0) > 0)
        .map(({ functionName }) => functionName || '()')
      return url.startsWith(source) && names.length > 0 ? [[url.slice(source.length), names] as const] : []
    }),
  )
}
