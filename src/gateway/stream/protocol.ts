// What the library of the event stream protocol needs around it.
import type { IncomingMessage } from 'node:http'
import type { Request as SseRequest } from 'graphql-sse'
import { hubError } from '../../access/error.ts'
import { nestsDeeper } from '../graphql/nesting.ts'

export const refused = (status: number, message: string): Error =>
  hubError('BAD_REQUEST', message, { extensions: { http: { status } } })

/** The `accept` that the library gets, because it knows exact types alone. Null: the client accepts nothing that this path gives. */
export function acceptOf(request: IncomingMessage, reserved: boolean): string | null {
  const accept = request.headers.accept ?? '*/*'
  if (accept.includes('text/event-stream')) return 'text/event-stream'
  if (reserved) return '*/*'
  return accept.includes('*/*') ? 'text/event-stream' : null
}

export function fromSearch(params: URLSearchParams, nesting: number): Record<string, unknown> {
  const json = (name: string): unknown => {
    const text = params.get(name)
    if (text === null) return undefined
    if (nestsDeeper(text, nesting, 'json')) throw refused(400, 'The request nests too deep.')
    try {
      return JSON.parse(text, (member, value: unknown) => (member === '__proto__' ? undefined : value))
    } catch {
      throw refused(400, `${name} is not JSON.`)
    }
  }
  return {
    query: params.get('query') ?? undefined,
    operationName: params.get('operationName') ?? undefined,
    documentId: params.get('documentId') ?? undefined,
    variables: json('variables'),
    extensions: json('extensions'),
  }
}

/** The request as the library reads it: always a POST with a body; the real method decides about mutations elsewhere. */
export function sseRequest<Visit extends { readonly request: IncomingMessage }>(
  method: string,
  url: string,
  accept: string,
  body: Record<string, unknown> | undefined,
  context: Visit,
): SseRequest<IncomingMessage, Visit> {
  const headers: Readonly<Record<string, string>> = { accept, 'content-type': 'application/json' }
  return {
    method: body === undefined ? method : 'POST',
    url,
    headers: { get: (name) => headers[name.toLowerCase()] ?? null },
    body: body ?? null,
    raw: context.request,
    context,
  }
}

/** One result as an event: the library treats an answer without data as none at all. */
export async function* once<Result>(result: Result): AsyncGenerator<Result> {
  yield result
}

/** The same results; calls `over` once when they have ended, in whatever way. */
export function counted<Result>(results: AsyncGenerator<Result>, over: () => void): AsyncGenerator<Result> {
  let isOver = false
  const end = (): void => {
    if (!isOver) over()
    isOver = true
  }
  const settled = async (step: Promise<IteratorResult<Result>>): Promise<IteratorResult<Result>> => {
    try {
      const result = await step
      if (result.done === true) end()
      return result
    } catch (error) {
      end()
      throw error
    }
  }
  return {
    next: () => settled(results.next()),
    return(value) {
      end()
      return results.return(value)
    },
    throw(error) {
      end()
      return results.throw(error)
    },
    [Symbol.asyncIterator]() {
      return this
    },
    async [Symbol.asyncDispose]() {
      end()
      await results.return(undefined)
    },
  }
}
