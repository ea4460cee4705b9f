// The error of a file that cannot be read.

/** Why a file is not taken as a report: it cannot be opened, or its head does not fit the template. */
export class Unreadable extends Error {
  readonly code: 'MALFORMED' | 'TOO_LARGE' | 'MISSING' | 'AMBIGUOUS'
  constructor(code: Unreadable['code'], message: string) {
    super(message)
    this.code = code
  }
}
