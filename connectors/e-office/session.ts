// A unit's login at the axis, and what the axis's error codes mean.
import { ConnectorFailure, TransportFailure } from '#connector'
import type { Context, FailureCode, TransportAnswer, TransportRequest } from '#connector'
import { member } from './axis-answer.ts'
import type { manifest } from './manifest.ts'

export type AxisContext = Context<typeof manifest>
export type Unit = AxisContext['settings']['units'][number]

/** One unit's way to the axis: logged in on first use, again when the token grows old, and once when it is refused. */
export interface Session {
  readonly unit: Unit
  exchange(request: Omit<TransportRequest, 'headers'>): Promise<TransportAnswer>
}

/** The token lives 30 minutes; it is renewed before. */
const renewAfter = 25 * 60_000

export const address = (context: AxisContext, path: string): string =>
  `${context.settings.url.replace(/\/+$/, '')}${path}`

export function openSession(context: AxisContext, unit: Unit): Session {
  let login: Promise<{ readonly token: string; readonly at: number }> | null = null
  let refused = false
  const current = () => {
    login ??= logIn(context, unit).then((token) => ({ token, at: context.now().getTime() }))
    return login
  }
  return {
    unit,
    async exchange(request) {
      const kept = login
      if (kept !== null && context.now().getTime() - (await kept).at > renewAfter && login === kept) login = null
      const used = current()
      const { token } = await used
      const send = (bearer: string) =>
        context.transport.exchange(
          {
            ...request,
            headers: {
              authorization: `Bearer ${bearer}`,
              'x-systemid': unit.systemId,
              'x-secretkey': unit.secretKey,
              ...(typeof request.body === 'string' ? { 'content-type': 'application/json' } : {}),
            },
          },
          context.signal,
        )
      try {
        return await send(token)
      } catch (error) {
        if (!(error instanceof TransportFailure) || error.status !== 401) throw error
        // Requests under way share the one new login.
        if (login === used) {
          if (refused) throw error
          refused = true
          login = null
        }
        return send((await current()).token)
      }
    },
  }
}

async function logIn(context: AxisContext, unit: Unit): Promise<string> {
  const { username, password, applicationCode } = unit
  const answer = await context.transport.exchange(
    {
      url: address(context, '/v1/auth/login?allow_anonymous=true'),
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password, applicationCode, otp: '', twoFactorProvider: '', typeObjs: [] }),
      expect: 'json',
      repeatable: true,
    },
    context.signal,
  )
  const body = answer.json()
  const token = member(member(body, 'data'), 'token')
  if (typeof token === 'string' && token !== '') return token
  const name = `units[${context.settings.units.indexOf(unit)}]`
  if (member(body, 'success') === false) {
    const code = errorCodeOf(body)
    throw new ConnectorFailure(
      code === '20' ? 'SOURCE_UNAVAILABLE' : 'CONFIG_INVALID',
      `The axis refused the login of ${name} (error code ${code}).`,
    )
  }
  throw new ConnectorFailure('SOURCE_CHANGED', `The login of ${name} answered no data.token.`)
}

/** The axis's error code as text; `unknown` where it gave none. */
export function errorCodeOf(body: unknown): string {
  const code = member(member(body, 'data'), 'errorCode') ?? member(body, 'errorCode')
  return typeof code === 'number' || (typeof code === 'string' && /^\w{1,20}$/.test(code)) ? String(code) : 'unknown'
}

/** Who acts on an error code: 15 wrong system id or secret, 19 not registered, 23 locked; 20 the axis itself. */
const actor: Readonly<Record<string, FailureCode>> = {
  15: 'CONFIG_INVALID',
  19: 'CONFIG_INVALID',
  23: 'CONFIG_INVALID',
  20: 'SOURCE_UNAVAILABLE',
}

export function failureOf(what: string, code: string): ConnectorFailure {
  return new ConnectorFailure(
    actor[code] ?? 'SOURCE_CHANGED',
    `${what} answered success: false with the error code ${code}.`,
  )
}

/** The list in an answer's `data`; the failure that its error code means, or SOURCE_CHANGED for another shape. */
export function listOf(what: string, body: unknown): readonly unknown[] {
  if (member(body, 'success') === false) throw failureOf(what, errorCodeOf(body))
  const list = member(body, 'data')
  const count = member(body, 'count')
  if (list === null && count === 0) return []
  if (!Array.isArray(list)) throw new ConnectorFailure('SOURCE_CHANGED', `${what} answered no list in data.`)
  if (typeof count === 'number' && count > list.length) {
    throw new ConnectorFailure('SOURCE_UNAVAILABLE', `${what} announced ${count} items and answered ${list.length}.`)
  }
  return list as readonly unknown[]
}
