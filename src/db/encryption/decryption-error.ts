// The error of a key or of a sealed value.
/** A text that is no key, or a sealed value that cannot be opened: other key, other context, altered bytes. One line, never key or content. */
export class DecryptionError extends Error {
  override readonly name = 'DecryptionError'
}
