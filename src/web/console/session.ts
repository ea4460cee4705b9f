// Opens and closes the console's session at the hub.
import { AskFailure } from './ask.ts'

const PATH = '/console/session'

/**
 * Hands the token to the hub, which keeps it in a cookie that no script reads; this page keeps none. Rejects with `AskFailure`
 * UNAUTHENTICATED when it is refused.
 */
export async function openSession(token: string): Promise<void> {
  const answer = await send('POST', JSON.stringify({ token }))
  if (!answer.ok) throw new AskFailure(answer.status === 401 ? 'UNAUTHENTICATED' : `HTTP_${answer.status}`, PATH)
}

/** Whether this browser still has a session from before. */
export async function hasSession(): Promise<boolean> {
  const answer = await send('GET')
  const body: unknown = answer.ok ? await answer.json().catch(() => null) : null
  return typeof body === 'object' && body !== null && 'expiresAt' in body && typeof body.expiresAt === 'string'
}

export async function endSession(): Promise<void> {
  await send('DELETE')
}

async function send(method: string, body?: string): Promise<Response> {
  try {
    const content = body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body }
    return await fetch(PATH, { method, credentials: 'same-origin', ...content })
  } catch (cause) {
    throw new AskFailure('NETWORK', cause instanceof Error ? cause.message : String(cause), { cause })
  }
}
