import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HeaderMap } from '@apollo/server'
import { buildASTSchema, parse, visit } from 'graphql'
import { openAuditLog } from '../../src/access/audit/log.ts'
import { anonymous, type Caller } from '../../src/access/caller.ts'
import { openPolicy } from '../../src/access/policy/policy.ts'
import { openVerifier, type Verifier } from '../../src/access/token/verifier.ts'
import { openKeyring } from '../../src/db/encryption/keyring.ts'
import { openEmbedded } from '../../src/db/embedded/embedded.ts'
import { migrate } from '../../src/db/migrate.ts'
import { openDatabase } from '../../src/db/open.ts'
import { defaultLimits } from '../../src/gateway/graphql/limits.ts'
import { openMetrics } from '../../src/gateway/http/metrics.ts'
import { openOperationServer } from '../../src/gateway/graphql/operation-server.ts'
import { openCursors } from '../../src/graph/sql/cursor.ts'
import { openExecutor } from '../../src/graph/execute/execute.ts'
import { applyScalars, loadSchema } from '../../src/graph/schema/load.ts'
import { scalars } from '../../src/graph/schema/scalars.ts'
import { gatherMappings } from '../../src/graph/schema/type-mapping.ts'
import { declaredMappings } from '../../src/main/graph.ts'
import type { Engine } from '../../src/sync/engine.ts'
import { seedRows } from '../db/row-security-seed.ts'
import { testIssuer } from '../kit/token.ts'
import { removeHome } from '../kit/world/hub-process.ts'
import type { Line } from './report.ts'
import { measure, type Rounds } from './rounds.ts'
import { openRowScopes } from '../../src/access/policy/row-scope.ts'
import { house } from '../../src/domains/index.ts'

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const query = `{ dossiers(first: 50, orderBy: DUE_AT_ASC) { nodes {
  id code status subject dueAt receivedAt overdue agency { code name } procedure { code name }
} pageInfo { endCursor hasNextPage } } }`
const access = new Set(['authenticated', 'requiresScopes', 'personal', 'policy'])

/** A page of a list with everything on, and the same with policy, row security, audit and token left out. */
export async function readingLines(rows: number, rounds: Rounds): Promise<readonly Line[]> {
  const home = mkdtempSync(join(tmpdir(), 'hub-bench-'))
  const quick = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', shared_buffers: '256MB' }
  const embedded = await openEmbedded({ home, settings: quick })
  const owning = openDatabase(embedded.url, { max: 8 })
  const reading = openDatabase(embedded.url, { max: 8, reads: true, statementTimeoutMs: 2000 })
  const issuer = await testIssuer()
  try {
    await migrate(owning.db)
    await seedRows(owning.db, { dossiers: rows, documents: 1000 })
    await owning.pool.query('vacuum analyze')
    const keyring = openKeyring(new Uint8Array(32).fill(1))
    const engine = { now: () => new Date('2026-03-05T02:00:00Z') } as Engine
    const published = loadSchema()
    const mappings = gatherMappings(
      declaredMappings(
        keyring,
        engine,
        openAuditLog({ pool: owning.pool, keyring }),
        new Map([['dossier-handling', 'Law 1']]),
      ),
    )
    const bare = buildASTSchema(
      visit(parse(published.sdl), { Directive: (node) => (access.has(node.name.value) ? null : undefined) }),
      { assumeValidSDL: true },
    )
    applyScalars(bare, scalars)
    const serverOf = async (schema: typeof bare, pool: typeof owning.pool) => {
      const policy = openPolicy({ schema, purposes: new Set(['dossier-handling']) })
      const execute = openExecutor({
        schema,
        mappings,
        policy,
        cursors: openCursors(Buffer.alloc(32)),
        pool,
        rowScopeOf: openRowScopes(house.rowRanges),
        now: engine.now,
      })
      return openOperationServer({
        generation: { schema, policy, execute },
        limits: defaultLimits,
        metrics: openMetrics(),
        log: silent,
        newId: () => 'bench',
      })
    }
    const everywhere = { from: null, to: null }
    const caller: Caller = {
      ...anonymous,
      subject: 'clerk',
      scopes: new Set(['dossier:read']),
      agency: 'H53',
      agencyRange: everywhere,
    }
    const [on, off] = [await serverOf(published.schema, reading.pool), await serverOf(bare, owning.pool)]
    const verifier = openVerifier({
      issuers: [issuer.trusted()],
      now: Date.now,
      agencyRangeOf: () => everywhere,
      isScope: house.isScope,
    })
    const header = `Bearer ${await issuer.mint({ scope: 'dossier:read', agency: 'H53', ttlSeconds: 3600 })}`
    const open: Verifier = { verify: () => Promise.resolve(caller) }
    const { signal } = new AbortController()
    const way = (server: typeof on, verify: Verifier) => async (): Promise<string> => {
      const who = await verify.verify(header, undefined)
      const answer = await server.apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest: { method: 'POST', headers, search: '', body: { query } },
        context: () => Promise.resolve({ caller: who, signal, requestId: 'bench' }),
      })
      return answer.body.kind === 'complete' ? answer.body.string : ''
    }
    const [withAll, without] = [way(on, verifier), way(off, open)]
    const [one, other] = [await withAll(), await without()].map((text) => text.replace(/"endCursor":"[^"]*"/, ''))
    if (one !== other || one === undefined || one.length < 5000)
      throw new Error(`the answers differ: ${one?.slice(0, 300)} ${other?.slice(0, 300)}`)
    const [a, b] = await measure(
      [
        { name: 'everything on', once: withAll },
        { name: 'policy and audit off', once: without },
      ],
      { ...rounds, atOnce: 4 },
    )
    await Promise.all([on.stop(), off.stop()])
    return [
      {
        what: `a page of 50 of ${rows} dossiers with everything on, throughput to the same without`,
        found: b!.wallMicroseconds / a!.wallMicroseconds,
        goal: 0.9,
        better: 'higher',
        unit: '×',
        from: `${Math.round(1e6 / a!.wallMicroseconds)}/s to ${Math.round(1e6 / b!.wallMicroseconds)}/s, four at once`,
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

const headers = new HeaderMap([['content-type', 'application/json']])
