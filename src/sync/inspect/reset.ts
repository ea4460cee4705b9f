// Finds a source that was reset: many known records come back as others or in older versions.
import { StreamHalted } from './halt.ts'

/** Fewer records that came back as others than this are no evidence of a reset. */
const minRecords = 10
const minShare = 0.5

/** The known records of a page: how many there are, and how many came back as another record or in an older version. */
export interface Comebacks {
  readonly known: number
  readonly reborn: number
  readonly older: number
}

export interface ResetGuard {
  /** Throws StreamHalted when the page, or the run so far, shows a reset. A page that is tried again counts once. */
  look(page: number, comebacks: Comebacks): void
}

/** `confirmed`: a person has seen the reset and lets the source overwrite what is stored. */
export function openResetGuard(source: string, stream: string, confirmed: boolean): ResetGuard {
  const pages = new Map<number, Comebacks>()
  let before: Comebacks = { known: 0, reborn: 0, older: 0 }
  const isReset = ({ known, reborn, older }: Comebacks): boolean =>
    reborn + older >= minRecords && reborn + older >= known * minShare
  return {
    look(page, comebacks) {
      if (confirmed) return
      // Only the last page can be tried again.
      for (const [number, done] of pages) {
        if (number === page) continue
        before = sum(before, done)
        pages.delete(number)
      }
      pages.set(page, comebacks)
      const all = sum(before, comebacks)
      const shown = isReset(comebacks) ? comebacks : isReset(all) ? all : null
      if (shown === null) return
      throw new StreamHalted(
        'SOURCE_RESET',
        `${source}: of ${shown.known} known records of ${stream}, ${shown.reborn} came back as others under the same key and ${shown.older} in an older version: the source seems to have been reset; nothing is overwritten until a person confirms (hub resume ${source})`,
      )
    },
  }
}

const sum = (one: Comebacks, other: Comebacks): Comebacks => ({
  known: one.known + other.known,
  reborn: one.reborn + other.reborn,
  older: one.older + other.older,
})
