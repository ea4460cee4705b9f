import type { FaultSource, StreamName } from './source.ts'

export interface Gate {
  /** Settles when a reader stands before it. */
  readonly reached: Promise<void>
  open(): void
}

/** The source answers everything but one page of one stream, once, until the gate is opened. */
export function gateBefore(source: FaultSource, stream: StreamName, page: number): Gate {
  let open = (): void => undefined
  let arrive = (): void => undefined
  const opened = new Promise<void>((resolve) => (open = resolve))
  const reached = new Promise<void>((resolve) => (arrive = resolve))
  let used = false
  source.quirks.between = async (asked, number) => {
    if (used || asked !== stream || number !== page) return
    used = true
    arrive()
    await opened
  }
  return { reached, open }
}
