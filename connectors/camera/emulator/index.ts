// ONVIF devices and a Frigate server of one town, on one port.
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Emulator } from '#connector'
import { eventJson, eventsOf } from './events.ts'
import { answerOf } from './onvif.ts'
import { bodyOf, json, misbehave, send } from './reply.ts'
import type { Behaviour } from './reply.ts'
import { dirtOf, isSilent, settingsOf, truthOf, worldOf } from './world.ts'
import type { World } from './world.ts'

interface State extends World {
  behaviour: Behaviour
}

/** ONVIF devices at `/device/<n>/onvif/device_service` and a Frigate server at `/api` of one address. */
const emulator: Emulator = async (options) => {
  const state: State = { ...worldOf(options), behaviour: 'normal' }
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://emulator')
    const serve = url.pathname.startsWith('/api/') ? serveFrigate : serveDevice
    serve(state, request, response, url).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    settings: settingsOf(state, host),
    hosts: [host],
    truth: (stream) => truthOf(state, stream),
    dirt: (stream) => dirtOf(state, stream),
    behave: (wanted) => {
      state.behaviour = wanted
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)))
        server.closeAllConnections()
      }),
  }
}
export default emulator

async function serveDevice(
  state: State,
  request: IncomingMessage,
  response: ServerResponse,
  { pathname }: URL,
): Promise<void> {
  const body = await bodyOf(request)
  if (state.behaviour !== 'normal') return misbehave(state.behaviour, response, 'xml')
  const index = Number(/^\/device\/(\d+)\/onvif\/(?:device|media)_service$/.exec(pathname)?.[1] ?? Number.NaN)
  const device = state.devices[index]
  if (device === undefined || request.method !== 'POST') return send(response, 404, {}, 'not found')
  if (isSilent(state, index)) return void response.destroy()
  const time = state.options.now().getTime()
  const answer = answerOf(device, { path: pathname, headers: request.headers, body }, time)
  send(response, answer.status, answer.headers, answer.body)
}

async function serveFrigate(
  { behaviour, options, frigate }: State,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const time = options.now().getTime()
  const body = await bodyOf(request)
  if (url.pathname === '/api/login') {
    const right = behaviour !== 'unauthorised' && request.method === 'POST' && isLogin(frigate, body)
    if (!right) return json(response, 401, { message: 'Login failed' })
    response.setHeader('set-cookie', `frigate_token=${frigate.token(time)}; HttpOnly; Path=/; SameSite=Lax`)
    return json(response, 200, {})
  }
  if (behaviour !== 'normal') return misbehave(behaviour, response, 'json')
  const token =
    /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ??
    /(?:^|;\s*)frigate_token=([^;]+)/.exec(request.headers.cookie ?? '')?.[1]
  if (token === undefined || !frigate.isToken(token, time)) return json(response, 401, { message: 'Unauthorized' })
  if (url.pathname === '/api/config') return json(response, 200, frigate.config())
  if (url.pathname === '/api/stats') return json(response, 200, frigate.stats(time))
  if (url.pathname !== '/api/events') return json(response, 404, { message: 'Not found' })
  const asked = (name: string, otherwise: number): number => Number(url.searchParams.get(name) ?? otherwise)
  const bounds = { after: asked('after', -Infinity), before: asked('before', Infinity) }
  const limit = asked('limit', 100)
  const events: unknown[] = []
  for (const event of eventsOf(options.town, frigate.count, time, bounds)) {
    if (events.length >= limit) break
    events.push(eventJson(event, frigate.name, time))
  }
  json(response, 200, events)
}

function isLogin(frigate: World['frigate'], body: string): boolean {
  try {
    const { user, password } = JSON.parse(body) as { user?: unknown; password?: unknown }
    return user === frigate.username && password === frigate.password
  } catch {
    return false
  }
}
