// A one-stop system (iGate with Keycloak) of one town, over HTTP.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Emulator, EmulatorOptions, RunningEmulator, Truth } from '#connector'
import { dossierAt, truthOf } from './dossier.ts'
import type { Dossier } from './dossier.ts'
import { createRegistry } from './registry.ts'
import type { Registry } from './registry.ts'
import { search } from './search.ts'

const tokenPath = '/auth/realms/digo/protocol/openid-connect/token'
const searchPath = '/pa/dossier/search'
const clientId = 'hub-demo'
const clientSecret = 'invented-one-stop-secret'
const tokenSeconds = 300

interface State extends Pick<EmulatorOptions, 'town' | 'size' | 'now'> {
  readonly registry: Registry
  behaviour: Parameters<RunningEmulator['behave']>[0]
}

/** iGate's dossier search and its Keycloak: `tokenPath` and `searchPath` on one listener. */
export default (async ({ town, size, now, port }) => {
  const registry = createRegistry(town, size)
  const state: State = { town, size, now, registry, behaviour: 'normal' }
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://emulator')
    if (request.method === 'POST' && url.pathname === tokenPath) {
      token(state, request, response).catch(() => response.destroy())
    } else if (request.method === 'GET' && url.pathname === searchPath) data(state, request, response, url)
    else answer(response, 404, { status: 404, error: 'Not Found' })
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve, refuse) => {
    server.once('error', refuse)
    server.listen(port ?? 0, '127.0.0.1', resolve)
  })
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`

  const present = (): { readonly now: number; readonly dossiers: readonly Dossier[] } => {
    const moment = now().getTime()
    registry.advance(moment)
    const indices = registry.all.slice(0, registry.all.count, true)
    return { now: moment, dossiers: indices.map((index) => dossierAt(town, size, index, moment)!) }
  }
  return {
    settings: {
      url: `http://${host}`,
      tokenUrl: `http://${host}${tokenPath}`,
      clientId,
      clientSecret,
      pageSize: 50,
    },
    hosts: [host],
    truth: (stream) => {
      if (stream !== 'dossiers') return []
      const { now: moment, dossiers } = present()
      return dossiers.flatMap((dossier): Truth[] => {
        const record = truthOf(town, dossier, moment)
        return record === null ? [] : [{ entity: 'Dossier', key: dossier.id, record }]
      })
    },
    dirt: (stream) => {
      if (stream !== 'dossiers') return 0
      return present().dossiers.filter(({ course }) => course.unknownStatus).length
    },
    behave: (wanted) => {
      state.behaviour = wanted
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}) satisfies Emulator

const sign = ({ town }: State, expires: string): string =>
  createHmac('sha256', `one-stop ${town.seed}`).update(expires).digest('hex')
function admits(state: State, header: string | undefined): boolean {
  const [, expires = '', signature = ''] = /^Bearer (\d+)\.([0-9a-f]{64})$/.exec(header ?? '') ?? []
  const proper = signature !== '' && timingSafeEqual(Buffer.from(signature), Buffer.from(sign(state, expires)))
  return proper && Number(expires) > state.now().getTime()
}

/** Keycloak's token endpoint. */
async function token(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const form = new URLSearchParams(await bodyOf(request))
  if (
    state.behaviour === 'unauthorised' ||
    form.get('client_id') !== clientId ||
    form.get('client_secret') !== clientSecret
  ) {
    const error = { error: 'unauthorized_client', error_description: 'Invalid client or Invalid client credentials' }
    return answer(response, 401, error)
  }
  if (form.get('grant_type') !== 'client_credentials') return answer(response, 400, { error: 'unsupported_grant_type' })
  const expires = String(state.now().getTime() + tokenSeconds * 1000)
  answer(response, 200, {
    access_token: `${expires}.${sign(state, expires)}`,
    expires_in: tokenSeconds,
    token_type: 'Bearer',
  })
}

/** iGate's dossier search. */
function data(state: State, request: IncomingMessage, response: ServerResponse, url: URL): void {
  const { town, size, registry, behaviour } = state
  if (behaviour === 'unauthorised' || !admits(state, request.headers.authorization)) {
    response.setHeader('www-authenticate', 'Bearer')
    return answer(response, 401, { error: 'invalid_token' })
  }
  if (behaviour === 'forbidden') return answer(response, 403, { error: 'access_denied' })
  if (behaviour === 'throttled') {
    response.setHeader('retry-after', '7')
    return answer(response, 429, { error: 'Too Many Requests' })
  }
  if (behaviour === 'unavailable') return answer(response, 503, { error: 'Service Unavailable' })
  if (behaviour === 'html') {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
    response.end('<!DOCTYPE html><html><head><title>Đăng nhập</title></head><body><form></form></body></html>')
    return
  }
  if (behaviour === 'unknown-structure') return answer(response, 200, { items: [], next: null })
  const found = search(town, size, registry, url.searchParams, state.now().getTime())
  return found === null ? answer(response, 400, { status: 400, error: 'Bad Request' }) : answer(response, 200, found)
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  const bytes = Buffer.from(JSON.stringify(body))
  response.writeHead(status, { 'content-type': 'application/json;charset=UTF-8', 'content-length': bytes.length })
  response.end(bytes)
}
