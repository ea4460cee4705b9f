// A call that ends a wait: it is remembered when nobody waits.

export interface Bell {
  /** Whether it was rung since `silence`. */
  readonly rung: boolean
  /** Ends the wait that is going. Safe to repeat. */
  ring(): void
  silence(): void
  /** Settles after that many milliseconds, or when the bell rings. */
  wait(milliseconds: number): Promise<void>
}

export function openBell(): Bell {
  let rung = false
  let end: (() => void) | null = null
  return {
    get rung() {
      return rung
    },
    ring() {
      rung = true
      end?.()
    },
    silence() {
      rung = false
    },
    wait: (milliseconds) =>
      new Promise<void>((resolve) => {
        const timer = setTimeout(done, milliseconds)
        end = done
        function done(): void {
          clearTimeout(timer)
          end = null
          resolve()
        }
      }),
  }
}
