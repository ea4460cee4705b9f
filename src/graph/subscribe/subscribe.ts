// Subscriptions of the hub's own schema: which objects a subscriber is shown, and when one leaves its sight.
import type { Caller } from '../../access/caller.ts'
import { hubError } from '../../access/error.ts'
import { cannotBeFollowed } from '../../access/refusal-text.ts'
import { queryWithin } from '../../db/row-scope.ts'
import type { ExecutorOptions } from '../execute/execute.ts'
import { scopeOf } from '../sql/compile.ts'
import type { SourceEvents } from './source-events.ts'
import { matcherOf, personalLookUps, type PersonalLookUps } from '../execute/personal-look-ups.ts'
import { type Topic, topicConditions, type Topics } from './topic.ts'
import { newStatement, withoutUnused } from '../sql/statement.ts'

/** An event of a subscription: an object to show, by its global id, or that one is no longer among those it may show. */
export type FollowedEvent = { readonly kind: 'CHANGED'; readonly id: string } | { readonly kind: 'LEFT' }

/** A subscription as its source knows it. The follower asks when there is room for the answer. */
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

/** Objects that may wait for one subscriber; one that falls behind further has to subscribe again. */
const maxWaiting = 5_000
/**
 * Objects that a subscriber is known to have seen, so that an event says when one leaves: those it may see when it comes,
 * where they are not more than the first, and those it is shown.
 */
const maxSeenBefore = 5_000
const maxShown = 10_000
const atOnce = 200

const subscribeAgain = (reason: 'SLOW' | 'LOST'): Error =>
  hubError(
    'RESUBSCRIBE_REQUIRED',
    'Luồng sự kiện đã kết thúc; hãy đọc lại và đăng ký lại. · The stream has ended: read again and subscribe again.',
    { extensions: { reason } },
  )

type SubscribeOptions = Omit<ExecutorOptions, 'cursors'> & { readonly events: SourceEvents; readonly topics: Topics }

/** One subscription: its field and arguments, and what waits for its subscriber. */
interface Subscription {
  readonly topic: Topic
  readonly args: Readonly<Record<string, unknown>>
  /** The personal values by which it chooses: logged once, when it begins. */
  readonly looked: PersonalLookUps
  /** Keys of the objects that changed and were not taken yet. */
  readonly waiting: Set<string>
  /** Keys of the objects that the subscriber is known to have seen. */
  readonly shown: Set<string>
  ended: Error | null
  wake: () => void
}

/**
 * Subscriptions of this hub's own schema. An object that changed several times while it waits is shown once, as it is then.
 * Visibility and filter are one statement under the policy of the read path; the object itself is read by an ordinary
 * operation, so that fields, masks, purposes and the access log are those of every other door.
 */
export const openSubscribe =
  (options: SubscribeOptions): Subscribe =>
  async (field, args, caller) => {
    const topic = Object.hasOwn(options.topics, field) ? options.topics[field] : undefined
    if (topic === undefined || options.schema.getSubscriptionType()?.getFields()[field] === undefined) {
      throw hubError('BAD_REQUEST', cannotBeFollowed)
    }
    const subscription: Subscription = {
      topic,
      args,
      looked: personalLookUps(),
      waiting: new Set(),
      shown: new Set(),
      ended: null,
      wake: () => undefined,
    }
    const leave = await options.events.listen(topic.type, {
      take: ({ key }) => receive(subscription, key),
      gone: () => end(subscription, 'LOST'),
    })
    try {
      if (topic.leaves) await showSeenBefore(options, subscription, caller)
    } catch (error) {
      leave()
      throw error
    }
    return {
      waiting: (signal) => somethingWaits(subscription, signal),
      take: (taker) => takeEvents(options, subscription, taker),
      close: leave,
    }
  }

function receive(subscription: Subscription, key: string): void {
  const { waiting, ended } = subscription
  if (ended !== null) return
  if (waiting.size >= maxWaiting && !waiting.has(key)) return end(subscription, 'SLOW')
  waiting.add(key)
  subscription.wake()
}

function end(subscription: Subscription, reason: 'SLOW' | 'LOST'): void {
  subscription.ended ??= subscribeAgain(reason)
  subscription.waiting.clear()
  subscription.wake()
}

/** Notes what the caller sees now. Too many, or too long to find: then only what is shown on this stream is known to leave. */
async function showSeenBefore(options: SubscribeOptions, subscription: Subscription, caller: Caller): Promise<void> {
  const before = await matching(options, subscription, caller, { max: maxSeenBefore + 1 }).catch(
    () => new Set<string>(),
  )
  const lookedUp = subscription.looked.take()
  if (lookedUp.length > 0) await options.lookedUp?.(lookedUp, caller)
  if (before.size <= maxSeenBefore) for (const key of before) subscription.shown.add(key)
}

async function somethingWaits(subscription: Subscription, signal: AbortSignal): Promise<void> {
  while (subscription.waiting.size === 0 && subscription.ended === null && !signal.aborted) {
    await new Promise<void>((resolve) => {
      const go = (): void => {
        signal.removeEventListener('abort', go)
        resolve()
      }
      subscription.wake = go
      signal.addEventListener('abort', go)
    })
  }
  if (subscription.ended !== null) throw subscription.ended
}

async function takeEvents(
  options: SubscribeOptions,
  subscription: Subscription,
  caller: Caller,
): Promise<readonly FollowedEvent[]> {
  const { topic, waiting, shown, ended } = subscription
  if (ended !== null) throw ended
  const keys = [...waiting].slice(0, atOnce)
  for (const key of keys) waiting.delete(key)
  if (keys.length === 0) return []
  const seen = await matching(options, subscription, caller, keys)
  return keys.flatMap((key): FollowedEvent[] => {
    const known = shown.delete(key)
    if (!seen.has(key)) return known ? [{ kind: 'LEFT' }] : []
    if (shown.size >= maxShown) shown.delete(shown.values().next().value ?? '')
    shown.add(key)
    return [{ kind: 'CHANGED', id: `${topic.type}:${key}` }]
  })
}

/** The keys of the objects that the caller sees and the arguments ask for: of these alone, or of as many as `max`. */
async function matching(
  options: SubscribeOptions,
  { topic, args, looked }: Subscription,
  caller: Caller,
  among: readonly string[] | { readonly max: number },
): Promise<ReadonlySet<string>> {
  const { mappings, policy } = options
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
    'max' in among
      ? `select ${mapping.id.sql(row, scope)} as key from ${from} limit ${Math.trunc(among.max)}`
      : `select w.key from unnest(${statement.value([...among], 'text[]')}) w(key)
          where exists (select 1 from ${from} and ${mapping.id.find(row, 'w.key', scope)})`,
    statement.params,
  )
  const rows = await queryWithin<{ key: string }>(options.pool, options.rowScopeOf(caller), sql, params)
  return new Set(rows.map((found) => found.key))
}
