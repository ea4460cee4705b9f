// Answers SOAP requests as an emulated ONVIF device does.
import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { childOf, textOf } from '#connector'
import type { XmlElement } from '#connector'
import type { EmulatedDevice } from './devices.ts'
import { elementOf, escapeXml } from '../xml.ts'

export interface OnvifRequest {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}
export interface OnvifAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly body: string
}

type Space = 's' | 'tds' | 'trt' | 'tt'
type Write = (space: Space, name: string, content: string, attributes?: Readonly<Record<string, string>>) => string

const spaces: Readonly<Record<Space, string>> = {
  s: 'http://www.w3.org/2003/05/soap-envelope',
  tds: 'http://www.onvif.org/ver10/device/wsdl',
  trt: 'http://www.onvif.org/ver10/media/wsdl',
  tt: 'http://www.onvif.org/ver10/schema',
}
const prefixesOf = {
  gsoap: { s: 'SOAP-ENV:', tds: 'tds:', trt: 'trt:', tt: 'tt:' },
  short: { s: 's:', tds: 'tds:', trt: 'trt:', tt: 'tt:' },
  numbered: { s: 'env:', tds: 'ns1:', trt: 'ns2:', tt: 'ns3:' },
  none: { s: '', tds: '', trt: '', tt: '' },
  unbound: { s: 'SOAP-ENV:', tds: 'tds:', trt: 'trt:', tt: 'tt:' },
} as const

/** How a device answers a SOAP request at a moment: its own prefixes, clock, login and manners. */
export function answerOf(device: EmulatedDevice, request: OnvifRequest, time: number): OnvifAnswer {
  const write = writerOf(device)
  let envelope: XmlElement
  try {
    envelope = elementOf(request.body)
  } catch {
    return fault(device, write, 400, 's:Sender', 'ter:WellFormed')
  }
  const operation = childOf(envelope, 'Body')?.children[0]
  if (operation === undefined) return fault(device, write, 400, 's:Sender', 'ter:TagMismatch')
  const clock = time + device.clockOffset
  const security = childOf(envelope, 'Header', 'Security')
  if (security !== null && childOf(security, 'UsernameToken') === null) {
    return fault(device, write, 400, 's:Sender', 'wsse:InvalidSecurity')
  }
  if (operation.name === 'GetSystemDateAndTime')
    return reply(device, write, 'tds', operation.name, dateAndTime(write, clock))
  const refusal = refusalOf(device, write, security, request, clock, time)
  if (refusal !== null) return refusal
  if (device.broken) return fault(device, write, 500, 's:Receiver', 'ter:HardwareFailure')
  if (device.without.includes(operation.name)) return fault(device, write, 500, 's:Receiver', 'ter:ActionNotSupported')
  const token = textOf(operation, 'ProfileToken')
  const profile = device.profiles.find((one) => one.token === token)
  const wanted = operation.name === 'GetStreamUri' || operation.name === 'GetSnapshotUri'
  if (wanted && profile === undefined) return fault(device, write, 400, 's:Sender', 'ter:NoProfile')
  const media = (uri: string): string =>
    write(
      'trt',
      'MediaUri',
      write('tt', 'Uri', escapeXml(uri)) +
        write('tt', 'InvalidAfterConnect', 'false') +
        write('tt', 'InvalidAfterReboot', 'false') +
        write('tt', 'Timeout', 'PT0S'),
    )
  switch (operation.name) {
    case 'GetDeviceInformation':
      return reply(device, write, 'tds', operation.name, information(device, write))
    case 'GetCapabilities':
      return reply(device, write, 'tds', operation.name, capabilities(device, write))
    case 'GetServices':
      return reply(device, write, 'tds', operation.name, servicesOf(device, write))
    case 'GetScopes':
      return reply(device, write, 'tds', operation.name, scopes(device, write))
    case 'GetProfiles':
      return reply(device, write, 'trt', operation.name, device.profiles.map((one) => profileXml(write, one)).join(''))
    case 'GetVideoSources':
      return reply(
        device,
        write,
        'trt',
        operation.name,
        write('trt', 'VideoSources', write('tt', 'Framerate', '25'), { token: 'vidsrc0' }),
      )
    case 'GetStreamUri':
      return reply(device, write, 'trt', operation.name, media(profile!.stream))
    case 'GetSnapshotUri':
      return reply(device, write, 'trt', operation.name, media(profile!.snapshot ?? ''))
    default:
      return fault(device, write, 500, 's:Receiver', 'ter:ActionNotSupported')
  }
}

/** The refusal of who does not prove to know the password; null when let in. */
function refusalOf(
  device: EmulatedDevice,
  write: Write,
  security: XmlElement | null,
  request: OnvifRequest,
  clock: number,
  time: number,
): OnvifAnswer | null {
  if (device.login === 'token') {
    return tokenHolds(device, childOf(security, 'UsernameToken'), clock)
      ? null
      : fault(device, write, device.index % 2 === 0 ? 400 : 401, 's:Sender', 'ter:NotAuthorized')
  }
  const nonce = (minute: number): string => createHash('md5').update(`${device.password}|${minute}`).digest('hex')
  const minute = Math.floor(time / 60_000)
  const good = [nonce(minute), nonce(minute - 1)]
  if (digestHolds(device, request, good)) return null
  const realm = `realm="IP Camera ${device.index}", nonce="${nonce(minute)}"`
  const plain = `Digest qop="auth", ${realm}`
  const challenges =
    device.login === 'digest-both'
      ? [plain, `Digest ${realm}, qop="auth,auth-int", algorithm=SHA-256, opaque="5ccc069c"`, 'Basic realm="IP Camera"']
      : [plain]
  const headers = { 'www-authenticate': challenges, 'content-type': 'text/html' }
  return { status: 401, headers, body: '<html><body>401 Unauthorized</body></html>' }
}

/** WS-UsernameToken: digest of nonce, time and password, and a time within 5 seconds of the device's own clock. */
function tokenHolds(device: EmulatedDevice, token: XmlElement | null, clock: number): boolean {
  const [user, sent, nonce, created] = ['Username', 'Password', 'Nonce', 'Created'].map((name) => textOf(token, name))
  if (!user || !sent || !nonce || !created || user !== device.username) return false
  const bytes = Buffer.from(nonce, 'base64')
  if (bytes.length < 8 || !(Math.abs(Date.parse(created) - clock) <= 5000)) return false
  const material = Buffer.concat([bytes, Buffer.from(created), Buffer.from(device.password)])
  return createHash('sha1').update(material).digest('base64') === sent
}

function digestHolds(device: EmulatedDevice, request: OnvifRequest, nonces: readonly string[]): boolean {
  const header = request.headers.authorization ?? ''
  const value = (name: string): string => new RegExp(`(?:^|[\\s,])${name}="?([^",]*)"?`).exec(header)?.[1] ?? ''
  const algorithm = value('algorithm') === 'SHA-256' ? 'sha256' : 'md5'
  if (algorithm === 'sha256' && device.login === 'digest-md5') return false
  if (!header.startsWith('Digest ') || value('username') !== device.username) return false
  if (value('uri') !== request.path || !nonces.includes(value('nonce'))) return false
  const hash = (text: string): string => createHash(algorithm).update(text).digest('hex')
  const first = hash(`${device.username}:IP Camera ${device.index}:${device.password}`)
  const expected = hash(
    `${first}:${value('nonce')}:${value('nc')}:${value('cnonce')}:auth:${hash(`POST:${request.path}`)}`,
  )
  return value('qop') === 'auth' && expected === value('response')
}

function writerOf(device: EmulatedDevice): Write {
  const prefixes = prefixesOf[device.prefixes]
  return (space, name, content, attributes = {}) => {
    const entries = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(value)}"`)
    const ordered = device.index % 2 === 0 ? entries : entries.toReversed()
    return `<${prefixes[space]}${name}${ordered.join('')}>${content}</${prefixes[space]}${name}>`
  }
}

function enveloped(device: EmulatedDevice, write: Write, content: string): string {
  const prefixes = prefixesOf[device.prefixes]
  const declared = (Object.keys(spaces) as Space[])
    .filter(
      (space) => !(device.prefixes === 'unbound' && space === 's') && !(device.prefixes === 'none' && space !== 's'),
    )
    .map(
      (space) => [`xmlns${prefixes[space] === '' ? '' : `:${prefixes[space].slice(0, -1)}`}`, spaces[space]] as const,
    )
  return device.declaration + write('s', 'Envelope', write('s', 'Body', content), Object.fromEntries(declared))
}

const soap = { 'content-type': 'application/soap+xml; charset=utf-8' }

const reply = (
  device: EmulatedDevice,
  write: Write,
  space: 'tds' | 'trt',
  operation: string,
  content: string,
): OnvifAnswer => ({
  status: 200,
  headers: soap,
  body: enveloped(
    device,
    write,
    write(space, `${operation}Response`, content, device.prefixes === 'none' ? { xmlns: spaces[space] } : {}),
  ),
})

function fault(device: EmulatedDevice, write: Write, status: number, code: string, subcode: string): OnvifAnswer {
  const codes = write('s', 'Value', code) + write('s', 'Subcode', write('s', 'Value', subcode))
  const reason = write('s', 'Reason', write('s', 'Text', 'refused', { 'xml:lang': 'en' }))
  return {
    status,
    headers: soap,
    body: enveloped(device, write, write('s', 'Fault', write('s', 'Code', codes) + reason)),
  }
}

function dateAndTime(write: Write, clock: number): string {
  const now = new Date(clock)
  const part = (name: string, value: number): string => write('tt', name, String(value))
  const time =
    part('Hour', now.getUTCHours()) + part('Minute', now.getUTCMinutes()) + part('Second', now.getUTCSeconds())
  const date = part('Year', now.getUTCFullYear()) + part('Month', now.getUTCMonth() + 1) + part('Day', now.getUTCDate())
  return write(
    'tds',
    'SystemDateAndTime',
    write('tt', 'DateTimeType', 'Manual') +
      write('tt', 'DaylightSavings', 'false') +
      write('tt', 'TimeZone', write('tt', 'TZ', 'VietnamStandardTime-7')) +
      write('tt', 'UTCDateTime', write('tt', 'Time', time) + write('tt', 'Date', date)),
  )
}

const information = (device: EmulatedDevice, write: Write): string =>
  write('tds', 'Manufacturer', escapeXml(device.manufacturer)) +
  write('tds', 'Model', escapeXml(device.model)) +
  write('tds', 'FirmwareVersion', `\n  ${escapeXml(device.firmware)}\n`) +
  write('tds', 'SerialNumber', device.serial) +
  write('tds', 'HardwareId', `HW${device.index}`)

const address = (device: EmulatedDevice, service: string): string =>
  `http://${device.host}/device/${device.index}/onvif/${service}`

const capabilities = (device: EmulatedDevice, write: Write): string =>
  write(
    'tds',
    'Capabilities',
    write('tt', 'Device', write('tt', 'XAddr', address(device, 'device_service'))) +
      write('tt', 'Media', write('tt', 'XAddr', address(device, 'media_service'))),
  )

const servicesOf = (device: EmulatedDevice, write: Write): string =>
  (['tds', 'trt'] as const)
    .map((space) =>
      write(
        'tds',
        'Service',
        write('tds', 'Namespace', spaces[space]) +
          write('tds', 'XAddr', address(device, space === 'tds' ? 'device_service' : 'media_service')) +
          write('tds', 'Version', write('tt', 'Major', '2') + write('tt', 'Minor', '40')),
      ),
    )
    .join('')

const scopes = (device: EmulatedDevice, write: Write): string =>
  [
    'onvif://www.onvif.org/Profile/Streaming',
    `onvif://www.onvif.org/hardware/DN-${1 + (device.index % 7)}`,
    `onvif://www.onvif.org/name/${encodeURIComponent(device.name ?? '')}`,
  ]
    .map((scope) => write('tds', 'Scopes', write('tt', 'ScopeDef', 'Fixed') + write('tt', 'ScopeItem', scope)))
    .join('')

function profileXml(write: Write, profile: EmulatedDevice['profiles'][number]): string {
  const { encoder } = profile
  const resolution =
    encoder && write('tt', 'Width', String(encoder.width)) + write('tt', 'Height', String(encoder.height))
  const control = encoder && write('tt', 'FrameRateLimit', String(encoder.rate)) + write('tt', 'BitrateLimit', '2048')
  return write(
    'trt',
    'Profiles',
    (profile.name === null ? '' : write('tt', 'Name', profile.name)) +
      write('tt', 'VideoSourceConfiguration', write('tt', 'SourceToken', 'vidsrc0'), { token: 'vscfg0' }) +
      (encoder === null
        ? ''
        : write(
            'tt',
            'VideoEncoderConfiguration',
            write('tt', 'Encoding', encoder.encoding) +
              write('tt', 'Resolution', resolution!) +
              write('tt', 'RateControl', control!),
            { token: profile.token },
          )),
    { fixed: 'true', token: profile.token },
  )
}
