// Circuit breakers, one for each host: a host that fails in a row is not asked for a while.
import { BrokenCircuitError, circuitBreaker, ConsecutiveBreaker, handleWhen } from 'cockatiel'
import { TransportFailure } from './failure.ts'

export interface BreakerOptions {
  /** Failures in a row that open the breaker. Default 8. */
  readonly failures?: number
  /** How long it stays open; then one exchange probes the host. Milliseconds, default 30 s. */
  readonly restMs?: number
}

export interface HostBreaker {
  /** What `act` answers; SOURCE_UNAVAILABLE at once while the breaker is open (see `isCircuitOpen`). */
  execute<T>(act: () => Promise<T>): Promise<T>
}

/** The breaker of each host, closed at first. Only SOURCE_UNAVAILABLE counts, and no 429: a throttling source works. */
export function openBreakers({ failures = 8, restMs = 30_000 }: BreakerOptions): (host: string) => HostBreaker {
  const byHost = new Map<string, HostBreaker>()
  return (host) => {
    const known = byHost.get(host)
    if (known !== undefined) return known
    const opened = openBreaker(host, failures, restMs)
    byHost.set(host, opened)
    return opened
  }
}

function openBreaker(host: string, failures: number, restMs: number): HostBreaker {
  const policy = circuitBreaker(
    handleWhen(
      (error) => error instanceof TransportFailure && error.code === 'SOURCE_UNAVAILABLE' && error.status !== 429,
    ),
    { halfOpenAfter: restMs, breaker: new ConsecutiveBreaker(failures) },
  )
  let openedAt = 0
  policy.onBreak(() => {
    openedAt = Date.now()
  })
  return {
    async execute(act) {
      try {
        return await policy.execute(act)
      } catch (cause) {
        if (!(cause instanceof BrokenCircuitError)) throw cause
        const seconds = Math.max(0, Math.ceil((openedAt + restMs - Date.now()) / 1000))
        const message = `circuit breaker open for ${host} after ${failures} failures, retrying in ${seconds} s`
        throw new TransportFailure('SOURCE_UNAVAILABLE', message, { cause })
      }
    },
  }
}

/** Whether the failure came from an open breaker and not from the host: repeating it is useless. */
export const isCircuitOpen = (error: TransportFailure): boolean => error.cause instanceof BrokenCircuitError
