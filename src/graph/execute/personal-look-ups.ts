// The look-ups by personal values of one operation: who may make them, and what the access log records.
import { type Caller, isPurposeAllowed } from '../../access/caller.ts'

/** A look-up by a personal value, as the access log records it: the value itself is not in it. */
export interface PersonalLookUp {
  /** The type that is looked up and the keyed hashes of the value: equal for equal values under one key. */
  readonly subject: string
  /** Where the value was given. */
  readonly field: string
}

/** The look-ups of one operation, each once, while its statements are written. */
export interface PersonalLookUps {
  by(type: string, field: string, tokens: readonly string[]): void
  /** Those that were not taken yet. */
  take(): readonly PersonalLookUp[]
}

/** Personal values are found only by callers who may read them unmasked in this request: with their scope and a purpose. */
export const matcherOf =
  (caller: Caller, purposes: ReadonlySet<string> | null) =>
  (scope: string): boolean =>
    (caller.scopes as ReadonlySet<string>).has(scope) && isPurposeAllowed(caller, purposes)

export function personalLookUps(): PersonalLookUps {
  const known = new Set<string>()
  let waiting: PersonalLookUp[] = []
  return {
    by(type, field, tokens) {
      const subject = `${type}?${field.slice(field.lastIndexOf('.') + 1)}=#${tokens.join(',#')}`
      if (tokens.length === 0 || known.has(subject)) return
      known.add(subject)
      waiting.push({ subject, field })
    },
    take() {
      const taken = waiting
      waiting = []
      return taken
    },
  }
}
