import { ConnectorFailure, isObject } from '#connector'
import type { Cursor } from '#connector'

/**
 * The place that a cursor of ours holds, read by `take`, which answers undefined for what is no place. Throws
 * CONFIG_INVALID on any other text: a cursor is made by this connector alone.
 */
export function placeIn<P>(
  cursor: Cursor | null,
  take: (value: { readonly [member: string]: unknown }) => P | null | undefined,
): P | null {
  if (cursor === null) return null
  let value: unknown
  try {
    value = JSON.parse(cursor)
  } catch (cause) {
    throw new ConnectorFailure('CONFIG_INVALID', 'the cursor is none of this connector: it is not JSON', { cause })
  }
  const place = isObject(value) ? take(value) : undefined
  if (place === undefined) throw new ConnectorFailure('CONFIG_INVALID', 'the cursor is none of this connector')
  return place
}
