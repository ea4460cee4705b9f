/** Settles at the first Ctrl-C or SIGTERM; a second one ends the process at once, as whoever sends it expects. */
export function untilSignal(): { readonly done: Promise<void>; readonly signal: AbortSignal; forget(): void } {
  const stop = new AbortController()
  const heard = (): void => {
    if (stop.signal.aborted) process.exit(130)
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
