// The session of the console: a token in a cookie that no script can read.
import type { IncomingMessage } from 'node:http'
import { anonymous, isAnonymous } from '../../access/caller.ts'
import type { Caller } from '../../access/caller.ts'
import { hubError, unauthenticated } from '../../access/error.ts'
import type { Verifier } from '../../access/token/verifier.ts'
import { ownPagesAlone } from '../../access/refusal-text.ts'
import { jsonAnswer } from './answer.ts'
import type { Answer } from './answer.ts'
import { readJsonBody } from './request-body.ts'

/** Cookies ignore ports: the hubs of one machine need different names. */
const cookieName = ({ headers }: IncomingMessage): string =>
  `hub_session${/:(\d{1,5})$/.exec(headers.host ?? '')?.[1] ?? ''}`
/** The longest token that fits into a cookie, in characters. */
const maxToken = 3_800

/** The header by which a page uses its session; a page of another site cannot send it without a preflight. */
export const sessionHeader = 'x-hub-session'

/** Whether the request comes from a page of this origin, by the headers that the browser sets. */
function sameOrigin({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin') return false
  const { origin, host } = headers
  if (origin === undefined) return site === 'same-origin'
  return URL.canParse(origin) && new URL(origin).host === host
}

function cookieOf(request: IncomingMessage): string | null {
  const name = `${cookieName(request)}=`
  const found = (request.headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(name))
  const [only] = found
  return only === undefined || found.length > 1 ? null : only.slice(name.length)
}

/**
 * The `Authorization` of the request's session; undefined where the request does not use one. Throws UNAUTHENTICATED where it
 * does and there is none, or the page is not of this origin.
 */
export function sessionAuthorization(request: IncomingMessage): string | undefined {
  if (request.headers[sessionHeader] === undefined) return undefined
  const token = sameOrigin(request) ? cookieOf(request) : null
  if (token === null || token === '') throw unauthenticated()
  return `Bearer ${token}`
}

/**
 * `/console/session`: POST `{ token }` keeps the token in a cookie that no script can read, until it expires; GET answers when
 * that is (`expiresAt: null`: there is none); DELETE ends the session. Only for pages of this origin.
 */
export async function consoleSession(
  request: IncomingMessage,
  verifier: Verifier,
  limits: { bodyBytes: number; nesting: number },
): Promise<Answer> {
  if (!sameOrigin(request)) {
    throw hubError('BAD_REQUEST', ownPagesAlone, {
      extensions: { http: { status: 403 } },
    })
  }
  if (request.method === 'DELETE') return sessionAnswer(null, cookie(request, '', 0))
  if (request.method === 'GET') {
    const token = cookieOf(request)
    const caller = token === null ? anonymous : await verifier.verify(`Bearer ${token}`).catch(() => anonymous)
    return sessionAnswer(caller)
  }
  const body = await readJsonBody(request, limits)
  const token = typeof body === 'object' && body !== null && 'token' in body ? body.token : undefined
  if (typeof token !== 'string' || !/^[\w.-]+$/.test(token) || token.length > maxToken) throw unauthenticated()
  const caller = await verifier.verify(`Bearer ${token}`)
  const left = Math.floor((caller.expiresAt ?? 0) - Date.now() / 1000)
  if (left <= 0) throw unauthenticated()
  return sessionAnswer(caller, cookie(request, token, left))
}

const sessionAnswer = (caller: Caller | null, setCookie?: string): Answer => {
  const until = caller === null || isAnonymous(caller) ? null : caller.expiresAt
  const expiresAt = until === null ? null : new Date(until * 1000).toISOString()
  return jsonAnswer(200, { expiresAt }, setCookie === undefined ? {} : { 'set-cookie': setCookie })
}

function cookie(request: IncomingMessage, token: string, seconds: number): string {
  const secure = request.headers.origin?.startsWith('https:') === true ? '; Secure' : ''
  return `${cookieName(request)}=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}${secure}`
}
