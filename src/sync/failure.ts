// The failures of a run: what its row says, what the log may keep, and the two that the engine throws itself.
import { type FailureCode, TransportFailure } from '../transport/failure.ts'
import { redactor } from '../transport/redact.ts'

export type RunFailureCode = FailureCode | 'INTERNAL'

export interface RunFailure {
  readonly code: RunFailureCode
  readonly message: string
  readonly retryAfterSeconds: number | undefined
}

/** What a run's row says of an error: its code and a message without secrets. The text of a bug stays in the log. */
export function failureOf(error: unknown, secrets: readonly string[]): RunFailure {
  if (error instanceof TransportFailure) {
    const message = redactor(secrets)(error.message).replaceAll('\u0000', '\ufffd').slice(0, 2000).toWellFormed()
    return { code: error.code, message, retryAfterSeconds: error.retryAfterSeconds }
  }
  return { code: 'INTERNAL', message: 'an error of the hub itself; see its log', retryAfterSeconds: undefined }
}

/**
 * An error as the log may keep it: without secrets. Of a database error only its code and where it arose, because its
 * message and detail quote values of the row.
 */
export function loggable(error: unknown, secrets: readonly string[]): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { type: typeof error }
  const clean = redactor(secrets)
  const { code, table, constraint, routine, severity } = error as Error & Readonly<Record<string, unknown>>
  const where = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  const cause = error.cause === undefined ? {} : { cause: loggable(error.cause, secrets) }
  if (typeof severity === 'string') {
    return { type: 'DatabaseError', code, table, constraint, routine, stack: where.join('\n'), ...cause }
  }
  return { type: error.name, code, message: clean(error.message), stack: clean(where.join('\n')), ...cause }
}

/** The lease was lost: another owner has the stream, and this one must write nothing more. */
export class Fenced extends Error {
  constructor() {
    super('lease lost: another worker owns the stream')
    this.name = 'Fenced'
  }
}

/** The run has this page already: an earlier try was committed, but its answer was lost. */
export class CommittedBefore extends Error {
  constructor() {
    super('the page was committed by an earlier try')
    this.name = 'CommittedBefore'
  }
}
