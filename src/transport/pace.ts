// The pace of one source: exchanges at a time and exchanges a second.
import type { Wait } from './retry.ts'

export interface Pace {
  /** Runs `task` once its turn comes. Rejects at once when the signal aborts. */
  run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T>
}

/** At most `concurrency` tasks at a time and `perSecond` starts a second; without limits every task runs at once. `now` in milliseconds. */
export function pacing(
  limits: { readonly concurrency?: number | undefined; readonly perSecond?: number | undefined },
  now: () => number,
  wait: Wait,
): Pace {
  const { concurrency = Infinity, perSecond } = limits
  const waiting: (() => void)[] = []
  let running = 0
  let nextStart = 0

  const turn = async (signal?: AbortSignal): Promise<void> => {
    signal?.throwIfAborted()
    if (running < concurrency) {
      running++
      return
    }
    await new Promise<void>((resolve, reject) => {
      const begin = (): void => {
        signal?.removeEventListener('abort', leave)
        resolve()
      }
      const leave = (): void => {
        waiting.splice(waiting.indexOf(begin), 1)
        reject(signal!.reason as Error)
      }
      signal?.addEventListener('abort', leave, { once: true })
      waiting.push(begin)
    })
  }
  const done = (): void => {
    const next = waiting.shift()
    if (next === undefined) running--
    else next() // the next task takes over the turn
  }
  return {
    async run(task, signal) {
      await turn(signal)
      try {
        if (perSecond !== undefined) {
          const start = Math.max(now(), nextStart)
          nextStart = start + 1000 / perSecond
          if (start > now()) await wait(start - now(), signal)
        }
        return await task()
      } finally {
        done()
      }
    },
  }
}
