// Gets development tokens from the hub and renews them in time.

/** What a development token is asked for; `agency` null means a caller without an agency. */
export type TokenRequest = { scope: string; agency: string | null; purposes: readonly string[] }
export type Token = { token: string; expiresAt: string }

export type TokenKeeper = {
  /** A token that lives for at least a minute more; minted again when the kept one does not. */
  current(): Promise<Token>
  /** Forgets the kept token: the server refused it. */
  drop(): void
}

const LIFETIME_SECONDS = 15 * 60
const MARGIN_SECONDS = 60

/** The hub has no development issuer (or it is switched off): tokens come from the province's own. */
export class NoDevelopmentIssuer extends Error {
  override name = 'NoDevelopmentIssuer'
}

/**
 * Keeps one token and renews it before it expires, counted from the moment of minting, so that a browser whose clock is
 * wrong renews in time too. Calls at the same time share one minting. `now` is in milliseconds and only ever grows.
 */
export function keepToken(
  request: TokenRequest,
  mint: (request: TokenRequest, ttl: string) => Promise<Token>,
  now: () => number,
): TokenKeeper {
  let kept: Promise<Token> | null = null
  let freshUntil = 0
  return {
    current() {
      if (kept !== null && now() < freshUntil) return kept
      freshUntil = now() + (LIFETIME_SECONDS - MARGIN_SECONDS) * 1000
      const minting = mint(request, `${LIFETIME_SECONDS / 60}m`)
      kept = minting
      minting.catch(() => {
        if (kept === minting) kept = null
      })
      return minting
    },
    drop() {
      kept = null
    },
  }
}

/** Asks the development issuer of this origin. Rejects with `NoDevelopmentIssuer` when there is none. */
export async function mintToken(request: TokenRequest, ttl: string): Promise<Token> {
  const answer = await fetch('/dev/token', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      scope: request.scope,
      ...(request.agency === null ? {} : { agency: request.agency }),
      purposes: request.purposes,
      ttl,
    }),
  })
  if ([403, 404, 405].includes(answer.status)) throw new NoDevelopmentIssuer(`/dev/token: HTTP ${answer.status}`)
  if (!answer.ok) throw new Error(`/dev/token: HTTP ${answer.status}`)
  const body: unknown = await answer.json()
  if (!isToken(body)) throw new Error('/dev/token: neither token nor expiresAt in the answer')
  return body
}

function isToken(body: unknown): body is Token {
  return (
    typeof body === 'object' &&
    body !== null &&
    'token' in body &&
    typeof body.token === 'string' &&
    'expiresAt' in body &&
    typeof body.expiresAt === 'string'
  )
}
