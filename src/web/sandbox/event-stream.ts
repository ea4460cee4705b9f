// Reads the results of a subscription from its stream.
import type { ExecutionResult } from 'graphql'

/**
 * The results of a subscription as the stream brings them (server-sent events, one connection an operation): `next` carries
 * a result, `complete` ends it. Leaving the loop closes the connection, and so does `return`, also while a result is awaited.
 */
export function readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ExecutionResult> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader()
  const results = resultsOf(reader)
  const end = results.return.bind(results)
  results.return = async (value) => {
    await reader.cancel().catch(() => undefined)
    return end(value)
  }
  return results
}

async function* resultsOf(reader: ReadableStreamDefaultReader<string>): AsyncGenerator<ExecutionResult> {
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      rest += value
      const blocks = rest.split(/\r?\n\r?\n/)
      rest = blocks.pop() ?? ''
      for (const block of blocks) {
        const event = fieldOf(block, 'event')
        if (event === 'complete') return
        if (event === 'next') yield JSON.parse(fieldOf(block, 'data')) as ExecutionResult
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

function fieldOf(block: string, name: string): string {
  return block
    .split(/\r?\n/)
    .filter((line) => line.startsWith(`${name}:`))
    .map((line) => line.slice(name.length + 1).replace(/^ /, ''))
    .join('\n')
}
