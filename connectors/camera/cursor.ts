// Reads the cursors of camera.
import { ConnectorFailure, isObject } from '#connector'
import type { Cursor } from '#connector'

/**
 * The position in a cursor that this connector made, read by `take`, which answers undefined for what is no position. Throws
 * CONFIG_INVALID on any other text: a cursor is made by this connector alone.
 */
export function positionIn<P>(
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
  const position = isObject(value) ? take(value) : undefined
  if (position === undefined) throw new ConnectorFailure('CONFIG_INVALID', 'the cursor is none of this connector')
  return position
}
