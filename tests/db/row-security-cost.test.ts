// Measures what row security costs.
import { parse } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AuditLog } from '../../src/access/audit/log.ts'
import { anonymous, type Caller } from '../../src/access/caller.ts'
import { openPolicy } from '../../src/access/policy/policy.ts'
import type { Keyring } from '../../src/db/encryption/keyring.ts'
import { type Database, openDatabase } from '../../src/db/open.ts'
import { noRows, queryWithin, type RowScope } from '../../src/db/row-scope.ts'
import { openCursors } from '../../src/graph/sql/cursor.ts'
import { openExecutor } from '../../src/graph/execute/execute.ts'
import { answerOf, generationOf } from '../kit/operation.ts'
import { loadSchema } from '../../src/graph/schema/load.ts'
import { gatherMappings } from '../../src/graph/schema/type-mapping.ts'
import { declaredMappings } from '../../src/main/graph.ts'
import type { Engine } from '../../src/sync/engine.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'
import { seedRows } from './row-security-seed.ts'
import { openRowScopes } from '../../src/access/policy/row-scope.ts'
import { house } from '../../src/domains/index.ts'

const subtree = { from: 'H53/H53.2/', to: 'H53/H53.20' }
const scope: RowScope = { ...noRows, ranges: { dossier: subtree, document: subtree } }

/** A page as a clerk's list asks for it. */
const list = parse(`{ dossiers(first: 50, orderBy: DUE_AT_ASC) { nodes {
  id code status subject dueAt receivedAt overdue agency { code name } procedure { code name }
} pageInfo { endCursor hasNextPage } } }`)
const clerk: Caller = {
  ...anonymous,
  subject: 'clerk',
  scopes: new Set(['dossier:read'] as const),
  agency: 'H53.2',
  agencyRange: subtree,
}

/** The published graph over the given connections. */
function answersOf(pool: Database['pool']): () => Promise<unknown> {
  const { schema } = loadSchema()
  const now = (): Date => new Date('2026-03-05T02:00:00Z')
  const execute = openExecutor({
    schema,
    mappings: gatherMappings(declaredMappings({} as Keyring, { now } as Engine, {} as AuditLog, null)),
    policy: openPolicy({ schema, purposes: null }),
    cursors: openCursors(Buffer.alloc(32)),
    pool,
    rowScopeOf: openRowScopes(house.rowRanges),
    now,
  })
  const generation = generationOf(schema, execute)
  return () => answerOf(generation, list, { caller: clerk })
}

let database: FreshDatabase
let reading: Database
let owning: Database
beforeAll(async () => {
  database = await freshDatabase()
  reading = openDatabase(database.url, { max: 1, reads: true })
  owning = openDatabase(database.url, { max: 1 })
  await seedRows(database.db, { dossiers: 30_000, documents: 2_000 })
  await database.pool.query('vacuum analyze')
})
afterAll(async () => {
  await reading.close()
  await owning.close()
  await database.drop()
})

const planOf = async (text: string): Promise<string> =>
  (await queryWithin<{ 'QUERY PLAN': string }>(reading.pool, scope, `explain ${text}`, []))
    .map((row) => row['QUERY PLAN'])
    .join('\n')

describe('the policies', () => {
  it('are met by the index of the path, and leave every other index in use', async () => {
    expect(await planOf('select count(*) from dossier')).toMatch(
      /Index Cond: \(\(agency_path >= current_setting\('hub.dossier_from'/,
    )
    expect(await planOf(`select id from dossier d where d.code = 'D77'`)).toContain('using dossier_code')
    expect(await planOf(`select id from dossier d where d.personal_tokens && array[77]::bigint[]`)).toContain(
      'on dossier_personal',
    )
    expect(
      await planOf(
        `select id from dossier d order by coalesce(d.received_at, '-infinity'::timestamptz) desc, d.id desc limit 5`,
      ),
    ).not.toContain('Seq Scan')
    expect(await planOf(`select id from document where source_id = 's' and key = 'm7'`)).toContain(
      'document_agency_document',
    )
    const { rows } = await database.pool.query(`select 1 from pg_extension where extname = 'pg_trgm'`)
    if (rows.length > 0) {
      expect(await planOf(`select id from dossier d where d.search like '%3f9ab%'`)).toContain('on dossier_search')
    }
  })

  it('cost a list operation next to nothing', async () => {
    const took: Record<'without' | 'with', number[]> = { without: [], with: [] }
    const [plain, secured] = [answersOf(owning.pool), answersOf(reading.pool)]
    for (let round = 0; round < 80; round += 1) {
      const begun = performance.now()
      const without = await plain()
      const between = performance.now()
      const within = await secured()
      took.without.push(between - begun)
      took.with.push(performance.now() - between)
      expect(within).toEqual(without)
    }
    const median = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[times.length >> 1]!
    const ratio = median(took.without) / median(took.with)
    console.log(`throughput of a list operation with row security to that without: ${ratio.toFixed(2)}`)
    // The goal is 0.95; a busy machine is given room, a policy that loses an index is not.
    expect(ratio).toBeGreaterThan(0.75)
  })
})
