/** A key that is none, or what was sealed cannot be opened: another key, another context, or altered bytes. One line, never the key or the content. */
export class DecryptionError extends Error {
  override readonly name = 'DecryptionError'
}
