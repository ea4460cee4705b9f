// Repeats what fails because the database is unavailable for a moment.
import { setTimeout as sleep } from 'node:timers/promises'
import { TransportFailure } from '../transport/failure.ts'

const waits = [50, 100, 200, 400, 800, 1600] as const

/**
 * Whether an error of the database is transient and no bug: a deadlock, a serialization failure, a lock that was not
 * granted, a connection that broke or could not be opened, a server that starts, stops or is full. SQLSTATE codes:
 * PostgreSQL, appendix A.
 */
function isTransient(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof TransportFailure) return false
  const { code } = error as Error & { code?: unknown }
  if (typeof code === 'string') {
    return (
      /^(08|53)...$/.test(code) ||
      ['40001', '40P01', '55P03', '57P01', '57P02', '57P03', '57P05', '25006', '25P03', '58030'].includes(code) ||
      ['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'ENOENT', 'ENOTFOUND', 'EAI_AGAIN'].includes(code)
    )
  }
  return /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/.test(
    error.message,
  )
}

/** The database stayed unavailable through all tries. `cause` is the last error. */
export class DatabaseUnavailable extends Error {
  constructor(cause: unknown) {
    super('database unavailable', { cause })
    this.name = 'DatabaseUnavailable'
  }
}

/**
 * What `act` answers. A transient error is retried six times within about three seconds; after that this throws
 * DatabaseUnavailable. Only for acts that are safe to repeat when the answer to their commit was lost.
 */
export async function retryTransient<T>(act: () => Promise<T>): Promise<T> {
  for (let tried = 0; ; tried += 1) {
    try {
      return await act()
    } catch (error) {
      if (!isTransient(error)) throw error
      const wait = waits[tried]
      if (wait === undefined) throw new DatabaseUnavailable(error)
      await sleep(wait)
    }
  }
}
