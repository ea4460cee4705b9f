// Moves records that the entity's store refuses into quarantine.
import type { Transaction } from 'kysely'
import type { EntityName, EntityRecord } from '../../contract/entity.ts'
import type { Sink } from '../../db/sink.ts'
import type { Tables } from '../../db/tables.ts'
import type { Claim } from '../queue/claim.ts'
import type { Engine, SourceSetup } from '../engine.ts'
import type { Outcome } from './outcome.ts'
import type { Plan } from './plan.ts'

/**
 * The plan without the records that the entity's own store cannot take, such as one whose unit has two successors: those
 * wait in quarantine. Only records that would be written are checked.
 */
export async function refusedBySink(
  trx: Transaction<Tables>,
  engine: Engine,
  source: SourceSetup,
  claim: Claim,
  plan: Plan,
): Promise<Plan> {
  const { entity } = source.connector.manifest.streams[claim.stream]!
  const sink = engine.sinks[entity] as Sink<EntityRecord[EntityName]>
  if (sink.refuse === undefined || plan.store.length === 0) return plan
  const refused = await sink.refuse(
    trx,
    plan.store.map((one) => ({ key: one.key, record: one.record })),
  )
  if (refused.size === 0) return plan
  const waiting = plan.store.flatMap((one): (Outcome & { do: 'quarantine' })[] => {
    const rejection = refused.get(one.key)
    return rejection === undefined ? [] : [{ do: 'quarantine', key: one.key, rejection, index: one.index }]
  })
  return {
    ...plan,
    store: plan.store.filter((one) => !refused.has(one.key)),
    quarantine: [...plan.quarantine, ...waiting],
    settled: plan.settled.filter((key) => !refused.has(key)),
  }
}
