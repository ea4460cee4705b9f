// Reads requests and writes answers of the emulator, good ones and the bad ones that it is asked for.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RunningEmulator } from '#connector'

export type Behaviour = Parameters<RunningEmulator['behave']>[0]

export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

export function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string | string[]>>,
  body: string,
): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body)
}

export const json = (response: ServerResponse, status: number, value: unknown): void =>
  send(response, status, { 'content-type': 'application/json' }, JSON.stringify(value))

/** Answers as the behaviour says, in the kind that the connector asks for. */
export function misbehave(behaviour: Behaviour, response: ServerResponse, kind: 'json' | 'xml'): void {
  const statuses: Readonly<Record<string, number>> = {
    unauthorised: 401,
    forbidden: 403,
    throttled: 429,
    unavailable: 503,
  }
  if (behaviour === 'html') {
    const page = '<!DOCTYPE html><html><head><title>Đăng nhập</title></head><body><form></form></body></html>'
    return send(response, 200, { 'content-type': 'text/html; charset=utf-8' }, page)
  }
  const status = statuses[behaviour] ?? 200
  const headers: Record<string, string> = status === 429 ? { 'retry-after': '7' } : {}
  if (kind === 'json')
    return send(response, status, { ...headers, 'content-type': 'application/json' }, '{"status":"ok"}')
  const type = { 'content-type': 'application/soap+xml; charset=utf-8' }
  send(response, status, { ...headers, ...type }, '<?xml version="1.0"?><answer><status>ok</status></answer>')
}
