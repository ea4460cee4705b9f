// Confirms to the axis the messages that the hub has stored.
import { ConnectorFailure } from '#connector'
import { member } from './axis-answer.ts'
import { address, errorCodeOf, failureOf, openSession } from './session.ts'
import type { AxisContext } from './session.ts'

/**
 * Tells the axis, as the unit that each message came to, that it was taken (`updateStatus`, `done`). Does nothing unless
 * the setting `acknowledge` is on. Keys of units that are no longer configured are passed over. Safe to repeat.
 */
export async function acknowledge(context: AxisContext, stream: string, keys: readonly string[]): Promise<void> {
  if (!context.settings.acknowledge || stream === 'agencies') return
  for (const unit of context.settings.units) {
    const prefix = `${unit.username}|`
    const docIds = keys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length))
    const session = openSession(context, unit)
    for (const docId of docIds) {
      if (docId.startsWith('?')) continue
      context.signal.throwIfAborted()
      const answer = await session.exchange({
        url: address(context, '/v1/updateStatus'),
        method: 'POST',
        body: JSON.stringify({ docId, status: 'done' }),
        expect: 'json',
        repeatable: true,
      })
      const body = answer.json()
      if (member(body, 'success') === false) throw failureOf('updateStatus', errorCodeOf(body))
      if (member(body, 'success') !== true) {
        throw new ConnectorFailure('SOURCE_CHANGED', 'updateStatus answered no success.')
      }
    }
  }
}
