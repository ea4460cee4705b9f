// The signals that end a command.
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Settles at the first Ctrl-C, SIGTERM or SIGHUP; another one a second later ends the process at once. A terminal and npm both
 * pass on the same Ctrl-C, so a signal that follows at once is not a second request.
 */
export function untilSignal(): {
  readonly done: Promise<void>
  readonly signal: AbortSignal
  now(): void
  forget(): void
} {
  const stop = new AbortController()
  let first = 0
  const onSignal = (): void => {
    if (!stop.signal.aborted) first = performance.now()
    else if (performance.now() - first > 1000) process.exit(130)
    stop.abort()
  }
  for (const name of signals) process.on(name, onSignal)
  return {
    done: new Promise((resolve) => stop.signal.addEventListener('abort', () => resolve(), { once: true })),
    signal: stop.signal,
    now: () => stop.abort(),
    forget: () => {
      for (const name of signals) process.off(name, onSignal)
    },
  }
}
