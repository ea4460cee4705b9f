// The failure of the embedded database, and the reasons that PostgreSQL's programs print.
/** The embedded database is not available. The message is one line that names what was found and what helps. */
export class EmbeddedFailure extends Error {
  override readonly name = 'EmbeddedFailure'
}

/** One line out of what PostgreSQL's programs printed: known errors in plain words, else the last line with an error. */
export function plainReason(output: string): string {
  if (/No space left on device|ENOSPC/.test(output)) return 'the disk is full'
  if (/could not bind|Address already in use|could not create any TCP\/IP sockets/.test(output))
    return 'the port is taken'
  if (/GLIBC_|cannot open shared object file|Library not loaded/.test(output)) {
    return `the binaries do not fit this system (${lastLine(output)}); set DATABASE_URL to a PostgreSQL of your own`
  }
  if (/could not (?:create|resize|map) .*shared memory/i.test(output)) return 'there is too little shared memory'
  const errors = output.split('\n').filter((line) => /FATAL|PANIC|error:/.test(line))
  return lastLine(errors.length > 0 ? errors.join('\n') : output) || 'no reason was given'
}

function lastLine(output: string): string {
  const lines = output.split('\n').map((line) => line.trim())
  return (lines.filter((line) => line !== '').at(-1) ?? '').slice(0, 300)
}
