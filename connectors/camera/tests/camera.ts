// What the tests of camera share: emulated and scripted devices, and reading from them.
import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Context, Page, RunningEmulator, SourceRecord } from '#connector'
import emulator from '../emulator/index.ts'
import camera from '../index.ts'
import { contextFor } from '../../../tests/kit/conformance/context.ts'
import { smallTown } from '../../../tests/kit/world/small-town.ts'

export type Stream = keyof typeof camera.manifest.streams

export type CameraContext = Context<typeof camera.manifest>

export const streams = Object.keys(camera.manifest.streams) as Stream[]

export const morning = new Date('2026-07-03T10:00:00+07:00')

const closing: (() => unknown)[] = []

/** Closes what the test opened, the last one first. */
export async function closeAll(): Promise<void> {
  for (const close of closing.splice(0).toReversed()) await close()
}

export async function emulated(size: number, now: () => Date = () => morning): Promise<RunningEmulator> {
  const running = await emulator({ town: smallTown, size, now })
  closing.push(() => running.close())
  return running
}

export function reading(
  running: Pick<RunningEmulator, 'settings' | 'hosts'>,
  now: () => Date = () => morning,
): CameraContext {
  const context = contextFor(camera as never, running, { now })
  closing.push(() => context.transport.close())
  return context as unknown as CameraContext
}

/** A server of the test's own, its host and the bodies that it was sent. */
export async function served(
  answer: (path: string, body: string, request: IncomingMessage) => Parameters<typeof reply>[1],
) {
  const bodies: string[] = []
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      bodies.push(body)
      reply(response, answer(request.url ?? '/', body, request))
    })
  }
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => (server.closeAllConnections(), new Promise((resolve) => server.close(resolve))))
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, bodies }
}

function reply(
  response: Parameters<RequestListener>[1],
  answer: { status?: number; headers?: Record<string, string>; body: string | Buffer } | 'hang up',
): void {
  if (answer === 'hang up') response.destroy()
  else if (answer.headers?.['x-delimited'] !== undefined) {
    response.socket?.end(`HTTP/1.0 200 OK\r\ncontent-type: application/soap+xml\r\n\r\n${String(answer.body)}`)
  } else response.writeHead(answer.status ?? 200, answer.headers).end(answer.body)
}

export async function pagesOf(
  context: CameraContext,
  stream: Stream,
  range: Parameters<typeof camera.read>[2] = { all: true },
) {
  const pages: Page[] = []
  for await (const page of camera.read(context, stream, range)) pages.push(page)
  return pages
}

export const recordsOf = (pages: readonly Page[]): SourceRecord[] => pages.flatMap(({ records }) => [...records])

export const outcomesOf = (context: CameraContext, stream: Stream, records: readonly SourceRecord[]) =>
  records.map((record) => camera.normalise[stream](record, context.settings))

export const failureOf = async (work: Promise<unknown>): Promise<Record<string, unknown>> => {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  return { ...(error as object), message: (error as Error | null)?.message }
}
