import type { Caller } from '../../access/caller.ts'
import { hubError } from '../../access/error.ts'
import { rowScopeOf } from '../../access/policy/row-scope.ts'
import { queryWithin } from '../../db/row-scope.ts'
import type { ExecutorOptions } from '../execute/execute.ts'
import { mayMatchPersonal } from '../execute/execute.ts'
import { scopeOf } from '../sql/compile.ts'
import { filterConditions } from '../sql/connection.ts'
import type { Scope, Shape } from '../schema/type-mapping.ts'
import type { SourceEvents } from './source-events.ts'
import { lookUps, type LookUps } from '../execute/personal-look-ups.ts'
import { newStatement, type Sql, withoutUnused } from '../sql/statement.ts'

/** What a subscription is told: an object to show, by its global id, or that one is no longer among those it may show. */
export type FollowedEvent = { readonly kind: 'CHANGED'; readonly id: string } | { readonly kind: 'LEFT' }

/** A subscription as its source knows it. Whoever follows asks when there is room for the answer. */
export interface Followed {
  /** Resolves once something waits to be taken, or the signal aborts. Throws COME_AGAIN when events were lost. */
  waiting(signal: AbortSignal): Promise<void>
  /** What waits, judged now and for this caller: what the caller may not see is left out. Throws COME_AGAIN as above. */
  take(caller: Caller): Promise<readonly FollowedEvent[]>
  /** Safe to repeat. */
  close(): void
}

/**
 * Follows one field of `Subscription` for this caller; rejects when the field has no source. From its end on nothing that
 * commits is left out.
 */
export type Subscribe = (field: string, args: Readonly<Record<string, unknown>>, caller: Caller) => Promise<Followed>

interface Topic {
  readonly type: string
  /** Whether an object can leave the caller's scope. */
  readonly leaves: boolean
  readonly conditions: (
    shape: Shape,
    row: string,
    args: Readonly<Record<string, unknown>>,
    scope: Scope,
  ) => readonly Sql[]
}

const topics: Readonly<Record<string, Topic>> = {
  dossierChanged: {
    type: 'Dossier',
    leaves: true,
    conditions: (shape, row, args, scope) => filterConditions(shape, row, args['filter'], scope),
  },
  runChanged: {
    type: 'Run',
    leaves: false,
    conditions: (_shape, row, args, { statement }) =>
      typeof args['source'] === 'string' ? [`${row}.source_id = ${statement.value(args['source'], 'text')}`] : [],
  },
}

/** Objects that may wait for one subscriber; whoever falls behind further is told to come again. */
const mostWaiting = 5_000
/**
 * Objects of which a subscriber is known to have seen them, so that it is told when one leaves: those it may see when it comes,
 * where they are not more than the first, and those it is shown.
 */
const mostSeenBefore = 5_000
const mostShown = 10_000
const atOnce = 200

const comeAgain = (reason: 'SLOW' | 'LOST'): Error =>
  hubError(
    'COME_AGAIN',
    'Luồng sự kiện đã kết thúc; hãy đọc lại và đăng ký lại. · The stream has ended: read anew and subscribe again.',
    { extensions: { reason } },
  )

/**
 * Subscriptions of this hub's own schema. An object that changed several times while it waits is shown once, as it is then.
 * Visibility and filter are one statement under the policy of the read path; the object itself is read by an ordinary
 * operation, so that fields, masks, purposes and the access log are those of every other door.
 */
export function openSubscribe(
  options: Omit<ExecutorOptions, 'cursors'> & { readonly events: SourceEvents },
): Subscribe {
  const { schema, shapes, policy, events } = options

  /** The keys of the objects that the caller sees and the arguments ask for: of these alone, or of as many as `most`. */
  async function matching(
    topic: Topic,
    args: Readonly<Record<string, unknown>>,
    caller: Caller,
    among: readonly string[] | { readonly most: number },
    looked: LookUps,
  ): Promise<ReadonlySet<string>> {
    const shape = shapes.get(topic.type)
    if (shape?.table === undefined || shape.id === undefined) throw new Error(`${topic.type} has no rows with ids`)
    if (policy.allowed(policy.fieldRule(topic.type, 'id'), caller) !== 'ALLOWED') return new Set()
    const statement = newStatement()
    const tokensOf = (word: string): readonly string[] =>
      looked.byWord(mayMatchPersonal(caller, policy) ? options.tokensOf(word) : [])
    const scope = scopeOf({ caller, now: options.now().toISOString(), tokensOf, sought: looked.by }, statement)
    const row = statement.alias()
    const conditions = [
      ...(shape.rows === undefined ? [] : [shape.rows(row, scope)]),
      ...topic.conditions(shape, row, args, scope),
    ]
    const from = `${shape.table} ${row} where ${['true', ...conditions].join(' and ')}`
    const { sql, params } = withoutUnused(
      'most' in among
        ? `select ${shape.id.sql(row, scope)} as key from ${from} limit ${Math.trunc(among.most)}`
        : `select w.key from unnest(${statement.value([...among], 'text[]')}) w(key)
            where exists (select 1 from ${from} and ${shape.id.find(row, 'w.key', scope)})`,
      statement.params,
    )
    const rows = await queryWithin<{ key: string }>(options.pool, rowScopeOf(caller), sql, params)
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
    const looked = lookUps()
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
        if (waiting.size >= mostWaiting && !waiting.has(key)) return end('SLOW')
        waiting.add(key)
        wake()
      },
      gone: () => end('LOST'),
    })

    if (topic.leaves) {
      // Too many, or too long to find: then only what is shown on this stream is known to leave.
      const before = await matching(topic, args, caller, { most: mostSeenBefore + 1 }, looked).catch(
        () => new Set<string>(),
      )
      const lookedUp = looked.take()
      try {
        if (lookedUp.length > 0) await options.sought?.(lookedUp, caller)
      } catch (error) {
        leave()
        throw error
      }
      if (before.size <= mostSeenBefore) for (const key of before) shown.add(key)
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
          if (shown.size >= mostShown) shown.delete(shown.values().next().value ?? '')
          shown.add(key)
          return [{ kind: 'CHANGED', id: `${topic.type}:${key}` }]
        })
      },
      close: leave,
    }
  }
}
