// A session with a Frigate server, and the pages of its cameras.
import { ConnectorFailure, instant, isObject } from '#connector'
import type { Context, Json, Page, SourceRecord } from '#connector'
import type { manifest } from './manifest.ts'
import { positionIn } from './cursor.ts'

type CameraContext = Context<typeof manifest>

/** Asks a Frigate server for a path below `/api`; logs in when first asked, and once more when a session has run out. */
export type FrigateSession = (path: string) => Promise<unknown>

/** A session with the configured server; null where none is configured. Throws TransportFailure when asked. */
export function frigateSession(context: CameraContext): FrigateSession | null {
  const { frigate } = context.settings
  // A setting that was left out may come as an object without members.
  if (frigate?.url === undefined) return null
  const whole = /^https?:\/\//i.test(frigate.url) ? frigate.url : `http://${frigate.url}`
  const base = whole.replace(/\/+(?:api\/*)?$/, '')
  const { username, password } = frigate
  let token: string | null = null
  const logIn = async (): Promise<string> => {
    const url = `${base}/api/login`
    const body = JSON.stringify({ user: username, password: password ?? '' })
    const headers = { 'content-type': 'application/json' }
    const request = { url, method: 'POST', headers, body, expect: 'any', accept: [400, 401, 403] } as const
    const answer = await context.transport.exchange(request, context.signal)
    if (answer.status >= 400) {
      const message = 'the Frigate server does not accept frigate.username and frigate.password'
      throw new ConnectorFailure('CONFIG_INVALID', message, { status: answer.status })
    }
    const found = /(?:^|[\s,;])frigate_token=([^;,\s]+)/.exec(answer.headers['set-cookie'] ?? '')?.[1]
    if (found !== undefined) return found
    throw new ConnectorFailure('SOURCE_CHANGED', 'the answer to the Frigate login sets no cookie frigate_token')
  }
  return async (path) => {
    for (let attempt = 1; ; attempt += 1) {
      if (username !== undefined) token ??= await logIn()
      const headers: Record<string, string> = token === null ? {} : { cookie: `frigate_token=${token}` }
      const request = { url: `${base}/api/${path}`, headers, accept: [401, 403] }
      const answer = await context.transport.exchange(request, context.signal)
      if (answer.status < 400) return answer.json()
      if (username === undefined || attempt === 2 || answer.status === 403) {
        const message = 'the Frigate server refuses us, see frigate.username and frigate.password'
        throw new ConnectorFailure('CONFIG_INVALID', message, { status: answer.status })
      }
      token = null
    }
  }
}

const camerasInPage = 250

/** The server's cameras by name, 250 a page, each as the configuration has it and with its frame rate of now. */
export async function* frigateCameraPages(context: CameraContext, since: string | null): AsyncGenerator<Page> {
  const position = positionIn(since, cameraPosition)
  const ask = frigateSession(context)
  if (ask === null) {
    yield { records: [], next: '{}' }
    return
  }
  context.signal.throwIfAborted()
  const configured = camerasOf(await ask('config'), 'config')
  const running = camerasOf(await ask('stats'), 'stats')
  const observedAt = instant(context.now().getTime())!
  const names = Object.keys(configured).sort()
  let next = position === null ? 0 : names.filter((name) => name <= position.after).length
  do {
    context.signal.throwIfAborted()
    const page = names.slice(next, next + camerasInPage)
    next += page.length
    const records = page.map((name) =>
      cameraRecord(name, configured[name], running[name], position?.observedAt ?? observedAt),
    )
    const after = page.at(-1)
    yield {
      records,
      next:
        next < names.length && after !== undefined
          ? JSON.stringify({ after, observedAt: position?.observedAt ?? observedAt })
          : '{}',
    }
  } while (next < names.length)
}

/** The only members kept: the configuration contains the passwords of the streams. */
function cameraRecord(
  name: string,
  configured: Json | undefined,
  running: Json | undefined,
  observedAt: string,
): SourceRecord {
  const settings = isObject(configured) ? configured : {}
  const detect = isObject(settings['detect']) ? settings['detect'] : null
  const state = isObject(running) ? running : null
  return {
    name,
    enabled: settings['enabled'] ?? null,
    detect: detect && {
      width: detect['width'] ?? null,
      height: detect['height'] ?? null,
      fps: detect['fps'] ?? null,
    },
    camera_fps: state?.['camera_fps'] ?? null,
    observedAt: state === null ? null : observedAt,
  }
}

function camerasOf(answer: unknown, what: string): { readonly [name: string]: Json } {
  const cameras = isObject(answer) ? answer['cameras'] : undefined
  if (isObject<Json>(cameras)) return cameras
  throw new ConnectorFailure('SOURCE_CHANGED', `/api/${what} of the Frigate server has no object of cameras`)
}

function cameraPosition(value: { readonly [member: string]: unknown }) {
  const { after, observedAt } = value
  if (Object.keys(value).length === 0) return null
  return typeof after === 'string' && typeof observedAt === 'string' ? { after, observedAt } : undefined
}

/** Settles when the server lets us in and gives data. */
export async function checkFrigate(context: CameraContext): Promise<void> {
  const ask = frigateSession(context)
  if (ask !== null) camerasOf(await ask('stats'), 'stats')
}
