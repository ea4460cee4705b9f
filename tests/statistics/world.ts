// A database with permits and documents of five agencies, and the graph that answers their statistics.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { anonymous, type Caller } from '../../src/access/caller.ts'
import type { AuditLog } from '../../src/access/audit/log.ts'
import { openPolicy } from '../../src/access/policy/policy.ts'
import type { Keyring } from '../../src/db/encryption/keyring.ts'
import { openDatabase } from '../../src/db/open.ts'
import { answerOf, generationOf } from '../kit/operation.ts'
import { openExecutor } from '../../src/graph/execute/execute.ts'
import { buildSchema } from '../../src/graph/schema/load.ts'
import { agencyFilter, spanFilter, textFilter } from '../../src/graph/sql/filter.ts'
import { openCursors } from '../../src/graph/sql/cursor.ts'
import { column, gatherMappings, type TypeMapping, withinAgency } from '../../src/graph/schema/type-mapping.ts'
import { declaredMappings } from '../../src/main/graph.ts'
import { assertStatistics, publishStatistics, statisticsIn, statisticTables } from '../../src/statistics/index.ts'
import type { Engine } from '../../src/sync/engine.ts'
import { openGraph } from '../kit/world/graph.ts'
import { agencyOf } from '../kit/world/records.ts'
import { documentStatistics, documentTables, permitSdl, permitStatistics, permitTables } from './made-up.ts'
import { openRowScopes } from '../../src/access/policy/row-scope.ts'
import { house } from '../../src/domains/index.ts'

const folder = join(import.meta.dirname, '..', '..', 'schema')
/** The published schema's files and the made-up domain's. */
export const schemaFiles = (more: string = permitSdl) => [
  ...readdirSync(folder)
    .filter((name) => name !== 'released.graphql')
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') })),
  { name: 'permit.graphql', text: more },
]

/** The hub's own mappings and those of the made-up domain and of the documents' statistics. */
export const ownMappings = (): TypeMapping[] => [
  ...declaredMappings({} as Keyring, {} as Engine, {} as AuditLog, null),
  {
    type: 'Permit',
    table: 'permit',
    rows: withinAgency('report:read'),
    fields: { kind: column('kind') },
    filters: {
      office: agencyFilter((row) => `${row}.agency_path`),
      issuedAt: spanFilter((row) => `${row}.issued_at`, 'timestamptz'),
      kind: textFilter((row) => `${row}.kind`),
    },
  },
  permitStatistics.cell,
  documentStatistics.cell,
  {
    type: 'Query',
    fields: { permitStatistics: permitStatistics.field, documentStatistics: documentStatistics.field },
  },
]

export interface Permit {
  readonly agency: string | null
  readonly kind: string
  readonly sex: string
  readonly issuedAt: string | null
  readonly revokedAt: string | null
  readonly draft?: boolean
}
export interface Paper {
  readonly sender: string | null
  readonly urgency: string
  readonly type: string | null
  readonly promulgatedAt: string | null
  readonly dueAt: string | null
}

export const codes = ['H53', 'H53.1', 'H53.1.1', 'H53.2', 'H53.3']

export async function openWorld() {
  const graph = await openGraph()
  const { db, pool, url } = graph.database
  await graph.put(
    'Agency',
    'lists',
    codes.map((code) => agencyOf(code)),
  )
  await graph.source('s', 'H53')
  await sql`create table permit (id bigint generated always as identity primary key, agency_id bigint,
    agency_path text collate "C" not null, kind text not null, sex text not null, issued_at timestamptz,
    revoked_at timestamptz, draft boolean not null)`.execute(db)
  await sql`grant select on permit to hub_reader`.execute(db)
  await statisticTables(db, permitTables)
  await statisticTables(db, documentTables)
  const reading = openDatabase(url, { max: 2, applicationName: 'statistics', reads: true })
  const { schema } = buildSchema(schemaFiles())
  const own = ownMappings()
  assertStatistics(schema, own)
  const execute = openExecutor({
    schema,
    mappings: gatherMappings(own),
    policy: openPolicy({ schema, purposes: null }),
    cursors: openCursors(new Uint8Array(32)),
    pool: reading.pool,
    rowScopeOf: openRowScopes(house.rowRanges),
    now: () => graph.clock.now,
  })
  const agencies = await db.selectFrom('agency').select(['id', 'code', 'path']).execute()
  return {
    graph,
    db,
    pool,
    agencies,
    async ask(query: string, caller: Caller = anonymous) {
      const answer = await answerOf(generationOf(schema, execute), query, { caller })
      // oxlint-disable-next-line typescript/no-explicit-any -- answers are compared member by member
      return JSON.parse(JSON.stringify(answer)) as { data?: any; errors?: { extensions: { code: string } }[] }
    },
    publish: () => publishStatistics(db, statisticsIn(own), graph.clock.now),
    async putPermits(permits: readonly Permit[]) {
      await sql`delete from permit`.execute(db)
      await sql`insert into permit (agency_id, agency_path, kind, sex, issued_at, revoked_at, draft)
        select a.id, coalesce(a.path, ''), p.kind, p.sex, p."issuedAt", p."revokedAt", coalesce(p.draft, false)
        from json_to_recordset(${JSON.stringify(permits)}) as p(agency text, kind text, sex text, "issuedAt" timestamptz,
          "revokedAt" timestamptz, draft boolean) left join agency a on a.code = p.agency`.execute(db)
    },
    async putPapers(papers: readonly Paper[]) {
      await sql`delete from document`.execute(db)
      await sql`insert into document (source_id, key, subject, urgency, type, promulgated_at, due_at, state, sender_id,
          identity, search, stream_id, external_id, first_seen_at, changed_at, run_id)
        select 's', 'd' || p.n, 'x', p.urgency, p.type, p."promulgatedAt", p."dueAt", 'SENT', a.id, 'd' || p.n, 'x', 'list',
          'd' || p.n, now(), now(), 1
        from json_to_recordset(${JSON.stringify(papers.map((paper, n) => ({ ...paper, n })))}) as p(n integer, sender text,
          urgency text, type text, "promulgatedAt" date, "dueAt" date) left join agency a on a.code = p.sender`.execute(
        db,
      )
    },
    async close() {
      await reading.close()
      await graph.close()
    },
  }
}

export type World = Awaited<ReturnType<typeof openWorld>>
