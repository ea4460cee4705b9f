// What a command's exit code is: 0 done, 1 failed, 2 wrong usage; errors as the lines that people read.
import { CommanderError } from 'commander'

/** A command was called wrongly: exit code 2, and one line that says what is expected. */
export class WrongUsage extends Error {
  override readonly name = 'WrongUsage'
}

/** What an operator, time or the network can mend: the messages are one line and say who acts. */
const oneLine: ReadonlySet<string> = new Set([
  'ConfigError',
  'DecryptionError',
  'EmbeddedFailure',
  'MigrationFailure',
  'DemonstrationFailure',
  'TransportFailure',
  'ConnectorFailure',
  'ReferenceDataError',
  'HubError',
  'AuditFailure',
  'BackupFailure',
])

/** Prints the error and gives the exit code: 2 for wrong usage, 1 for what failed; the stack only of a bug of ours. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (!(error instanceof Error)) {
    console.error(error)
    return 1
  }
  const plain = error instanceof WrongUsage || oneLine.has(error.name)
  console.error(plain ? error.message : (error.stack ?? error.message))
  return error instanceof WrongUsage ? 2 : 1
}

/** Prints the line, which says what is expected; the exit code of wrong usage. */
export function wrongUsage(line: string): 2 {
  console.error(line)
  return 2
}
