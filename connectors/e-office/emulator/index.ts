// A provincial document axis of the second generation for one town, over HTTP.
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Emulator, RunningEmulator } from '#connector'
import { answerOf, refusal } from './answer.ts'
import { accountOf, axisOf, bearerOf, dirtOf, tokenFor, truthOf } from './axis.ts'
import type { Axis } from './axis.ts'

type Behaviour = Parameters<RunningEmulator['behave']>[0]
type Reply = (status: number, value: unknown, headers?: Record<string, string>) => void
const unauthorised = { success: false, message: 'Unauthorized' }

/** A login for each unit, date windows, edXML in three forms. */
export default (async (options) => {
  const axis = axisOf(options)
  let behaviour: Behaviour = 'normal'
  const server = createServer((request, response) => {
    serve(axis, behaviour, request, response).catch((error: unknown) => response.destroy(error as Error))
  })
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve),
  )
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    settings: {
      url: `http://${host}`,
      units: axis.accounts.map(({ agency: _agency, ...account }) => account),
      lookbackDays: 90,
      acknowledge: false,
    },
    hosts: [host],
    truth: (stream) => truthOf(axis, stream),
    dirt: (stream) => dirtOf(axis, stream),
    behave: (next) => {
      behaviour = next
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}) satisfies Emulator

async function serve(
  axis: Axis,
  behaviour: Behaviour,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks).toString('utf8')
  const json: Reply = (status, value, headers = {}) => {
    response
      .writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
      .end(JSON.stringify(value))
  }
  const url = new URL(request.url ?? '/', 'http://axis')
  if (url.pathname === '/v1/auth/login' && request.method === 'POST') return logIn(axis, behaviour, body, json)
  if (behaviour !== 'normal') return misbehave(behaviour, response, json)
  const account = bearerOf(axis, request.headers.authorization)
  if (account === null) return json(401, unauthorised)
  if (request.headers['x-systemid'] !== account.systemId || request.headers['x-secretkey'] !== account.secretKey) {
    return json(200, refusal('', 15, 'Invalid system id or secret key'))
  }
  const found = answerOf(axis, account, url, body)
  return found === null ? json(404, { success: false, message: 'Not found' }) : json(200, found)
}

function logIn(axis: Axis, behaviour: Behaviour, body: string, json: Reply): void {
  const sent = JSON.parse(body) as Record<string, unknown>
  const account = accountOf(axis, String(sent['username']))
  const known = account?.password === sent['password'] && account?.applicationCode === sent['applicationCode']
  if (account === null || !known || behaviour === 'unauthorised') return json(401, unauthorised)
  return json(200, { success: true, message: 'OK', data: { token: tokenFor(axis, account) } })
}

function misbehave(behaviour: Behaviour, response: ServerResponse, json: Reply): void {
  if (behaviour === 'unauthorised') return json(401, unauthorised)
  if (behaviour === 'forbidden') return json(403, { success: false, message: 'Forbidden' })
  if (behaviour === 'throttled') {
    return json(429, { success: false, message: 'Too many requests' }, { 'retry-after': '7' })
  }
  if (behaviour === 'unavailable') return json(503, { success: false, message: 'Unavailable' })
  if (behaviour === 'unknown-structure') return json(200, { result: { rows: [] } })
  const page = '<!DOCTYPE html><html><body>Đăng nhập</body></html>'
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page)
}
