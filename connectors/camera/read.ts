// Checks the sources of camera and reads their streams.
import { ConnectorFailure } from '#connector'
import type { Context, Page, Range } from '#connector'
import { checkDevices, devicePages } from './devices.ts'
import { eventPages } from './events.ts'
import { checkFrigate, frigateCameraPages } from './frigate.ts'
import type { manifest } from './manifest.ts'

/** Settles when the Frigate server and at least one of the devices let us in; throws CONFIG_INVALID where none is named. */
export async function check(context: Context<typeof manifest>): Promise<void> {
  const { devices = [], frigate } = context.settings
  if (devices.length === 0 && frigate?.url === undefined) {
    throw new ConnectorFailure('CONFIG_INVALID', 'devices: expected at least one device, or a server in frigate')
  }
  await checkDevices(context)
  await checkFrigate(context)
}

/** A list of cameras is read whole whatever the range; events by their start. */
export function read(
  context: Context<typeof manifest>,
  stream: keyof typeof manifest.streams,
  range: Range,
): AsyncIterable<Page> {
  const since = 'since' in range ? range.since : null
  if (stream === 'devices') return devicePages(context, since)
  if (stream === 'frigate-cameras') return frigateCameraPages(context, since)
  return eventPages(context, range)
}
