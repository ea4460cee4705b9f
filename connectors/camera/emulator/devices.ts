// The emulated ONVIF devices: what each is, and how it speaks.
import { seededRandom } from '#connector'
import type { CameraRecord, Town } from '#connector'
import { posted, silent, written } from './town.ts'
import type { Post } from './town.ts'

export interface EmulatedProfile {
  readonly token: string
  readonly name: string | null
  readonly encoder: {
    readonly encoding: string
    readonly width: number
    readonly height: number
    readonly rate: number
  } | null
  /** As the device gives them, credentials and all; null: it answers that it cannot. */
  readonly stream: string
  readonly snapshot: string | null
  readonly bareStream: string | null
  readonly bareSnapshot: string | null
}

/** An emulated ONVIF device: what it is, and how it speaks. */
export interface EmulatedDevice {
  readonly index: number
  readonly post: Post
  readonly username: string
  readonly password: string
  /** What the hub's settings say, which may be wrong. */
  readonly settingsPassword: string
  readonly login: 'token' | 'digest-md5' | 'digest-both'
  /** How far its clock is ahead, in milliseconds. */
  readonly clockOffset: number
  readonly host: string
  readonly name: string | null
  readonly manufacturer: string
  readonly model: string
  readonly firmware: string
  readonly serial: string
  readonly profiles: readonly EmulatedProfile[]
  readonly prefixes: 'gsoap' | 'short' | 'numbered' | 'none' | 'unbound'
  readonly declaration: string
  /** Operations that it answers with ActionNotSupported. */
  readonly without: readonly string[]
  /** It answers all but its clock with a fault of its hardware. */
  readonly broken: boolean
}

const makers = ['Sao Mai Vision', 'Biên Hòa Quang học', 'Cửu Long IP', 'Trường Sơn & Bắc', 'Đông Á Camera'] as const
const firmwares = [
  'V5.5.82 build 190220, released 2019-02-20',
  '2.800.0000000.16.R, Build Date: 2021-09-29',
  'Phiên bản 4.1, cập nhật 05/03/2024',
  '1.0.9',
] as const
const declarations = [
  '<?xml version="1.0" encoding="UTF-8"?>\n',
  '<?xml version=”1.0” ?>\n',
  '<?xml version="1.0" encoding="utf-16"?>',
  '',
] as const
const prefixes = ['gsoap', 'short', 'numbered', 'none', 'unbound'] as const
const sites = ['Cổng chính', 'Ngã tư', 'Bãi đỗ xe', 'Hành lang một cửa', 'Chợ', 'Trường học'] as const

/** The device at an index of the list, the same for ever. */
export function deviceAt(
  town: Town,
  index: number,
  post: Post,
  flaw: 'none' | 'broken' | 'wrong-password',
): EmulatedDevice {
  const random = seededRandom(town.seed, 'camera device', index)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!
  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => pick(Array.from('0123456789abcdef'))).join('')
  const host = `192.168.${20 + (index % 200)}.${2 + Math.floor(random() * 250)}`
  const username = pick(['admin', 'lgsp', 'onvif'])
  const password = `Mk-${hex(10)}`
  const texts = [pick(makers), pick(firmwares), `${pick(sites)} ${index + 1}`] as const
  const [manufacturer, firmware, site] = texts.map((text) => (index % 6 === 2 ? text.normalize('NFD') : text)) as [
    string,
    string,
    string,
  ]
  const small = Math.floor(random() * 2000) - 1000
  const offsets: Readonly<Record<number, number>> = {
    3: Date.UTC(2000, 0, 1, 4) - town.foundedAt.getTime(),
    5: -3 * 3_600_000,
    7: 95_000,
  }
  const without = [
    ...(index % 11 === 6 ? ['GetSnapshotUri'] : []),
    ...(index % 13 === 9 ? ['GetCapabilities'] : index % 5 === 0 ? ['GetServices'] : []),
    ...(index % 8 === 5 ? ['GetScopes'] : []),
  ]
  return {
    index,
    post,
    username,
    password,
    settingsPassword: flaw === 'wrong-password' ? `Mk-${hex(10)}` : password,
    login: index % 18 === 13 ? 'digest-both' : index % 9 === 4 ? 'digest-md5' : 'token',
    clockOffset: offsets[index % 10] ?? small,
    host,
    name: index % 8 === 5 ? null : site,
    manufacturer,
    model: `DN-${1 + (index % 7)}${pick(['A', 'B', 'C'])} <IR>`,
    firmware,
    serial: index % 4 === 1 ? '00000000' : `0${hex(11).toUpperCase()}`,
    profiles: profilesOf(index, host, username, password, without.includes('GetSnapshotUri')),
    prefixes: prefixes[index % prefixes.length]!,
    declaration: declarations[index % declarations.length]!,
    without,
    broken: flaw === 'broken',
  }
}

function profilesOf(index: number, host: string, username: string, password: string, mute: boolean): EmulatedProfile[] {
  const encoders = [
    { encoding: 'H264', width: 1920, height: 1080, rate: 25 },
    { encoding: index % 2 === 0 ? 'H264' : 'JPEG', width: 640, height: 360, rate: 12 },
    null,
  ] as const
  return encoders.slice(0, 1 + (index % 3)).map((encoder, at) => {
    const channel = `${1 + (index % 4)}0${at + 1}`
    const forms = [
      [
        `rtsp://${host}:554/Streaming/Channels/${channel}`,
        `rtsp://${username}:${password}@${host}:554/Streaming/Channels/${channel}`,
      ],
      [
        `rtsp://${host}/cam/realmonitor?channel=1&subtype=${at}`,
        `rtsp://${host}/cam/realmonitor?channel=1&user=${username}&password=${password}&subtype=${at}`,
      ],
      [`rtsp://${host}:8554/live${at}`, `rtsp://${host}:8554/live${at}`],
      [null, `rtsp://${host}:554/user=${username}_password=${password}_channel=1_stream=${at}.sdp`],
    ] as const
    const [bareStream, stream] = forms[index % forms.length]!
    const bareSnapshot = `http://${host}/onvif/snapshot?channel=${channel}`
    const token64 = Buffer.from(`${username}:${password}`).toString('base64url')
    return {
      token: at === 0 ? 'main' : `Profile_${at}`,
      name: at === 2 ? null : ['MainStream', 'SubStream'][at]!,
      encoder,
      stream,
      snapshot: mute ? null : index % 2 === 0 ? `${bareSnapshot}&auth=${token64}` : bareSnapshot,
      bareStream,
      bareSnapshot: mute ? null : bareSnapshot,
    }
  })
}

/** What the hub must store of a device that it asks at a moment. */
export function deviceTruth(town: Town, device: EmulatedDevice, time: number): CameraRecord {
  const away = silent(town, device.index, time)
  const say = (text: string | null): string | null => (away ? null : (text?.normalize('NFC') ?? null))
  return {
    ...posted(device.post),
    name: say(device.name),
    manufacturer: say(device.manufacturer),
    model: say(device.model),
    firmware: say(device.firmware),
    serialNumber: device.serial === '00000000' ? null : say(device.serial),
    online: !away,
    observedAt: written(time),
    profiles: away
      ? []
      : device.profiles.map(({ token, name, encoder, bareStream, bareSnapshot }) => ({
          name: name ?? token,
          encoding: encoder?.encoding ?? null,
          width: encoder?.width ?? null,
          height: encoder?.height ?? null,
          frameRate: encoder?.rate ?? null,
          streamUri: bareStream,
          snapshotUri: bareSnapshot,
        })),
  }
}
