// Parses JSON objects that repeat no member.
/** The JSON object of a text; null where the text is no JSON object or repeats a member, at any depth. */
export function strictJsonObject(text: string): { readonly [member: string]: unknown } | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  return writtenMembers(text) === keptMembers(value) ? (value as { readonly [member: string]: unknown }) : null
}

/** Members as written: in valid JSON each has exactly one colon outside texts. */
function writtenMembers(text: string): number {
  return text.replace(/"(?:[^"\\]|\\.)*"/g, '').split(':').length - 1
}

/** Members as the parser keeps them: the last one of a repeated name. */
function keptMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const members = Object.values(value)
  const own = Array.isArray(value) ? 0 : members.length
  return members.reduce<number>((sum, member) => sum + keptMembers(member), own)
}
