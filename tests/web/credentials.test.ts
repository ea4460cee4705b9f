import { afterEach, expect, it, vi } from 'vitest'
import { openCredentials } from '../../src/web/console/credentials.ts'

afterEach(() => vi.unstubAllGlobals())

const refusal = { errors: [{ message: 'no', extensions: { code: 'UNAUTHENTICATED' } }] }

it('a refusal of the token before that comes late does not take away the one that was pasted since', async () => {
  const waiting: (() => void)[] = []
  const used: string[] = []
  vi.stubGlobal('fetch', async (_path: string, { headers }: { headers: { authorization: string } }) => {
    used.push(headers.authorization)
    if (headers.authorization === 'Bearer good') return new Response('{"data":{"good":true}}')
    await new Promise<void>((resolve) => waiting.push(resolve))
    return new Response(JSON.stringify(refusal), { status: 401 })
  })
  const credentials = openCredentials()
  credentials.paste('bad')
  const asked = [credentials.ask('{ a }'), credentials.ask('{ b }')]
  await vi.waitFor(() => expect(waiting).toHaveLength(2))
  waiting[0]!()
  await expect(asked[0]).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  expect(credentials.state()).toBe('asking')
  credentials.paste('good')
  waiting[1]!()
  await expect(asked[1]).resolves.toEqual({ good: true })
  expect(credentials.state()).toBe('pasted')
  expect(used).toEqual(['Bearer bad', 'Bearer bad', 'Bearer good'])
})
