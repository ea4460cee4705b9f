// Reserved event streams, on which several operations of a client send their results.
import type { StreamConnection } from './connection.ts'

/** One event stream that a client has reserved. */
export interface Reservation {
  readonly owner: string
  readonly connection: StreamConnection
}

export interface Reservations {
  /** False when this client, or all together, have too many. */
  add(token: string, owner: string, connection: StreamConnection): boolean
  /** Null for an unknown token, and for another client's. */
  find(token: string, owner: string): Reservation | null
  /** The client has opened the event stream; `end` is called when `still` rejects. */
  fulfil(token: string, still: () => Promise<unknown>, end: () => void): void
  remove(token: string): void
  /** Ends the streams of clients that may no longer have them, and drops reservations that nobody has opened. */
  recheck(): Promise<void>
  close(): Promise<void>
}

export interface ReservationsOptions {
  readonly maxOfOwner: number
  readonly maxInAll: number
  /** Called for a dropped reservation: frees what is kept for it elsewhere. */
  readonly release: (token: string) => Promise<void>
}

/** How long a reservation waits for its stream, in milliseconds. */
const waitMs = 30_000

export function openReservations({ maxOfOwner, maxInAll, release }: ReservationsOptions): Reservations {
  interface Kept extends Reservation {
    readonly since: number
    stream: { readonly still: () => Promise<unknown>; readonly end: () => void } | null
  }
  const all = new Map<string, Kept>()

  return {
    add(token, owner, connection) {
      const own = [...all.values()].filter((one) => one.owner === owner).length
      if (all.size >= maxInAll || own >= maxOfOwner) return false
      all.set(token, { owner, connection, since: performance.now(), stream: null })
      return true
    },
    find(token, owner) {
      const found = all.get(token)
      return found?.owner === owner ? found : null
    },
    fulfil(token, still, end) {
      const found = all.get(token)
      if (found !== undefined) found.stream = { still, end }
    },
    remove: (token) => void all.delete(token),
    async recheck() {
      await Promise.all(
        [...all].map(async ([token, { stream, since }]) => {
          if (stream !== null) await stream.still().catch(() => stream.end())
          else if (performance.now() - since > waitMs) {
            all.delete(token)
            await release(token)
          }
        }),
      )
    },
    async close() {
      for (const [token, { stream }] of all) {
        if (stream === null) await release(token)
        else stream.end()
      }
    },
  }
}
