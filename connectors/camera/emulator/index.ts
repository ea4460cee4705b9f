import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Emulator, RunningEmulator, Truth } from '#connector'
import { deviceAt, deviceTruth } from './devices.ts'
import { dirtyEvents, eventJson, eventsOf } from './events.ts'
import { frigateOf, unlisted } from './frigate.ts'
import { answerOf } from './onvif.ts'
import { postsOf, silent, written } from './town.ts'

type Behaviour = Parameters<RunningEmulator['behave']>[0]
const noBounds = { after: -Infinity, before: Infinity }

/**
 * ONVIF devices at `/device/<n>/onvif/device_service` and a Frigate server at `/api` of one address. Of the town's cameras
 * a fifth, at most 60, are devices and the rest Frigate's; beyond them stand a device with a broken sensor, one whose
 * password in the settings is wrong, and two cameras of Frigate that the settings do not list.
 */
const emulator: Emulator = async ({ town, size, now, port = 0 }) => {
  const posts = postsOf(town)
  const deviceCount = Math.min(60, Math.max(1, Math.round(size / 5)))
  const frigate = frigateOf(town, posts, deviceCount, Math.max(0, size - deviceCount))
  const good = Array.from({ length: deviceCount }, (_, index) => deviceAt(town, index, posts(index), 'none'))
  const devices = [
    ...good,
    deviceAt(town, deviceCount, posts(size), 'broken'),
    deviceAt(town, deviceCount + 1, posts(size + 1), 'wrong-password'),
  ]
  let behaviour: Behaviour = 'normal'

  const serveDevice = async (request: IncomingMessage, response: ServerResponse, path: string): Promise<void> => {
    const body = await bodyOf(request)
    if (behaviour !== 'normal') return misbehave(behaviour, response, 'xml')
    const index = Number(/^\/device\/(\d+)\/onvif\/(?:device|media)_service$/.exec(path)?.[1] ?? Number.NaN)
    const device = devices[index]
    if (device === undefined || request.method !== 'POST') return send(response, 404, {}, 'not found')
    const time = now().getTime()
    if (index < deviceCount && silent(town, index, time)) return void response.destroy()
    const answer = answerOf(device, { path, headers: request.headers, body }, time)
    send(response, answer.status, answer.headers, answer.body)
  }

  const serveFrigate = async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    const time = now().getTime()
    const body = await bodyOf(request)
    if (url.pathname === '/api/login') {
      const right = behaviour !== 'unauthorised' && request.method === 'POST' && loginHolds(body)
      if (!right) return json(response, 401, { message: 'Login failed' })
      response.setHeader('set-cookie', `frigate_token=${frigate.token(time)}; HttpOnly; Path=/; SameSite=Lax`)
      return json(response, 200, {})
    }
    if (behaviour !== 'normal') return misbehave(behaviour, response, 'json')
    const token =
      /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ??
      /(?:^|;\s*)frigate_token=([^;]+)/.exec(request.headers.cookie ?? '')?.[1]
    if (token === undefined || !frigate.tokenHolds(token, time)) return json(response, 401, { message: 'Unauthorized' })
    if (url.pathname === '/api/config') return json(response, 200, frigate.config())
    if (url.pathname === '/api/stats') return json(response, 200, frigate.stats(time))
    if (url.pathname !== '/api/events') return json(response, 404, { message: 'Not found' })
    const asked = (name: string, otherwise: number): number => Number(url.searchParams.get(name) ?? otherwise)
    const bounds = { after: asked('after', -Infinity), before: asked('before', Infinity) }
    const limit = asked('limit', 100)
    const events: unknown[] = []
    for (const event of eventsOf(town, frigate.count, time, bounds)) {
      if (events.length >= limit) break
      events.push(eventJson(event, frigate.name, time))
    }
    json(response, 200, events)
  }

  const loginHolds = (body: string): boolean => {
    try {
      const { user, password } = JSON.parse(body) as { user?: unknown; password?: unknown }
      return user === frigate.username && password === frigate.password
    } catch {
      return false
    }
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://emulator')
    const serve = url.pathname.startsWith('/api/')
      ? serveFrigate(request, response, url)
      : serveDevice(request, response, url.pathname)
    serve.catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`

  const truth = (stream: string): Truth[] => {
    const time = now().getTime()
    if (stream === 'devices') {
      return good.map((device) => ({
        entity: 'Camera',
        key: device.post.code,
        record: deviceTruth(town, device, time),
      }))
    }
    if (stream === 'frigate-cameras') {
      return Array.from({ length: frigate.count }, (_, camera) => ({
        entity: 'Camera',
        key: frigate.name(camera),
        record: frigate.truth(camera, time),
      }))
    }
    const instantOf = (microseconds: number): string => written(Math.floor(microseconds / 1000))
    return [...eventsOf(town, frigate.count, time, noBounds)].flatMap(({ id, camera, label, start, end }) =>
      camera === null
        ? []
        : {
            entity: 'CameraEvent' as const,
            key: id,
            record: {
              cameraCode: frigate.post(camera).code,
              kind: 'detection',
              label,
              from: instantOf(start),
              to: end <= time * 1000 ? instantOf(end) : null,
            },
          },
    )
  }

  const setting = ({ code, agency, unit, location }: ReturnType<typeof posts>) => ({
    code,
    agency,
    ...(unit !== undefined && { unit }),
    location,
  })
  return {
    settings: {
      devices: devices.map(({ index, post, username, settingsPassword }) => ({
        url: `http://${host}/device/${index}/onvif/device_service`,
        username,
        password: settingsPassword,
        ...setting(post),
      })),
      frigate: {
        url: `http://${host}`,
        username: frigate.username,
        password: frigate.password,
        cameras: Object.fromEntries(
          Array.from({ length: frigate.count }, (_, camera) => [frigate.name(camera), setting(frigate.post(camera))]),
        ),
      },
    },
    hosts: [host],
    truth,
    dirt: (stream) => {
      if (stream === 'devices') return devices.length - good.length
      if (stream === 'frigate-cameras') return unlisted.length
      const bounds = dirtyBounds(town.foundedAt)
      return [...eventsOf(town, frigate.count, now().getTime(), bounds)].filter(({ camera }) => camera === null).length
    },
    behave: (wanted) => {
      behaviour = wanted
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)))
        server.closeAllConnections()
      }),
  }
}
export default emulator

/** Where the dirty events lie: in the first quarter of an hour of the history. */
const dirtyBounds = (foundedAt: Date) => {
  const begins = foundedAt.getTime() / 1000 - 3 * 86_400
  return { after: begins - 1, before: begins + dirtyEvents * 300 }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string | string[]>>,
  body: string,
): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body)
}

const json = (response: ServerResponse, status: number, value: unknown): void =>
  send(response, status, { 'content-type': 'application/json' }, JSON.stringify(value))

function misbehave(behaviour: Behaviour, response: ServerResponse, kind: 'json' | 'xml'): void {
  const statuses: Readonly<Record<string, number>> = {
    unauthorised: 401,
    forbidden: 403,
    throttled: 429,
    unavailable: 503,
  }
  if (behaviour === 'html') {
    const page = '<!DOCTYPE html><html><head><title>Đăng nhập</title></head><body><form></form></body></html>'
    return send(response, 200, { 'content-type': 'text/html; charset=utf-8' }, page)
  }
  const status = statuses[behaviour] ?? 200
  const headers: Record<string, string> = status === 429 ? { 'retry-after': '7' } : {}
  if (kind === 'json')
    return send(response, status, { ...headers, 'content-type': 'application/json' }, '{"status":"ok"}')
  const type = { 'content-type': 'application/soap+xml; charset=utf-8' }
  send(response, status, { ...headers, ...type }, '<?xml version="1.0"?><answer><status>ok</status></answer>')
}
