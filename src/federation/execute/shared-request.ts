// Shares equal requests that are under way.
interface Going<T> {
  readonly value: Promise<T>
  readonly stop: AbortController
  waiting: number
  /** Whether a second one ever waited for it. */
  joined: boolean
}

/** Does equal work that is asked for at the same time once. `alone` says whether nobody else got the same value. */
export type Shared<T> = (
  label: string,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
) => Promise<{ readonly value: T; readonly alone: boolean }>

/** Work is aborted when all that wait for it have left; one that leaves gets its own signal's reason at once. */
export function openShared<T>(): Shared<T> {
  const going = new Map<string, Going<T>>()

  return async (label, signal, work) => {
    signal.throwIfAborted()
    let one = going.get(label)
    if (one === undefined) {
      const stop = new AbortController()
      one = { value: work(stop.signal), stop, waiting: 0, joined: false }
      const begun = one
      going.set(label, begun)
      const forget = (): void => {
        if (going.get(label) === begun) going.delete(label)
      }
      begun.value.then(forget, forget)
    } else one.joined = true
    const mine = one
    mine.waiting += 1
    let left = (): void => {}
    try {
      const gone = new Promise<never>((_resolve, reject) => {
        left = () => reject(signal.reason as Error)
        signal.addEventListener('abort', left, { once: true })
      })
      const value = await Promise.race([mine.value, gone])
      return { value, alone: !mine.joined }
    } finally {
      signal.removeEventListener('abort', left)
      mine.waiting -= 1
      if (mine.waiting === 0) {
        going.delete(label)
        mine.stop.abort()
      }
    }
  }
}
