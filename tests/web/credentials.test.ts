// The console's session.
import { afterEach, expect, it, vi } from 'vitest'
import { openCredentials } from '../../src/web/console/credentials.ts'

afterEach(() => vi.unstubAllGlobals())

/** A hub without an issuer of its own: sessions open with `good` at once, with `bad` when set to refuse it. */
function openHub() {
  const waiting: (() => void)[] = []
  const sent: { path: string; headers: Record<string, string>; body: string }[] = []
  let session: string | null = null
  vi.stubGlobal('fetch', async (path: string, { method = 'GET', headers = {}, body = '' }) => {
    sent.push({ path, headers, body })
    if (path === '/dev/token') return new Response('', { status: 404 })
    if (path === '/console/session') {
      if (method === 'GET') return Response.json({ expiresAt: session === null ? null : '2026-01-01T00:00:00Z' })
      if (method === 'DELETE') session = null
      else if ((JSON.parse(body) as { token: string }).token !== 'good') {
        await new Promise<void>((resolve) => waiting.push(resolve))
        return new Response('{}', { status: 401 })
      } else session = 'good'
      return Response.json({ expiresAt: null })
    }
    if (session !== null) return Response.json({ data: { good: true } })
    return Response.json({ errors: [{ message: 'no', extensions: { code: 'UNAUTHENTICATED' } }] }, { status: 401 })
  })
  return { waiting, sent, keep: () => (session = 'good'), lose: () => (session = null) }
}

it('a refusal of the token before that comes late does not take away the one that was pasted since', async () => {
  const { waiting } = openHub()
  const credentials = openCredentials()
  credentials.paste('bad')
  const early = credentials.ask('{ a }')
  await vi.waitFor(() => expect(waiting).toHaveLength(1), { timeout: 60_000 })
  credentials.paste('good')
  await vi.waitFor(() => expect(credentials.state()).toBe('open'), { timeout: 60_000 })
  waiting[0]!()
  await expect(early).resolves.toEqual({ good: true })
  expect(credentials.state()).toBe('open')
})

it('a refused token is said to be refused, and another is asked for', async () => {
  const { waiting } = openHub()
  const credentials = openCredentials()
  credentials.paste('bad')
  const asked = credentials.ask('{ a }')
  await vi.waitFor(() => expect(waiting).toHaveLength(1), { timeout: 60_000 })
  waiting[0]!()
  await expect(asked).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  expect(credentials.state()).toBe('asking')
  await expect(credentials.ask('{ a }')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  credentials.paste('good')
  await expect(credentials.ask('{ a }')).resolves.toEqual({ good: true })
})

it('the token goes to the hub once, and no operation carries it', async () => {
  const { sent } = openHub()
  const credentials = openCredentials()
  credentials.paste('good')
  await credentials.ask('{ a }')
  await credentials.ask('{ b }')
  expect(sent.filter(({ body, headers }) => JSON.stringify({ body, headers }).includes('good'))).toHaveLength(1)
  expect(sent.at(-1)?.headers).toMatchObject({ 'x-hub-session': 'console' })
})

it('a session from before goes on, until it is over', async () => {
  const { keep, lose } = openHub()
  keep()
  const credentials = openCredentials()
  await expect(credentials.ask('{ a }')).resolves.toEqual({ good: true })
  expect(credentials.state()).toBe('open')
  lose()
  await expect(credentials.ask('{ a }')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  expect(credentials.state()).toBe('asking')
})

it('without a session and without an issuer a token is asked for', async () => {
  openHub()
  const credentials = openCredentials()
  await expect(credentials.ask('{ a }')).rejects.toMatchObject({ code: 'NO_TOKEN' })
  expect(credentials.state()).toBe('asking')
})
