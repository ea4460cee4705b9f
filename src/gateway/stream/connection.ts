// One event stream to a client: back pressure, and the end of a client that takes nothing.
import type { ServerResponse } from 'node:http'

/** One event stream to a client, from its reservation or its request on. */
export interface StreamConnection {
  /** Aborts when the client has gone. */
  readonly gone: AbortSignal
  /** Resolves when the client takes what is written now, when it has gone, or when the signal aborts. */
  room(signal: AbortSignal): Promise<void>
  /** Writes the messages as fast as the client takes them and ends the response. Never throws. */
  pour(messages: AsyncGenerator<string, void, undefined>, response: ServerResponse): Promise<void>
}

/** `stuckMs`: a client that takes nothing for this long is cut off. */
export function openConnection(stuckMs: number): StreamConnection {
  const gone = new AbortController()
  const waiting = new Set<() => void>()
  let response: ServerResponse | null = null
  const wake = (): void => {
    for (const one of waiting) one()
  }
  gone.signal.addEventListener('abort', wake)

  function drained(open: ServerResponse): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        open.off('drain', done)
        open.off('close', done)
        resolve()
      }
      const timer = setTimeout(() => open.destroy(), stuckMs)
      open.on('drain', done)
      open.on('close', done)
    })
  }

  return {
    gone: gone.signal,
    async room(signal) {
      while (!signal.aborted && !gone.signal.aborted && (response === null || response.writableNeedDrain)) {
        await new Promise<void>((resolve) => {
          const go = (): void => {
            waiting.delete(go)
            signal.removeEventListener('abort', go)
            resolve()
          }
          waiting.add(go)
          signal.addEventListener('abort', go)
        })
      }
    },
    async pour(messages, open) {
      const left = (): void => {
        gone.abort()
        messages.return().catch(() => undefined)
      }
      if (open.destroyed) return left()
      open.once('close', left)
      response = open
      wake()
      try {
        for await (const message of messages) {
          if (open.destroyed) break
          if (!open.write(message)) await drained(open)
          wake()
        }
      } catch {
        // A stream that fails ends here: its operations have sent the reason.
      } finally {
        open.end()
        gone.abort()
      }
    },
  }
}
