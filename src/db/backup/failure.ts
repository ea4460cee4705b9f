/** A backup cannot be made, read or restored. One line; nothing was changed. */
export class BackupFailure extends Error {
  override readonly name = 'BackupFailure'
}
