// The pages of the hub: the plain ones, and the built ones once they are ready.
import { errorsPath } from '../../access/error.ts'
import { notFound } from './answer.ts'
import type { Answer } from './answer.ts'
import { errorsPage, indexPage, preparingPage, stylesheet } from './plain-page.ts'

/** The built pages and their files, with their own policies; null for a path that belongs to no page. */
export type BuiltPages = (request: {
  readonly path: string
  readonly acceptEncoding: string | undefined
}) => Promise<Answer | null>

/** These pages load a stylesheet of this origin and nothing else. */
const policy = [
  "default-src 'none'",
  "style-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** `/`, the error codes and the built pages; until a page is built, a page that reloads itself is served instead. */
export async function page(
  built: BuiltPages | null,
  path: string,
  acceptEncoding: string | undefined,
): Promise<Answer | null> {
  if (path === '/') return plain(200, indexPage())
  if (path === errorsPath) return plain(200, errorsPage())
  if (path === '/hub.css') {
    return {
      status: 200,
      headers: {
        'content-type': 'text/css; charset=utf-8',
        'cache-control': 'no-cache',
        'content-security-policy': policy,
      },
      body: stylesheet,
    }
  }
  const name = /^\/(sandbox|console)\/?$/.exec(path)?.[1]
  const found = built === null ? null : await built({ path, acceptEncoding })
  if (found !== null && found.status !== 404) return found
  if (name !== undefined) return plain(503, preparingPage(name), { 'retry-after': '3' })
  return found === null ? null : notFound()
}

const plain = (status: number, body: string, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': policy,
    'x-frame-options': 'DENY',
    ...headers,
  },
  body,
})
