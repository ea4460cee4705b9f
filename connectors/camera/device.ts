// One ONVIF device: asks it who it is and which pictures it offers.
import { ConnectorFailure, TransportFailure, childOf, textOf } from '#connector'
import type { Context, Json, TransportAnswer, XmlElement } from '#connector'
import { reachable, withoutCredentials } from './address.ts'
import { digestAuthorization, digestChallenge } from './digest.ts'
import type { Challenge } from './digest.ts'
import type { manifest } from './manifest.ts'
import { contentType, envelope, replyIn } from './soap.ts'
import type { Operation, Reply, UsernameToken } from './soap.ts'

export interface DeviceSettings {
  /** Address of the device service. */
  readonly url: string
  readonly username: string
  readonly password: string
}

/** What a device said of itself: texts as it wrote them, references without credentials. */
export interface Portrait {
  readonly [member: string]: Json
  readonly name: string | null
  readonly information: { readonly [member: string]: string | null }
  readonly profiles: readonly { readonly [member: string]: string | null }[]
}

/** A device answered with a fault or with something else than an answer. `code` quotes nothing of the answer's text. */
export class OddAnswer extends Error {
  readonly operation: string
  readonly code: string
  constructor(operation: string, code: string) {
    super(`${operation} was answered with ${code}`)
    this.operation = operation
    this.code = code
  }
}

type Ask = (url: string, operation: Operation) => Promise<Reply>

const maxProfiles = 16
/** How a device without an operation answers besides with a fault. */
const optionalStatus = new Set([400, 404, 405, 500, 501])
const refusals = new Set(['NotAuthorized', 'FailedAuthentication', 'InvalidSecurity', 'InvalidSecurityToken'])

/**
 * Asks the device for its clock, as every conversation begins, and then who it is. Throws TransportFailure (CONFIG_INVALID:
 * it does not take the credentials) or OddAnswer.
 */
export async function greet(context: Context<typeof manifest>, device: DeviceSettings, signal: AbortSignal) {
  const ask = conversation(context, device, await clockSkew(context, device, signal), signal)
  const information = await answered(ask, device.url, { service: 'device', name: 'GetDeviceInformation' })
  return { ask, information }
}

/** The whole portrait of a device. Throws as `greet` does. */
export async function portray(
  context: Context<typeof manifest>,
  device: DeviceSettings,
  signal: AbortSignal,
): Promise<Portrait> {
  const { ask, information } = await greet(context, device, signal)
  const media = reachable(await mediaAddress(ask, device.url), device.url)
  const profiles: { [member: string]: string | null }[] = []
  const listed = await ask(media, { service: 'media', name: 'GetProfiles' })
  if ('fault' in listed && listed.fault !== 'ActionNotSupported') throw new OddAnswer('GetProfiles', listed.fault)
  const children = 'fault' in listed ? [] : listed.response.children
  for (const profile of children.filter((child) => child.name === 'Profiles').slice(0, maxProfiles)) {
    profiles.push(await profileOf(ask, media, device.password, profile))
  }
  const members = ['Manufacturer', 'Model', 'FirmwareVersion', 'SerialNumber', 'HardwareId'] as const
  return {
    name: await scopeName(ask, device.url),
    information: Object.fromEntries(members.map((member) => [member, textOf(information, member)])),
    profiles,
  }
}

async function profileOf(ask: Ask, media: string, password: string, profile: XmlElement) {
  const token = profile.attributes['token'] ?? ''
  const encoder = childOf(profile, 'VideoEncoderConfiguration')
  const reference = async (operation: Operation): Promise<string | null> => {
    const response = token === '' ? null : await asked(ask, media, operation)
    return withoutCredentials(response === null ? null : textOf(response, 'MediaUri', 'Uri'), password)
  }
  const wanted = `<ProfileToken>${token.replace(/[&<>]/g, (found) => `&#${found.charCodeAt(0)};`)}</ProfileToken>`
  const schema = 'xmlns="http://www.onvif.org/ver10/schema"'
  const setup =
    `<StreamSetup><Stream ${schema}>RTP-Unicast</Stream>` +
    `<Transport ${schema}><Protocol>RTSP</Protocol></Transport></StreamSetup>`
  return {
    token,
    name: textOf(profile, 'Name'),
    encoding: textOf(encoder, 'Encoding'),
    width: textOf(encoder, 'Resolution', 'Width'),
    height: textOf(encoder, 'Resolution', 'Height'),
    frameRateLimit: textOf(encoder, 'RateControl', 'FrameRateLimit'),
    streamUri: await reference({ service: 'media', name: 'GetStreamUri', inside: setup + wanted }),
    snapshotUri: await reference({ service: 'media', name: 'GetSnapshotUri', inside: wanted }),
  }
}

/** Where the device says that its media service is; newer devices may know only GetServices. */
async function mediaAddress(ask: Ask, url: string): Promise<string | null> {
  const every = '<Category>All</Category>'
  const capabilities = await asked(ask, url, { service: 'device', name: 'GetCapabilities', inside: every })
  const named = capabilities === null ? null : textOf(capabilities, 'Capabilities', 'Media', 'XAddr')
  if (named !== null) return named
  const bare = '<IncludeCapability>false</IncludeCapability>'
  const listed = await asked(ask, url, { service: 'device', name: 'GetServices', inside: bare })
  const isMedia = (service: XmlElement): boolean => /\/ver10\/media\/wsdl\/?$/.test(textOf(service, 'Namespace') ?? '')
  return textOf(listed?.children.find(isMedia) ?? null, 'XAddr')
}

/** The name among the device's scopes, `onvif://www.onvif.org/name/…`; null where it has none or does not say. */
async function scopeName(ask: Ask, url: string): Promise<string | null> {
  const response = await asked(ask, url, { service: 'device', name: 'GetScopes' })
  for (const scope of response?.children ?? []) {
    const name = /^onvif:\/\/www\.onvif\.org\/name\/(.+)$/i.exec(textOf(scope, 'ScopeItem') ?? '')?.[1]
    if (name === undefined) continue
    try {
      return decodeURIComponent(name)
    } catch {
      return name
    }
  }
  return null
}

/** How far the device's clock is ahead of ours, in milliseconds; 0 where it does not say. */
async function clockSkew(
  context: Context<typeof manifest>,
  device: DeviceSettings,
  signal: AbortSignal,
): Promise<number> {
  const ask = conversation(context, { ...device, username: '' }, 0, signal)
  const reply = await ask(device.url, { service: 'device', name: 'GetSystemDateAndTime' }).catch((error: unknown) => {
    // A device that wants credentials even for its clock is asked without knowing it.
    if (error instanceof TransportFailure && error.status === 401) return null
    throw error
  })
  const utc = reply === null || 'fault' in reply ? null : childOf(reply.response, 'SystemDateAndTime', 'UTCDateTime')
  const part = (...path: readonly string[]): number => Number(textOf(utc, ...path) ?? Number.NaN)
  const time = Date.UTC(
    part('Date', 'Year'),
    part('Date', 'Month') - 1,
    part('Date', 'Day'),
    part('Time', 'Hour'),
    part('Time', 'Minute'),
    part('Time', 'Second'),
  )
  return Number.isNaN(time) ? 0 : time - context.now().getTime()
}

async function answered(ask: Ask, url: string, operation: Operation): Promise<XmlElement> {
  const reply = await ask(url, operation)
  if ('fault' in reply) throw new OddAnswer(operation.name, reply.fault)
  return reply.response
}

/** The response to what a device need not know; null where it answers with a fault, another status or another structure. */
async function asked(ask: Ask, url: string, operation: Operation): Promise<XmlElement | null> {
  try {
    const reply = await ask(url, operation)
    return 'fault' in reply ? null : reply.response
  } catch (error) {
    if (error instanceof OddAnswer) return null
    if (error instanceof TransportFailure && optionalStatus.has(error.status ?? 0)) return null
    throw error
  }
}

/** Asks with the token, and once the device has challenged us with HTTP Digest, with that for the rest of the conversation. */
function conversation(
  context: Context<typeof manifest>,
  device: DeviceSettings,
  skew: number,
  signal: AbortSignal,
): Ask {
  let challenge: Challenge | null = null
  let count = 0
  const authorization = (url: string): Record<string, string> => {
    if (challenge === null) return {}
    count += 1
    const { pathname, search } = new URL(url)
    const clientNonce = Buffer.from(context.random(8)).toString('hex')
    const { username, password } = device
    const ask = { username, password, method: 'POST', uri: pathname + search, count, clientNonce }
    return { authorization: digestAuthorization(challenge, ask) }
  }
  const token = (): UsernameToken | null =>
    device.username === '' || challenge !== null
      ? null
      : {
          username: device.username,
          password: device.password,
          nonce: context.random(16),
          created: new Date(context.now().getTime() + skew),
        }
  // As XML, an answer that ends with its connection can be proved whole; as anything, one is taken whose declaration names
  // an encoding that its bytes do not have.
  let expected: 'xml' | 'any' = 'xml'
  const sent = async (url: string, operation: Operation): Promise<TransportAnswer> => {
    const headers = { 'content-type': contentType(operation), ...authorization(url) }
    // Faults come with 400 or 500; what an answer is, the envelope says.
    const common = {
      url,
      method: 'POST',
      headers,
      body: envelope(operation, token()),
      accept: [400, 401, 500],
    } as const
    try {
      return await context.transport.exchange({ ...common, expect: expected }, signal)
    } catch (error) {
      const otherKind =
        error instanceof TransportFailure && error.code === 'SOURCE_CHANGED' && error.status === undefined
      if (!otherKind || expected === 'any') throw error
      expected = 'any'
      return sent(url, operation)
    }
  }
  return async (url, operation) => {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await sent(url, operation)
      const reply = replyIn(answer.body, operation)
      const refused = answer.status === 401 || (reply !== null && 'fault' in reply && refusals.has(reply.fault))
      if (refused) {
        const offered = device.username === '' ? null : digestChallenge(answer.headers['www-authenticate'])
        // A second challenge is taken once more: the nonce may have gone stale.
        if (offered === null || attempt > 2 || (attempt === 2 && offered.nonce === challenge?.nonce)) {
          throw new ConnectorFailure('CONFIG_INVALID', 'the device does not accept the credentials', { status: 401 })
        }
        challenge = offered
        count = 0
        continue
      }
      if (reply !== null) return reply
      if (answer.status !== 500) throw new OddAnswer(operation.name, 'AnotherShape')
      const { status } = answer
      throw new ConnectorFailure('SOURCE_UNAVAILABLE', `the device answered with status ${status}`, { status })
    }
  }
}
