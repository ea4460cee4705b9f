// POST /dev/token: tokens of the development issuer for the sandbox.
import type { IncomingMessage } from 'node:http'
import type { DevelopmentIssuer } from '../../access/token/development-issuer.ts'
import { hubError } from '../../access/error.ts'
import { ownPagesAlone } from '../../access/refusal-text.ts'
import { jsonAnswer } from './answer.ts'
import type { Answer } from './answer.ts'
import type { Listener } from './listen.ts'
import { readJsonBody } from './request-body.ts'

/**
 * `POST /dev/token` for the sandbox's role switcher: `{ scope, agency?, purposes?, ttl? (seconds, or `15m`), subject? }` →
 * `{ token, expiresAt }`. Only for pages of this origin: a page of another site, also one whose name was changed to point
 * here, gets 403.
 */
export async function developmentToken(
  request: IncomingMessage,
  issuer: DevelopmentIssuer,
  listener: Listener,
  limits: { bodyBytes: number; nesting: number },
): Promise<Answer> {
  if (!sameOrigin(request, listener)) throw refused(403, ownPagesAlone)
  const body = await readJsonBody(request, limits)
  if (typeof body !== 'object' || body === null)
    throw refused(415, 'Cần một đối tượng JSON. · A JSON object is expected.')
  const { scope, agency, purposes, ttl = 3_600, subject } = body as { readonly [member: string]: unknown }
  const ttlSeconds = secondsOf(ttl)
  const codes = purposes === undefined ? [] : Array.isArray(purposes) ? (purposes as unknown[]) : null
  const optional = (value: unknown): value is string | undefined => value === undefined || typeof value === 'string'
  if (typeof scope !== 'string' || !optional(agency) || !optional(subject) || ttlSeconds === null) {
    throw refused(400, 'scope: text; agency, subject: text; purposes: [text]; ttl: seconds or 15m')
  }
  if (codes === null || !codes.every((code) => typeof code === 'string')) throw refused(400, 'purposes: [text]')
  try {
    return jsonAnswer(200, await issuer.mint({ scope, agency, purposes: codes, ttlSeconds, subject }))
  } catch (error) {
    if (error instanceof RangeError) throw refused(400, error.message)
    throw error
  }
}

function secondsOf(ttl: unknown): number | null {
  if (typeof ttl === 'number') return ttl
  const [, count, unit] = /^(\d{1,6})([smh])$/.exec(typeof ttl === 'string' ? ttl : '') ?? []
  return unit === undefined ? null : Number(count) * { s: 1, m: 60, h: 3600 }[unit as 's' | 'm' | 'h']
}

const refused = (status: number, message: string): Error =>
  hubError('BAD_REQUEST', message, { extensions: { http: { status } } })

function sameOrigin(request: IncomingMessage, listener: Listener): boolean {
  const { host, origin } = request.headers
  const site = request.headers['sec-fetch-site']
  const hosts = ['127.0.0.1', 'localhost', '[::1]', listener.host].map((name) => `${name}:${listener.port}`)
  if (host === undefined || !hosts.includes(host)) return false
  if (site !== undefined && site !== 'same-origin') return false
  return origin === undefined || origin === `http://${host}`
}
