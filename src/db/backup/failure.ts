// The failure of a backup or a restore.
/** A backup cannot be written, read or restored. One line; nothing was changed. */
export class BackupFailure extends Error {
  override readonly name = 'BackupFailure'
}
