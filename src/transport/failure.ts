// The failure of an exchange: its code says who acts.
/** Who acts on a failure: the operator, the clock (it is tried again), or a developer. */
export type FailureCode = 'CONFIG_INVALID' | 'SOURCE_UNAVAILABLE' | 'SOURCE_CHANGED'

export type FailureReason = 'TOO_LARGE' | 'SOURCE_RESET'

/**
 * A failure of an exchange with the outside, with the code that travels unchanged to the run row, the console and the
 * answer. The message names what was found and what is expected; it never contains a secret, a body or a query string.
 */
export class TransportFailure extends Error {
  readonly code: FailureCode
  /** The Retry-After of the source, in seconds, not capped; undefined when it sent none. */
  readonly retryAfterSeconds: number | undefined
  /** HTTP status of the answer, where there was one. */
  readonly status: number | undefined
  /**
   * TOO_LARGE: the answer exceeds a size limit; a smaller page may not. SOURCE_RESET: the source was reset to a state from
   * before the last reading; a person has to decide.
   */
  readonly reason: FailureReason | undefined

  constructor(
    code: FailureCode,
    message: string,
    options: {
      cause?: unknown
      retryAfterSeconds?: number | undefined
      status?: number | undefined
      reason?: FailureReason | undefined
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'TransportFailure'
    this.code = code
    this.retryAfterSeconds = options.retryAfterSeconds
    this.status = options.status
    this.reason = options.reason
  }
}
