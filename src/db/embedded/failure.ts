/** The embedded database cannot be had. The message is one line that names what was found and what helps. */
export class EmbeddedFailure extends Error {
  override readonly name = 'EmbeddedFailure'
}

/** One line out of what PostgreSQL's programs printed: the known troubles in plain words, else the last line of weight. */
export function plainReason(output: string): string {
  if (/No space left on device|ENOSPC/.test(output)) return 'the disk is full'
  if (/could not bind|Address already in use|could not create any TCP\/IP sockets/.test(output))
    return 'the port is taken'
  if (/GLIBC_|cannot open shared object file|Library not loaded/.test(output)) {
    return `the binaries do not fit this system (${lastLine(output)}); set DATABASE_URL to a PostgreSQL of your own`
  }
  if (/could not (?:create|resize|map) .*shared memory/i.test(output)) return 'there is too little shared memory'
  const weighty = output.split('\n').filter((line) => /FATAL|PANIC|error:/.test(line))
  return lastLine(weighty.length > 0 ? weighty.join('\n') : output) || 'no reason was given'
}

function lastLine(output: string): string {
  const lines = output.split('\n').map((line) => line.trim())
  return (lines.filter((line) => line !== '').at(-1) ?? '').slice(0, 300)
}
