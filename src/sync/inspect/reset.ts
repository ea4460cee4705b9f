import { StreamHalted } from './halt.ts'

/** Fewer known records than this that came back as others are no evidence of a source that was set back. */
const fewest = 10
const share = 0.5

/** Of the records of a page that the hub knows: how many there are, and how many came back as another or as an older one. */
export interface Comebacks {
  readonly known: number
  readonly reborn: number
  readonly older: number
}

export interface ResetGuard {
  /** Throws StreamHeld when the page, or the run so far, shows a source that was set back. A page is looked at as often as it is tried. */
  look(page: number, comebacks: Comebacks): void
}

/** `confirmed`: a person has seen it and let the source overwrite what is stored. */
export function openResetGuard(source: string, stream: string, confirmed: boolean): ResetGuard {
  const pages = new Map<number, Comebacks>()
  let before: Comebacks = { known: 0, reborn: 0, older: 0 }
  const isReset = ({ known, reborn, older }: Comebacks): boolean =>
    reborn + older >= fewest && reborn + older >= known * share
  return {
    look(page, comebacks) {
      if (confirmed) return
      // Only the last page may be tried again.
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
        `${source}: of ${shown.known} known records of ${stream}, ${shown.reborn} came back as others under the same key and ${shown.older} in an older version: the source seems to have been set back; nothing is overwritten until a person confirms (hub resume ${source})`,
      )
    },
  }
}

const sum = (one: Comebacks, other: Comebacks): Comebacks => ({
  known: one.known + other.known,
  reborn: one.reborn + other.reborn,
  older: one.older + other.older,
})
