// The log of the gateway, and errors without what people wrote.
/** The log that the gateway needs; pino is one. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/**
 * An error for the log: its name, code and stack, and its message without quoted texts and long numbers, because messages of
 * databases and parsers quote what people wrote.
 */
export function loggable(error: unknown): object {
  if (!(error instanceof Error)) return { error: typeof error }
  const place = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 8)
  const cause = error.cause === undefined ? {} : { cause: loggable(error.cause) }
  const { code } = error as { code?: unknown }
  return {
    error: error.name,
    code: typeof code === 'string' ? code : undefined,
    message: quiet(error.message),
    place,
    ...cause,
  }
}

const quiet = (message: string): string =>
  message
    .slice(0, 1_000)
    .replace(/"[^"]*"|'[^']*'|`[^`]*`/g, '"…"')
    .replace(/\d{5,}/g, '…')
