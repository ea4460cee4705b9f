import { randomBytes } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import { notFound } from './answer.ts'
import type { Answer } from './answer.ts'
import { indexPage, preparingPage, stylesheet } from './plain-page.ts'

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
}

/** The text in a built page that gives way to the nonce of its answer (Vite's `html.cspNonce`). */
const noncePlace = /__CSP_NONCE__/g

/**
 * What a page may load: its own origin and nothing else. Style elements that its code makes bear the nonce of the answer;
 * style attributes are allowed, as editors place their lines with them; no script is ever inline.
 */
function contentSecurityPolicy(nonce: string | null): string {
  const style =
    nonce === null ? "style-src 'self'" : `style-src 'self' 'nonce-${nonce}'; style-src-attr 'unsafe-inline'`
  return [
    "default-src 'none'",
    "script-src 'self'",
    style,
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/**
 * The static pages: `/`, `/sandbox`, `/console` and their files from `folder` (a Vite build: `sandbox/index.html` or
 * `sandbox.html`, `assets/…`). While a page is not built, one that reloads itself stands in its place. Null for a path that
 * is no page's.
 */
export async function page(folder: string | null, path: string): Promise<Answer | null> {
  if (path === '/') return plain(200, indexPage())
  if (path === '/hub.css') return file('/hub.css', Buffer.from(stylesheet), false)
  const name = /^\/(sandbox|console)(?=\/|$)/.exec(path)?.[1]
  if (name === undefined && !path.startsWith('/assets/') && path !== '/favicon.ico' && path !== '/favicon.svg')
    return null
  const found = folder === null ? null : await readWithin(folder, path)
  if (found !== null && extname(path) !== '') return file(path, found, path.startsWith('/assets/'))
  if (name === undefined || /\.\w+$/.test(path)) return notFound()
  const built =
    folder === null
      ? null
      : ((await readWithin(folder, `/${name}/index.html`)) ?? (await readWithin(folder, `/${name}.html`)))
  return built === null ? plain(503, preparingPage(name), { 'retry-after': '3' }) : document(built)
}

async function readWithin(folder: string, path: string): Promise<Buffer | null> {
  let name: string
  try {
    name = decodeURIComponent(path)
  } catch {
    return null
  }
  if (/[\0\\]/.test(name)) return null
  const whole = normalize(join(folder, name))
  if (!whole.startsWith(normalize(folder) + sep)) return null
  const found = await stat(whole).catch(() => null)
  return found?.isFile() === true ? readFile(whole) : null
}

function file(path: string, body: Buffer, named: boolean): Answer {
  return {
    status: 200,
    headers: {
      'content-type': contentTypes[extname(path).toLowerCase()] ?? 'application/octet-stream',
      'cache-control': named ? 'public, max-age=31536000, immutable' : 'no-cache',
      'content-security-policy':
        "default-src 'none'; style-src 'self'; worker-src 'self' blob:; connect-src 'self'; script-src 'self'; sandbox allow-scripts allow-same-origin",
    },
    body,
  }
}

function document(built: Buffer): Answer {
  const nonce = randomBytes(16).toString('base64')
  return {
    status: 200,
    headers: htmlHeaders(contentSecurityPolicy(nonce)),
    body: built.toString('utf8').replace(noncePlace, nonce),
  }
}

function plain(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers: { ...htmlHeaders(contentSecurityPolicy(null)), ...headers }, body }
}

const htmlHeaders = (policy: string) => ({
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': policy,
  'x-frame-options': 'DENY',
})
