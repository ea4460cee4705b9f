// The emulated Frigate server: its cameras, configuration, statistics and tokens.
import { createHmac } from 'node:crypto'
import { seededRandom } from '#connector'
import type { CameraRecord, Town } from '#connector'
import { posted, silent, written } from './town.ts'
import type { Post } from './town.ts'

/** An emulated Frigate server: its cameras by index in its list; nothing is kept but what the seed gives. */
export interface EmulatedFrigate {
  readonly username: string
  readonly password: string
  readonly count: number
  name(camera: number): string
  post(camera: number): Post
  /** A token of the login, good for a day. */
  token(time: number): string
  isToken(token: string, time: number): boolean
  config(): unknown
  stats(time: number): unknown
  truth(camera: number, time: number): CameraRecord
}

/** Two cameras of the server's configuration that the hub's settings do not list. */
export const unlisted = ['bai_xe_tam', 'kho_cu'] as const

const sites = ['cong_chinh', 'nga_tu', 'bai_do_xe', 'mot_cua', 'cho', 'truong_hoc'] as const
const day = 86_400_000

const rates = (camera: number) => ({
  width: camera % 3 === 0 ? 1280 : 640,
  height: camera % 3 === 0 ? 720 : 360,
  fps: 5,
})
/** Switched off: configured, and without a line in the statistics. */
const off = (camera: number): boolean => camera % 29 === 11

/** A camera in the server's configuration. */
const configured = (secret: string, title: string, camera: number) => ({
  name: title,
  enabled: !off(camera),
  ffmpeg: {
    inputs: [
      { path: `rtsp://viewer:${secret}@192.168.90.${2 + (camera % 250)}:554/live`, roles: ['detect', 'record'] },
    ],
  },
  detect: camera % 17 === 5 ? { enabled: false } : { enabled: true, ...rates(camera) },
  onvif: { host: '', user: 'viewer', password: secret },
})

/** A camera in the server's statistics. */
const running = (frames: number, camera: number) => ({
  camera_fps: frames,
  process_fps: frames,
  skipped_fps: 0,
  detection_fps: 0.4,
  detection_enabled: camera % 17 !== 5,
  pid: 300 + camera,
  capture_pid: 900 + camera,
  ffmpeg_pid: 1500 + camera,
})

/** `first`: index among the town's cameras of the server's first one. */
export function frigateOf(town: Town, posts: (index: number) => Post, first: number, count: number): EmulatedFrigate {
  const secret = `Fr-${Math.floor(seededRandom(town.seed, 'frigate')() * 1e12).toString(36)}`
  const signature = (text: string): string => createHmac('sha256', secret).update(text).digest('base64url')
  const name = (camera: number): string =>
    `${sites[camera % sites.length]}_${String(first + camera + 1).padStart(4, '0')}`
  const framesOf = (camera: number, time: number): number =>
    silent(town, first + camera, time)
      ? 0
      : 4.9 + Math.floor(seededRandom(camera, Math.floor(time / 60_000))() * 3) / 10
  const each = Array.from({ length: count }, (_, camera) => camera)
  return {
    username: 'lgsp',
    password: secret,
    count,
    name,
    post: (camera) => posts(first + camera),
    token(time) {
      const claims = Buffer.from(JSON.stringify({ sub: 'lgsp', exp: Math.floor((time + day) / 1000) })).toString(
        'base64url',
      )
      const text = `${Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url')}.${claims}`
      return `${text}.${signature(text)}`
    },
    isToken(token, time) {
      const [head = '', claims = '', proof = ''] = token.split('.')
      if (proof !== signature(`${head}.${claims}`)) return false
      return (JSON.parse(Buffer.from(claims, 'base64url').toString()) as { exp: number }).exp * 1000 > time
    },
    config: () => ({
      mqtt: { enabled: true, host: '192.168.90.1', user: 'frigate', password: secret },
      cameras: Object.fromEntries([
        ...each.map((camera) => [name(camera), configured(secret, name(camera), camera)] as const),
        ...unlisted.map((title, at) => [title, configured(secret, title, at)] as const),
      ]),
    }),
    stats: (time) => ({
      cameras: Object.fromEntries([
        ...each
          .filter((camera) => !off(camera))
          .map((camera) => [name(camera), running(framesOf(camera, time), camera)] as const),
        ...unlisted.map((title, at) => [title, running(framesOf(at, time), at)] as const),
      ]),
      detectors: { cpu1: { inference_speed: 12.5, pid: 200 } },
      service: { uptime: 86_400, version: '0.15.1', last_updated: Math.floor(time / 1000) },
    }),
    truth: (camera, time) => ({
      ...posted(posts(first + camera)),
      name: name(camera),
      manufacturer: null,
      model: null,
      firmware: null,
      serialNumber: null,
      online: off(camera) ? null : !silent(town, first + camera, time),
      observedAt: off(camera) ? null : written(time),
      profiles:
        camera % 17 === 5
          ? []
          : [
              {
                name: 'detect',
                encoding: null,
                width: rates(camera).width,
                height: rates(camera).height,
                frameRate: rates(camera).fps,
                streamUri: null,
                snapshotUri: null,
              },
            ],
    }),
  }
}
