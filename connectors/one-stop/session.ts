// An OpenID Connect session with the one-stop system.
import { ConnectorFailure, isObject, TransportFailure } from '#connector'
import type { Context } from '#connector'
import type { manifest } from './manifest.ts'

/** An OpenID Connect session of one run: its token lives here alone and ends with it. */
export interface Session {
  /**
   * The JSON that the service answers. Logs in first where there is no token or it is about to expire; a 401 is answered by
   * one new login, a second one by CONFIG_INVALID.
   */
  get(path: string, query: URLSearchParams): Promise<unknown>
}

interface Token {
  readonly text: string
  /** Milliseconds since 1970 from which it is no longer used. */
  readonly until: number
}

export function openSession(context: Context<typeof manifest>): Session {
  const base = context.settings.url.replace(/\/+$/, '')
  let token: Token | null = null

  const ask = async (path: string, query: URLSearchParams): Promise<unknown> => {
    if (token === null || context.now().getTime() >= token.until) token = await login(context)
    const url = `${base}${path}?${query}`
    const headers = { authorization: `Bearer ${token.text}`, accept: 'application/json' }
    return (await context.transport.exchange({ url, headers, expect: 'json' }, context.signal)).json()
  }

  return {
    get: async (path, query) => {
      try {
        return await ask(path, query)
      } catch (error) {
        // A login that was itself refused leaves no token: asking a second time would only lock the account.
        if (!isRefusal(error) || token === null) throw error
        token = null
      }
      try {
        return await ask(path, query)
      } catch (error) {
        if (!isRefusal(error) || token === null) throw error
        throw new ConnectorFailure(
          'CONFIG_INVALID',
          `${path} refuses a fresh token (HTTP 401): check the settings clientId and clientSecret and what that client may read`,
          { cause: error, status: 401 },
        )
      }
    },
  }
}

const isRefusal = (error: unknown): boolean => error instanceof TransportFailure && error.status === 401

async function login(context: Context<typeof manifest>): Promise<Token> {
  const { tokenUrl, clientId, clientSecret } = context.settings
  const asked = context.now().getTime()
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
  })
  const answer = await context.transport
    .exchange({ url: tokenUrl, method: 'POST', body, expect: 'json', accept: [400], repeatable: true }, context.signal)
    .catch((error: unknown) => {
      const status = error instanceof TransportFailure ? error.status : undefined
      if (status === 401 || status === 403) throw refused(status, '', error)
      throw error
    })
  const answered = answer.json()
  const said = isObject(answered) ? answered : null
  if (answer.status === 400) {
    // RFC 6749, 5.2: wrong credentials may come as 400 with a code, e.g. invalid_client.
    const code = said !== null && /^[a-z_]{1,40}$/.test(String(said['error'])) ? ` (${String(said['error'])})` : ''
    throw refused(400, code)
  }
  const text = said?.['access_token']
  const type = said?.['token_type']
  if (
    typeof text !== 'string' ||
    text === '' ||
    (type !== undefined && !(typeof type === 'string' && type.toLowerCase() === 'bearer'))
  ) {
    throw new ConnectorFailure(
      'SOURCE_CHANGED',
      'tokenUrl answered without a bearer token: expected access_token and token_type Bearer',
    )
  }
  const lifetime = typeof said?.['expires_in'] === 'number' ? said['expires_in'] : 60
  // Renewed a little early, so that a token does not end between our clock and theirs.
  return { text, until: asked + (lifetime - Math.min(30, lifetime / 5)) * 1000 }
}

const refused = (status: number, code: string, cause?: unknown): ConnectorFailure =>
  new ConnectorFailure(
    'CONFIG_INVALID',
    `The login at tokenUrl was refused${code}: check the settings tokenUrl, clientId and clientSecret`,
    { status, cause },
  )
