// The answers for the browser pages and their files.
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'

export type PageRequest = { path: string; acceptEncoding?: string | undefined }
export type PageAnswer = { status: 200 | 404; headers: Record<string, string>; body: Buffer }

/**
 * The console's policy bears no exception. The sandbox needs inline styles: its editor (Monaco) writes `<style>` elements
 * and style attributes while it draws. Scripts come from the origin alone on both pages; `data:` images are the
 * editor's squiggles and icons.
 */
export const CONTENT_SECURITY_POLICY = {
  sandbox: policy("'self' 'unsafe-inline'", "'self' data:"),
  console: policy("'self'", "'self' data:"),
} as const

const CONTENT_TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.ttf': 'font/ttf',
  '.png': 'image/png',
}

/**
 * The answer to a GET of a page or of one of its files (`/sandbox`, `/console`, `/<page>/assets/…`) from a folder that
 * `buildPages` filled; null for a path that belongs to no page. Files with a content hash in their name may be kept for
 * ever, the page itself is asked for again.
 */
export async function answerPage(outDir: string, request: PageRequest): Promise<PageAnswer | null> {
  const match = /^\/(sandbox|console)(?:\/?|\/assets\/([\w.-]+))$/.exec(request.path)
  if (match === null) return null
  const page = match[1] === 'sandbox' ? 'sandbox' : 'console'
  const asset = match[2]
  const file = asset === undefined ? join(outDir, page, 'index.html') : join(outDir, page, 'assets', asset)
  const headers: Record<string, string> = {
    'content-security-policy': CONTENT_SECURITY_POLICY[page],
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
  }
  for (const [encoding, suffix] of encodings(request.acceptEncoding)) {
    const body = await readFile(file + suffix).catch(() => null)
    if (body === null) continue
    headers['content-type'] = CONTENT_TYPES[extname(file)] ?? 'application/octet-stream'
    headers['cache-control'] = asset === undefined ? 'no-cache' : 'public, max-age=31536000, immutable'
    headers['vary'] = 'accept-encoding'
    if (encoding !== null) headers['content-encoding'] = encoding
    return { status: 200, headers, body }
  }
  headers['content-type'] = 'text/plain; charset=utf-8'
  return { status: 404, headers, body: Buffer.from('Not found\n') }
}

function encodings(accept = ''): [encoding: string | null, suffix: string][] {
  const accepted = new Set(accept.split(',').map((item) => item.trim().replace(/;\s*q=0(\.0+)?$/, '-refused')))
  const found: [string | null, string][] = []
  for (const part of accepted) if (/^br($|;)/.test(part)) found.push(['br', '.br'])
  for (const part of accepted) if (/^gzip($|;)/.test(part)) found.push(['gzip', '.gz'])
  return [...found, [null, '']]
}

function policy(styles: string, images: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src ${styles}`,
    `img-src ${images}`,
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}
