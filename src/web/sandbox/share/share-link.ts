// An operation as a link.

/** What a share link carries: an operation and the role to look at it with; never a token. */
export type SharedOperation = { query: string; variables: string; role: string }

/** `#op=…`: base64url of UTF-8 JSON. The part after `#` never reaches a server's log. */
export function toHash(operation: SharedOperation): string {
  const bytes = new TextEncoder().encode(JSON.stringify(operation))
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return `#op=${btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`
}

/** The operation of a hash; null for any other or damaged hash. */
export function fromHash(hash: string): SharedOperation | null {
  const match = /^#op=([\w-]+)$/.exec(hash)
  if (match?.[1] === undefined) return null
  try {
    const binary = atob(match[1].replaceAll('-', '+').replaceAll('_', '/'))
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0))
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return isShared(value) ? { query: value.query, variables: value.variables, role: value.role } : null
  } catch {
    return null
  }
}

function isShared(value: unknown): value is SharedOperation {
  return (
    typeof value === 'object' &&
    value !== null &&
    'query' in value &&
    typeof value.query === 'string' &&
    'variables' in value &&
    typeof value.variables === 'string' &&
    'role' in value &&
    typeof value.role === 'string'
  )
}
