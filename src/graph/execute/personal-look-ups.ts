/** A look-up by a personal value, as the access log tells of it: the value itself is not in it. */
export interface PersonalLookUp {
  /** The type that is looked up and the keyed hashes of the value: equal for equal values under one key. */
  readonly subject: string
  /** Where the value was given. */
  readonly field: string
}

/** The look-ups of one operation, each once, while its statements are written. */
export interface PersonalLookUps {
  by(field: string, tokens: readonly string[]): void
  /** Of a word of a free text, where it is looked up among personal words; gives the tokens back. */
  byWord(tokens: readonly string[]): readonly string[]
  /** Those that were not taken yet. */
  take(): readonly PersonalLookUp[]
}

export function personalLookUps(): PersonalLookUps {
  const known = new Set<string>()
  let waiting: PersonalLookUp[] = []
  const by = (field: string, tokens: readonly string[]): void => {
    const subject = `Dossier?${field.slice(field.lastIndexOf('.') + 1)}=#${tokens.join(',#')}`
    if (tokens.length === 0 || known.has(subject)) return
    known.add(subject)
    waiting.push({ subject, field })
  }
  return {
    by,
    byWord(tokens) {
      by('Dossier.text', tokens)
      return tokens
    },
    take() {
      const taken = waiting
      waiting = []
      return taken
    },
  }
}
