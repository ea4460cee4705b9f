// The deadlines of one try: idle time and total time.
import { TransportFailure } from './failure.ts'

export interface Deadline {
  /** Aborts with the caller's reason, or with a SOURCE_UNAVAILABLE that names the limit. */
  readonly signal: AbortSignal
  /** Bytes have come: the idle time starts again. The total time does not. */
  progress(): void
  end(): void
}

/** The two deadlines of one try, in milliseconds: without any byte, and in total. `target` names it in messages. */
export function deadline(
  target: string,
  limits: { readonly idleMs: number; readonly totalMs: number },
  caller: AbortSignal | undefined,
): Deadline {
  const controller = new AbortController()
  const expire = (what: string): void =>
    controller.abort(new TransportFailure('SOURCE_UNAVAILABLE', `${target} ${what}`))
  const idle = setTimeout(() => expire(`sent nothing for ${limits.idleMs} ms`), limits.idleMs)
  const total = setTimeout(() => expire(`was not done in ${limits.totalMs} ms`), limits.totalMs)
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
