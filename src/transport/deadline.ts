import { TransportFailure } from './failure.ts'

export interface Deadline {
  /** Aborts with the caller's reason, or with a SOURCE_UNAVAILABLE that tells which limit was over. */
  readonly signal: AbortSignal
  /** Bytes have come: the idle time begins anew. The total time does not. */
  progress(): void
  end(): void
}

/** The two deadlines of one try, in milliseconds: without any byte, and altogether. */
export function deadline(
  target: string,
  limits: { readonly idleMs: number; readonly totalMs: number },
  caller: AbortSignal | undefined,
): Deadline {
  const controller = new AbortController()
  const over = (what: string): void => controller.abort(new TransportFailure('SOURCE_UNAVAILABLE', `${target} ${what}`))
  const idle = setTimeout(() => over(`sent nothing for ${limits.idleMs} ms`), limits.idleMs)
  const total = setTimeout(() => over(`was not done in ${limits.totalMs} ms`), limits.totalMs)
  const aborted = (): void => controller.abort(caller!.reason)
  if (caller?.aborted === true) aborted()
  caller?.addEventListener('abort', aborted, { once: true })
  return {
    signal: controller.signal,
    progress: () => void idle.refresh(),
    end() {
      clearTimeout(idle)
      clearTimeout(total)
      caller?.removeEventListener('abort', aborted)
    },
  }
}
