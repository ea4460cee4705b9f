// Sends the console's operations to the hub.

/** An operation that brought no data: `code` as the hub gave it, or NETWORK when the hub did not answer. */
export class AskFailure extends Error {
  override name = 'AskFailure'
  readonly code: string
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** By this header the hub knows a page's own request: only then it takes the session for a token. */
const SESSION_HEADER = { 'x-hub-session': 'console' } as const

/**
 * Sends one operation in the page's session and gives its data. Rejects with `AskFailure` when the hub cannot be reached or any part of the
 * answer is an error: a half answer would be drawn as if it were whole.
 */
export async function ask<Data>(query: string, variables: Record<string, unknown> = {}): Promise<Data> {
  const answer = await post(query, variables)
  const text = await answer.text().catch(() => '')
  const body = parseBody(text)
  const error = body.errors?.[0]
  if (error !== undefined) throw new AskFailure(error.extensions?.code ?? `HTTP_${answer.status}`, error.message)
  if (body.data == null) throw new AskFailure(`HTTP_${answer.status}`, text.slice(0, 200))
  return body.data as Data
}

async function post(query: string, variables: Record<string, unknown>): Promise<Response> {
  try {
    return await fetch('/graphql', {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...SESSION_HEADER },
      body: JSON.stringify({ query, variables }),
    })
  } catch (cause) {
    throw new AskFailure('NETWORK', cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

type Body = { data?: unknown; errors?: { message: string; extensions?: { code?: string } }[] }

function parseBody(text: string): Body {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
