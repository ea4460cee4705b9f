// Answers of the gateway outside GraphQL, and how they are sent.
import type { ServerResponse } from 'node:http'
import { codeExtensions, hubErrorIn, statusOfCode } from '../../access/error.ts'
import { maskedError } from '../graphql/mask.ts'
import type { Log } from '../log.ts'

/** A whole answer of the gateway. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
  /** Writes a stream instead of `body`, and ends the response. Never throws. */
  readonly pour?: (response: ServerResponse) => Promise<void>
}

export function jsonAnswer(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
    body: `${JSON.stringify(value)}\n`,
  }
}

interface Head {
  readonly status?: number
  readonly headers?: Iterable<readonly [string, string]>
}

/** The answer of a request that failed before or outside GraphQL, in the form of a GraphQL answer. */
export function errorAnswer(
  error: unknown,
  requestId: string,
  log: Log,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const masked = maskedError(error, requestId, log)
  const code = hubErrorIn(masked)?.code ?? 'INTERNAL'
  const challenge =
    code === 'UNAUTHENTICATED' ? { 'www-authenticate': 'Bearer realm="hub", error="invalid_token"' } : {}
  const { extensions } = masked
  const { http, ...said } = extensions as unknown as { http?: Head }
  const status = http?.status ?? statusOfCode(code)
  const body = { errors: [{ message: masked.message, extensions: said }] }
  const more = Object.fromEntries(http?.headers ?? [])
  return jsonAnswer(status < 400 ? 500 : status, body, { ...challenge, ...headers, ...more })
}

export function notFound(): Answer {
  const message = 'Không có trang này. · There is nothing here.'
  return jsonAnswer(404, { errors: [{ message, extensions: codeExtensions('NOT_FOUND') }] })
}

export function wrongMethod(allow: string): Answer {
  const message = `Chỉ nhận ${allow}. · Only ${allow} is taken here.`
  return jsonAnswer(405, { errors: [{ message, extensions: codeExtensions('BAD_REQUEST') }] }, { allow })
}

/** Headers of every answer. */
const always = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
}

/** Sends the answer. A client that has gone meanwhile is no failure. */
export function send(response: ServerResponse, answer: Answer, requestId: string, head: boolean): void {
  if (response.destroyed || response.writableEnded) return
  if (answer.pour !== undefined) {
    response.writeHead(answer.status, { ...always, ...answer.headers, 'x-request-id': requestId })
    return
  }
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body
  response.writeHead(answer.status, {
    ...always,
    ...answer.headers,
    'content-length': String(body.byteLength),
    'x-request-id': requestId,
  })
  response.end(head ? undefined : body)
}
