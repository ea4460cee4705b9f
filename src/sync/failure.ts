import { type FailureCode, TransportFailure } from '../transport/failure.ts'

export type RunFailureCode = FailureCode | 'INTERNAL'

export interface RunFailure {
  readonly code: RunFailureCode
  readonly message: string
  readonly retryAfterSeconds: number | undefined
}

/** What a run row says of an error: its code and a message without secrets; a bug's own text stays in the log. */
export function failureOf(error: unknown, secrets: readonly string[]): RunFailure {
  if (error instanceof TransportFailure) {
    return { code: error.code, message: redact(error.message, secrets), retryAfterSeconds: error.retryAfterSeconds }
  }
  return { code: 'INTERNAL', message: 'an error of the hub itself; see its log', retryAfterSeconds: undefined }
}

export function redact(text: string, secrets: readonly string[]): string {
  return secrets.reduce((clean, secret) => (secret === '' ? clean : clean.replaceAll(secret, '•••')), text)
}

/** The lease was lost: another owner has the stream, nothing of this one may be written any more. */
export class Fenced extends Error {
  constructor() {
    super('the lease of this stream has gone to another worker')
    this.name = 'Fenced'
  }
}
