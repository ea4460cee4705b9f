// The pages of the stream devices: each device asked by itself, several at once.
import { ConnectorFailure, TransportFailure, isoInstant, instant } from '#connector'
import type { Context, Page, SourceRecord } from '#connector'
import { deviceService } from './address.ts'
import { OddAnswer, greet, portray } from './device.ts'
import type { DeviceSettings } from './device.ts'
import type { manifest } from './manifest.ts'
import { positionIn } from './cursor.ts'

type CameraContext = Context<typeof manifest>

const devicesInPage = 25
const askedAtOnce = 8
/** All that one device may take. With 25 a page and 8 at once, a page of dead ones still ends within a minute. */
const deviceDeadline = 12_000
/** A resumed read goes on with the time of observation with which it began, unless that has become too old to be true. */
const observationHolds = 5 * 60_000

/** How asking one device ended. */
type Outcome =
  | { readonly end: 'answered'; readonly record: SourceRecord }
  | { readonly end: 'silent' | 'refused' | 'odd'; readonly record: SourceRecord; readonly cause: unknown }

interface Position {
  /** Index of the next device. */
  readonly at: number
  readonly observedAt: string
}

/**
 * The pages of the device stream. A silent device is a record with `online: false`, one that refuses the credentials or
 * answers oddly a record that will be rejected; where all devices end alike, the read fails in their stead, and no page
 * is handed out before that is ruled out.
 */
export async function* devicePages(context: CameraContext, since: string | null): AsyncGenerator<Page> {
  const devices = deviceSettings(context)
  const position = positionIn(since, devicePosition)
  const stale = position === null || context.now().getTime() - Date.parse(position.observedAt) > observationHolds
  const observedAt = stale ? instant(context.now().getTime())! : position.observedAt
  // A position in the middle exists only once it was known that not all devices failed alike.
  let mixed = position !== null
  const waiting: Page[] = []
  const ends: Outcome[] = []
  let next = position?.at ?? 0
  do {
    context.signal.throwIfAborted()
    const asked = devices.slice(next, next + devicesInPage)
    const outcomes = await outcomesOf(context, asked, next, (device, signal) => portray(context, device, signal))
    ends.push(...outcomes)
    next += asked.length
    const records = outcomes.map(({ end, record }) =>
      end === 'answered' || end === 'silent' ? { ...record, observedAt } : record,
    )
    waiting.push({ records, next: next < devices.length ? JSON.stringify({ at: next, observedAt }) : '{}' })
    mixed ||= ends.some(({ end }) => end === 'answered' || end !== ends[0]?.end)
    if (mixed) yield* waiting.splice(0)
  } while (next < devices.length)
  if (ends.length > 0 && !mixed) throw failureOfAll(ends)
  yield* waiting
}

/** Settles when at least one device lets us in. Throws what all of them answer. */
export async function checkDevices(context: CameraContext): Promise<void> {
  const devices = deviceSettings(context)
  const ends: Outcome[] = []
  for (let from = 0; from < devices.length; from += askedAtOnce) {
    const asked = devices.slice(from, from + askedAtOnce)
    const outcomes = await outcomesOf(context, asked, from, async (device, signal) => {
      await greet(context, device, signal)
      return {}
    })
    if (outcomes.some(({ end }) => end === 'answered')) return
    ends.push(...outcomes)
  }
  if (ends.length > 0) throw failureOfAll(ends)
}

function failureOfAll(ends: readonly Outcome[]): ConnectorFailure {
  // Where they differ, those that answered something say more than those that are silent.
  const said = ends.find(({ end }) => end === 'refused') ?? ends.find(({ end }) => end === 'odd') ?? ends[0]!
  const cause = 'cause' in said ? said.cause : undefined
  const waits = ends.flatMap((end) =>
    'cause' in end && end.cause instanceof TransportFailure ? (end.cause.retryAfterSeconds ?? []) : [],
  )
  const retryAfterSeconds = waits.length === 0 ? undefined : Math.max(...waits)
  const status = cause instanceof TransportFailure ? cause.status : undefined
  if (said.end === 'refused') {
    const { setting } = said.record
    return new ConnectorFailure(
      'CONFIG_INVALID',
      `no device accepts us, see ${typeof setting === 'string' ? setting : 'settings.devices'}`,
      { cause, status },
    )
  }
  if (said.end === 'odd') {
    return new ConnectorFailure('SOURCE_CHANGED', 'no device answers as an ONVIF device does', { cause, status })
  }
  const message = `none of the ${ends.length} devices can be reached`
  return new ConnectorFailure('SOURCE_UNAVAILABLE', message, { cause, status, retryAfterSeconds })
}

interface ListedDevice extends DeviceSettings {
  readonly code: string
}

/** The devices with full addresses. Throws CONFIG_INVALID naming the setting that is wrong. */
function deviceSettings(context: CameraContext): readonly ListedDevice[] {
  const codes = new Set<string>()
  return (context.settings.devices ?? []).map((device, index) => {
    const wrong = (member: string, expected: string): never => {
      throw new ConnectorFailure('CONFIG_INVALID', `devices[${index}].${member}: expected ${expected}`)
    }
    const url =
      deviceService(device.url) ?? wrong('url', 'an http(s) address or a host, without user name and password')
    const code = device.code.normalize('NFC').trim()
    if (code === '' || codes.has(code)) wrong('code', 'a text that no other device has')
    codes.add(code)
    return { url, code, username: device.username ?? '', password: device.password ?? '' }
  })
}

/** Asks some devices, a few at once, in their order. Throws only when the read was aborted. */
async function outcomesOf(
  context: CameraContext,
  devices: readonly ListedDevice[],
  first: number,
  ask: (device: DeviceSettings, signal: AbortSignal) => Promise<SourceRecord>,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  let taken = 0
  const takeTurns = async (): Promise<void> => {
    while (taken < devices.length) {
      const index = taken
      taken += 1
      outcomes[index] = await outcomeOf(context, devices[index]!, first + index, ask)
    }
  }
  await Promise.all(Array.from({ length: Math.min(askedAtOnce, devices.length) }, takeTurns))
  return outcomes
}

async function outcomeOf(
  context: CameraContext,
  device: ListedDevice,
  index: number,
  ask: (device: DeviceSettings, signal: AbortSignal) => Promise<SourceRecord>,
): Promise<Outcome> {
  const key = device.code
  const deadline = AbortSignal.timeout(deviceDeadline)
  try {
    const said = await ask(device, AbortSignal.any([context.signal, deadline]))
    return { end: 'answered', record: { key, online: true, ...said } }
  } catch (cause) {
    context.signal.throwIfAborted()
    if (cause instanceof OddAnswer) {
      return { end: 'odd', record: { key, operation: cause.operation, fault: cause.code }, cause }
    }
    if (deadline.aborted) return { end: 'silent', record: { key, online: false }, cause }
    if (!(cause instanceof TransportFailure)) throw cause
    if (cause.code === 'SOURCE_UNAVAILABLE') return { end: 'silent', record: { key, online: false }, cause }
    if (cause.code === 'SOURCE_CHANGED') return { end: 'odd', record: { key, fault: 'AnotherShape' }, cause }
    const setting = `devices[${index}].${cause.status === undefined ? 'url' : 'password'}`
    return { end: 'refused', record: { key, setting }, cause }
  }
}

/** Reads a position that this connector made; null for what is none. An empty object is the position after the last page: the next read begins at the first device. */
function devicePosition(value: { readonly [member: string]: unknown }): Position | null | undefined {
  const { at, observedAt } = value
  if (Object.keys(value).length === 0) return null
  if (typeof at !== 'number' || !Number.isSafeInteger(at) || at < 0) return undefined
  return typeof observedAt === 'string' && isoInstant(observedAt) === observedAt ? { at, observedAt } : undefined
}
