import { CommanderError } from 'commander'

/** A command was called wrongly: exit code 2, and one line that says what is expected. */
export class WrongUsage extends Error {
  override readonly name = 'WrongUsage'
}

/** What the operator, the clock or the network can mend: their messages are one line and say who acts. */
const plain: ReadonlySet<string> = new Set([
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

/** Tells the error and gives the exit code: 2 for wrong usage, 1 for what failed; the stack only of what we alone can mend. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (!(error instanceof Error)) {
    console.error(error)
    return 1
  }
  const told = error instanceof WrongUsage || plain.has(error.name)
  console.error(told ? error.message : (error.stack ?? error.message))
  return error instanceof WrongUsage ? 2 : 1
}
