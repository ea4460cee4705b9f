/**
 * Settles at the first Ctrl-C or SIGTERM; another one a second later ends the process at once. A terminal and npm both hand
 * on the same Ctrl-C, so that one that follows at once is no second wish.
 */
export function untilSignal(): { readonly done: Promise<void>; readonly signal: AbortSignal; forget(): void } {
  const stop = new AbortController()
  let first = 0
  const heard = (): void => {
    if (!stop.signal.aborted) first = performance.now()
    else if (performance.now() - first > 1000) process.exit(130)
    stop.abort()
  }
  process.on('SIGINT', heard)
  process.on('SIGTERM', heard)
  return {
    done: new Promise((resolve) => stop.signal.addEventListener('abort', () => resolve(), { once: true })),
    signal: stop.signal,
    forget: () => {
      process.off('SIGINT', heard)
      process.off('SIGTERM', heard)
    },
  }
}
