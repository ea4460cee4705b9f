// Puts the published schema and all that answers it together.
import { createHmac } from 'node:crypto'
import type { GraphQLSchema } from 'graphql'
import { type AuditLog, openAuditLog } from '../access/audit/log.ts'
import type { Caller } from '../access/caller.ts'
import { openPolicy } from '../access/policy/policy.ts'
import { openRowScopes } from '../access/policy/row-scope.ts'
import { openSubjectBudget, type SubjectBudget } from '../access/audit/subject-budget.ts'
import type { Config } from '../config/index.ts'
import type { Keyring } from '../db/encryption/keyring.ts'
import type { Generation } from '../graph/operation/generation.ts'
import type { SubgraphGeneration } from '../gateway/graphql/subgraph-endpoint.ts'
import type { GraphContext } from '../graph/execute/context.ts'
import { openCursors } from '../graph/sql/cursor.ts'
import { openExecutor } from '../graph/execute/execute.ts'
import { commonRoot } from '../graph/sql/root.ts'
import { loadSchema } from '../graph/schema/load.ts'
import type { PersonalLookUp } from '../graph/execute/personal-look-ups.ts'
import type { SourceEvents } from '../graph/subscribe/source-events.ts'
import { openSubscribe } from '../graph/subscribe/subscribe.ts'
import type { Topics } from '../graph/subscribe/topic.ts'
import { assertHouse } from '../domains/check.ts'
import { gatherMappings, provenance, type TypeMapping, type TypeMappings } from '../graph/schema/type-mapping.ts'
import { publishedSubgraph } from '../graph/entities/subgraph.ts'
import { actionMappings } from '../operations/actions.ts'
import { operationMappings, operationTopics } from '../operations/mapping.ts'
import { reasonText } from '../operations/wording.ts'
import type { House } from '../domains/gather.ts'
import { house as ownHouse } from '../domains/index.ts'
import { assertStatistics, statisticsIn } from '../statistics/index.ts'
import type { Engine } from '../sync/engine.ts'
import { quarantinedText } from '../sync/quarantine/quarantine.ts'
import type { Store } from './store.ts'

type Purposes = ReadonlyMap<string, string | null>

/** What answers operations of the published schema, and what answers those of gateways that have the hub as a subgraph. */
export interface Graph extends Generation {
  readonly subgraph: SubgraphGeneration
}

/** The published schema with its rules and what answers it: every room's part, put together. */
export function composeGraph(
  store: Store,
  engine: Engine,
  config: Config,
  events?: SourceEvents,
  house: House = ownHouse,
): Graph {
  const published = loadSchema()
  const purposes =
    config.purposes.length === 0 ? null : new Map(config.purposes.map((one) => [one.code, one.legalBasis]))
  const codes = purposes === null ? null : new Set(purposes.keys())
  const audit = openAuditLog({ pool: store.database.pool, keyring: store.keyring })
  const logged = personalReads(audit, purposes)
  const budget = subjectBudget(engine)
  const own = declaredMappings(store.keyring, engine, audit, purposes, budget, house)
  const topics: Topics = { ...house.topics, ...operationTopics }
  assertHouse(house, published.schema, gatherMappings(own), topics)
  const rowScopeOf = openRowScopes(house.rowRanges)
  assertStatistics(published.schema, own)
  const subgraph = publishedSubgraph(published, own)
  const cursors = openCursors(createHmac('sha256', store.secret).update('cursors').digest())
  const generation = (schema: GraphQLSchema, mappings: TypeMappings, followed?: SourceEvents): Generation => {
    const policy = openPolicy({ schema, purposes: codes })
    const reading = {
      schema,
      mappings,
      policy,
      cursors,
      pool: store.reading.pool,
      rowScopeOf,
      lookedUp: (personalLookUps: readonly PersonalLookUp[], caller: Caller) => {
        budget(
          caller,
          personalLookUps.map(({ subject }) => subject),
        )
        return logged(personalLookUps, caller)
      },
      now: engine.now,
    }
    return {
      schema,
      policy,
      execute: openExecutor({ ...reading, missed: logged }),
      ...(followed === undefined ? {} : { subscribe: openSubscribe({ ...reading, events: followed, topics }) }),
    }
  }
  return {
    ...generation(published.schema, gatherMappings(own), events),
    subgraph: { ...generation(subgraph.schema, subgraph.mappings), sdl: subgraph.sdl },
  }
}

/** What a composer reads of this hub; needs no database. */
export function composedSdl(): string {
  // Keys are data: what answers fields is never called.
  const [keyring, engine, audit] = [{} as Keyring, {} as Engine, {} as AuditLog]
  return publishedSubgraph(loadSchema(), declaredMappings(keyring, engine, audit, null)).sdl
}

/** The statistics that the domains declare; needs no database. */
export function declaredStatistics(): ReturnType<typeof statisticsIn> {
  return statisticsIn(declaredMappings({} as Keyring, {} as Engine, {} as AuditLog, null))
}

/** Where every type of the published schema comes from. */
export function declaredMappings(
  keyring: Keyring,
  engine: Engine,
  audit: AuditLog,
  purposes: Purposes | null,
  budget: SubjectBudget = subjectBudget(engine),
  house: House = ownHouse,
): readonly TypeMapping[] {
  const log = accessLog(audit, purposes, budget)
  return [
    commonRoot,
    provenance,
    ...house.types({ keyring, purposes, log }),
    ...operationMappings({
      openRecord: (body) => quarantinedText(keyring, body),
      rejectedBytes: house.rejectedBytes,
      purposes: purposes === null ? null : new Set(purposes.keys()),
      log,
      reasonText,
    }),
    ...actionMappings(engine),
  ]
}

const subjectBudget = (engine: Engine): SubjectBudget =>
  openSubjectBudget({
    maxSubjects: 25_000,
    now: () => engine.now().getTime(),
    alarm: ({ subject, issuer, client }, subjects, refused) =>
      engine.log.warn({ caller: subject, issuer, client, subjects, refused }, 'one caller reads personal data of many'),
  })

function personalReads(audit: AuditLog, purposes: Purposes | null) {
  return (reads: readonly { readonly subject: string; readonly field: string }[], caller: Caller): Promise<void> => {
    const { subject, issuer, jti: token, purpose } = caller
    const legalBasis = purpose === null ? null : (purposes?.get(purpose) ?? null)
    return audit.append(reads.map((read) => ({ ...read, caller: subject ?? '', issuer, token, purpose, legalBasis })))
  }
}

/** Each read of personal fields is in the log before the bytes leave: callers wait for this. */
function accessLog(audit: AuditLog, purposes: Purposes | null, budget: SubjectBudget) {
  const logged = personalReads(audit, purposes)
  return async (
    reads: readonly { readonly subject: string; readonly field: string }[],
    { caller }: GraphContext,
  ): Promise<undefined[]> => {
    budget(
      caller,
      reads.map((read) => read.subject),
    )
    await logged(reads, caller)
    return reads.map(() => undefined)
  }
}
