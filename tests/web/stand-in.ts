// A small hub that serves the pages in tests.
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { execute, parse, validate } from 'graphql'
import type { GraphQLSchema } from 'graphql'
import { answerPage } from '../../src/web/serve.ts'
import { schemaFor } from './published-schema.ts'
import { openTown } from './town.ts'

export type StandIn = {
  url: string
  /** The tokens that were asked for, oldest first. */
  minted: { scope: string; agency?: string; purposes: string[]; ttl: string }[]
  /** The headers of each operation, oldest first. */
  asked: { authorization: string | undefined; purpose: string | undefined; operationName: string | undefined }[]
  close(): Promise<void>
}

/** `issuer: false` is a hub whose tokens come from elsewhere: it mints none. */
export async function openStandIn({ pages, issuer = true }: { pages: string; issuer?: boolean }): Promise<StandIn> {
  const minted: StandIn['minted'] = []
  const asked: StandIn['asked'] = []
  const schemas = new Map<string, GraphQLSchema>()
  const town = openTown()

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://stand-in').pathname
    if (request.method === 'POST' && path === '/dev/token' && issuer) {
      const wanted = (await readJson(request)) as StandIn['minted'][number]
      minted.push(wanted)
      const token = Buffer.from(JSON.stringify({ scope: wanted.scope, serial: minted.length })).toString('base64url')
      return send(response, 200, { token, expiresAt: new Date(Date.now() + 900_000).toISOString() })
    }
    if (path === '/console/session') return answerSession(request, response)
    if (request.method === 'POST' && path === '/graphql') return answerOperation(request, response)
    const page = await answerPage(pages, { path, acceptEncoding: request.headers['accept-encoding']?.toString() })
    if (page === null) return send(response, 404, { error: 'not found' })
    response.writeHead(page.status, page.headers).end(page.body)
  }

  async function answerOperation(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await readJson(request)) as { query: string; variables?: object; operationName?: string }
    const session = request.headers['x-hub-session'] === undefined ? '' : cookieOf(request)
    const authorization = request.headers.authorization ?? (session === '' ? undefined : `Bearer ${session}`)
    asked.push({
      authorization,
      purpose: request.headers['x-hub-purpose']?.toString(),
      operationName: body.operationName ?? /(?:query|mutation) (\w+)/.exec(body.query)?.[1],
    })
    const scope = scopeOf(authorization)
    if (scope === null) {
      return send(response, 401, { errors: [{ message: 'bad token', extensions: { code: 'UNAUTHENTICATED' } }] })
    }
    const schema = schemas.get(scope) ?? schemaFor(new Set(scope.split(' ')))
    schemas.set(scope, schema)
    const document = parse(body.query)
    const faults = validate(schema, document)
    if (faults.length > 0) {
      const errors = faults.map((fault) => ({
        message: fault.message,
        extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
      }))
      return send(response, 400, { errors })
    }
    const result = await execute({
      schema,
      document,
      rootValue: town,
      variableValues: { ...body.variables },
      operationName: body.operationName ?? null,
    })
    send(response, 200, { ...result, extensions: { cost: 12 } })
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => send(response, 500, { error: String(error) }))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    minted,
    asked,
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

async function answerSession(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'GET') {
    const expiresAt = cookieOf(request) === '' ? null : new Date(Date.now() + 900_000).toISOString()
    return send(response, 200, { expiresAt })
  }
  const { token } = request.method === 'POST' ? ((await readJson(request)) as { token: string }) : { token: '' }
  if (token !== '' && scopeOf(`Bearer ${token}`) === null) return send(response, 401, {})
  const life = token === '' ? 0 : 900
  response.setHeader('set-cookie', `hub_session=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${life}`)
  send(response, 200, { expiresAt: null })
}

const cookieOf = (request: IncomingMessage): string =>
  /hub_session=([^;]*)/.exec(request.headers.cookie ?? '')?.[1] ?? ''

/** '' for no token, null for one that is none of ours. */
function scopeOf(authorization: string | undefined): string | null {
  if (authorization === undefined) return ''
  try {
    const text = Buffer.from(authorization.replace(/^Bearer /, ''), 'base64url').toString()
    return (JSON.parse(text) as { scope: string }).scope
  } catch {
    return null
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  return JSON.parse(text)
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
