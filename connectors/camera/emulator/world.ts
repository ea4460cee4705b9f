// The emulated town: its devices, its Frigate server, and what the hub must make of both.
import type { EmulatorOptions, Truth } from '#connector'
import { deviceAt, deviceTruth } from './devices.ts'
import type { EmulatedDevice } from './devices.ts'
import { dirtyEvents, eventsOf } from './events.ts'
import { frigateOf, unlisted } from './frigate.ts'
import type { EmulatedFrigate } from './frigate.ts'
import { postsOf, silent, written } from './town.ts'
import type { Post } from './town.ts'

/** The devices and the server of one town. */
export interface World {
  readonly options: Pick<EmulatorOptions, 'town' | 'now'>
  /** The devices that answer; behind them, in `devices`, those that the hub must reject. */
  readonly good: readonly EmulatedDevice[]
  readonly devices: readonly EmulatedDevice[]
  readonly frigate: EmulatedFrigate
}

/**
 * Of the town's cameras a fifth, at most 60, are devices and the rest Frigate's; beyond them there are a device with a broken
 * sensor, one whose password in the settings is wrong, and two cameras of Frigate that the settings do not list.
 */
export function worldOf({ town, size, now }: EmulatorOptions): World {
  const posts = postsOf(town)
  const count = Math.min(60, Math.max(1, Math.round(size / 5)))
  const good = Array.from({ length: count }, (_, index) => deviceAt(town, index, posts(index), 'none'))
  const bad = [
    deviceAt(town, count, posts(size), 'broken'),
    deviceAt(town, count + 1, posts(size + 1), 'wrong-password'),
  ]
  const frigate = frigateOf(town, posts, count, Math.max(0, size - count))
  return { options: { town, now }, good, devices: [...good, ...bad], frigate }
}

/** Whether the device gives no answer at the present time. */
export const isSilent = ({ options: { town, now }, good }: World, index: number): boolean =>
  index < good.length && silent(town, index, now().getTime())

/** The settings with which the connector reads the town at an address, a record with a wrong password among them. */
export function settingsOf({ devices, frigate }: World, host: string) {
  const cameras = Array.from({ length: frigate.count }, (_, camera) => camera)
  return {
    devices: devices.map(({ index, post, username, settingsPassword }) => ({
      url: `http://${host}/device/${index}/onvif/device_service`,
      username,
      password: settingsPassword,
      ...settingOf(post),
    })),
    frigate: {
      url: `http://${host}`,
      username: frigate.username,
      password: frigate.password,
      cameras: Object.fromEntries(cameras.map((camera) => [frigate.name(camera), settingOf(frigate.post(camera))])),
    },
  }
}

const settingOf = ({ code, agency, unit, location }: Post) => ({
  code,
  agency,
  ...(unit !== undefined && { unit }),
  location,
})

/** What the hub must make of a stream at the present time. */
export function truthOf({ options: { town, now }, good, frigate }: World, stream: string): Truth[] {
  const time = now().getTime()
  if (stream === 'devices') {
    return good.map((device) => ({ entity: 'Camera', key: device.post.code, record: deviceTruth(town, device, time) }))
  }
  if (stream === 'frigate-cameras') {
    return Array.from({ length: frigate.count }, (_, camera) => ({
      entity: 'Camera',
      key: frigate.name(camera),
      record: frigate.truth(camera, time),
    }))
  }
  const instantOf = (microseconds: number): string => written(Math.floor(microseconds / 1000))
  const noBounds = { after: -Infinity, before: Infinity }
  return [...eventsOf(town, frigate.count, time, noBounds)].flatMap(({ id, camera, label, start, end }): Truth[] => {
    if (camera === null) return []
    const cameraCode = frigate.post(camera).code
    const to = end <= time * 1000 ? instantOf(end) : null
    const record = { cameraCode, kind: 'detection', label, from: instantOf(start), to }
    return [{ entity: 'CameraEvent', key: id, record }]
  })
}

/** How many records of a stream the hub must reject. */
export function dirtOf({ options: { town, now }, good, devices, frigate }: World, stream: string): number {
  if (stream === 'devices') return devices.length - good.length
  if (stream === 'frigate-cameras') return unlisted.length
  // The dirty events lie in the first quarter of an hour of the history.
  const begins = town.foundedAt.getTime() / 1000 - 3 * 86_400
  const bounds = { after: begins - 1, before: begins + dirtyEvents * 300 }
  return [...eventsOf(town, frigate.count, now().getTime(), bounds)].filter(({ camera }) => camera === null).length
}
