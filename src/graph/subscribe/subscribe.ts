import type { Caller } from '../../access/caller.ts'
import { hubError } from '../../access/error.ts'
import { queryWithin } from '../../db/row-scope.ts'
import type { ExecutorOptions } from '../execute/execute.ts'
import { scopeOf } from '../sql/compile.ts'
import type { SourceEvents } from './source-events.ts'
import { matcherOf, personalLookUps, type PersonalLookUps } from '../execute/personal-look-ups.ts'
import { type Topic, topicConditions, type Topics } from './topic.ts'
import { newStatement, withoutUnused } from '../sql/statement.ts'

/** What a subscription is told: an object to show, by its global id, or that one is no longer among those it may show. */
export type FollowedEvent = { readonly kind: 'CHANGED'; readonly id: string } | { readonly kind: 'LEFT' }

/** A subscription as its source knows it. Whoever follows asks when there is room for the answer. */
export interface Followed {
  /** Resolves once something waits to be taken, or the signal aborts. Throws RESUBSCRIBE_REQUIRED when events were lost. */
  waiting(signal: AbortSignal): Promise<void>
  /** What waits, judged now and for this caller: what the caller may not see is left out. Throws RESUBSCRIBE_REQUIRED as above. */
  take(caller: Caller): Promise<readonly FollowedEvent[]>
  /** Safe to repeat. */
  close(): void
}

/**
 * Follows one field of `Subscription` for this caller; rejects when the field has no source. From its end on nothing that
 * commits is left out.
 */
export type Subscribe = (field: string, args: Readonly<Record<string, unknown>>, caller: Caller) => Promise<Followed>

/** Objects that may wait for one subscriber; whoever falls behind further is told to come again. */
const maxWaiting = 5_000
/**
 * Objects of which a subscriber is known to have seen them, so that it is told when one leaves: those it may see when it comes,
 * where they are not more than the first, and those it is shown.
 */
const maxSeenBefore = 5_000
const maxShown = 10_000
const atOnce = 200

const comeAgain = (reason: 'SLOW' | 'LOST'): Error =>
  hubError(
    'RESUBSCRIBE_REQUIRED',
    'Luồng sự kiện đã kết thúc; hãy đọc lại và đăng ký lại. · The stream has ended: read anew and subscribe again.',
    { extensions: { reason } },
  )

/**
 * Subscriptions of this hub's own schema. An object that changed several times while it waits is shown once, as it is then.
 * Visibility and filter are one statement under the policy of the read path; the object itself is read by an ordinary
 * operation, so that fields, masks, purposes and the access log are those of every other door.
 */
export function openSubscribe(
  options: Omit<ExecutorOptions, 'cursors'> & { readonly events: SourceEvents; readonly topics: Topics },
): Subscribe {
  const { schema, mappings, policy, events, topics } = options

  /** The keys of the objects that the caller sees and the arguments ask for: of these alone, or of as many as `most`. */
  async function matching(
    topic: Topic,
    args: Readonly<Record<string, unknown>>,
    caller: Caller,
    among: readonly string[] | { readonly most: number },
    looked: PersonalLookUps,
  ): Promise<ReadonlySet<string>> {
    const mapping = mappings.get(topic.type)
    if (mapping?.table === undefined || mapping.id === undefined) throw new Error(`${topic.type} has no rows with ids`)
    if (policy.allowed(policy.fieldRule(topic.type, 'id'), caller) !== 'ALLOWED') return new Set()
    const statement = newStatement()
    const mayMatch = matcherOf(caller, policy.purposes)
    const scope = scopeOf({ caller, now: options.now().toISOString(), mayMatch, lookedUp: looked.by }, statement)
    const row = statement.alias()
    const conditions = [
      ...(mapping.rows === undefined ? [] : [mapping.rows(row, scope)]),
      ...topicConditions(topic, mapping, row, args, scope),
    ]
    const from = `${mapping.table} ${row} where ${['true', ...conditions].join(' and ')}`
    const { sql, params } = withoutUnused(
      'most' in among
        ? `select ${mapping.id.sql(row, scope)} as key from ${from} limit ${Math.trunc(among.most)}`
        : `select w.key from unnest(${statement.value([...among], 'text[]')}) w(key)
            where exists (select 1 from ${from} and ${mapping.id.find(row, 'w.key', scope)})`,
      statement.params,
    )
    const rows = await queryWithin<{ key: string }>(options.pool, options.rowScopeOf(caller), sql, params)
    return new Set(rows.map((found) => found.key))
  }

  return async (field, args, caller) => {
    const topic = Object.hasOwn(topics, field) ? topics[field] : undefined
    if (topic === undefined || schema.getSubscriptionType()?.getFields()[field] === undefined) {
      throw hubError('BAD_REQUEST', 'Không theo dõi được trường này. · This field cannot be followed here.')
    }
    const waiting = new Set<string>()
    const shown = new Set<string>()
    // By what personal values this subscription chooses: told once, when it begins.
    const looked = personalLookUps()
    let ended: Error | null = null
    let wake = (): void => undefined
    const end = (reason: 'SLOW' | 'LOST'): void => {
      ended ??= comeAgain(reason)
      waiting.clear()
      wake()
    }
    const leave = await events.listen(topic.type, {
      take({ key }) {
        if (ended !== null) return
        if (waiting.size >= maxWaiting && !waiting.has(key)) return end('SLOW')
        waiting.add(key)
        wake()
      },
      gone: () => end('LOST'),
    })

    if (topic.leaves) {
      // Too many, or too long to find: then only what is shown on this stream is known to leave.
      const before = await matching(topic, args, caller, { most: maxSeenBefore + 1 }, looked).catch(
        () => new Set<string>(),
      )
      const lookedUp = looked.take()
      try {
        if (lookedUp.length > 0) await options.lookedUp?.(lookedUp, caller)
      } catch (error) {
        leave()
        throw error
      }
      if (before.size <= maxSeenBefore) for (const key of before) shown.add(key)
    }

    return {
      async waiting(signal) {
        while (waiting.size === 0 && ended === null && !signal.aborted) {
          await new Promise<void>((resolve) => {
            const go = (): void => {
              signal.removeEventListener('abort', go)
              resolve()
            }
            wake = go
            signal.addEventListener('abort', go)
          })
        }
        if (ended !== null) throw ended
      },
      async take(caller) {
        if (ended !== null) throw ended
        const keys: string[] = []
        for (const key of waiting) {
          keys.push(key)
          if (keys.length >= atOnce) break
        }
        for (const key of keys) waiting.delete(key)
        if (keys.length === 0) return []
        const seen = await matching(topic, args, caller, keys, looked)
        return keys.flatMap((key): FollowedEvent[] => {
          const known = shown.delete(key)
          if (!seen.has(key)) return known ? [{ kind: 'LEFT' }] : []
          if (shown.size >= maxShown) shown.delete(shown.values().next().value ?? '')
          shown.add(key)
          return [{ kind: 'CHANGED', id: `${topic.type}:${key}` }]
        })
      },
      close: leave,
    }
  }
}
