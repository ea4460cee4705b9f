// Measures how deep a text nests, before any parser reads it.

/**
 * Whether brackets are deeper than `most` in a GraphQL document or a JSON text, outside texts and comments. Reads each
 * character once and stops at the first that is too deep: a parser would have run out of stack there.
 *
 * @example
 * nestsDeeper('{ a { b } }', 1, 'graphql') // true
 */
export function nestsDeeper(text: string, most: number, language: 'graphql' | 'json'): boolean {
  let depth = 0
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case 0x22: // "
        at = endOfText(text, at, language)
        break
      case 0x23: // #
        if (language === 'graphql') at = endOfLine(text, at)
        break
      case 0x28: // (
      case 0x5b: // [
      case 0x7b: // {
        depth += 1
        if (depth > most) return true
        break
      case 0x29: // )
      case 0x5d: // ]
      case 0x7d: // }
        depth -= 1
        break
      default:
    }
  }
  return false
}

function endOfText(text: string, from: number, language: 'graphql' | 'json'): number {
  if (language === 'graphql' && text.startsWith('"""', from)) {
    let at = text.indexOf('"""', from + 3)
    while (at > 0 && text[at - 1] === '\\') at = text.indexOf('"""', at + 3)
    return at === -1 ? text.length : at + 2
  }
  for (let at = from + 1; at < text.length; at += 1) {
    const character = text[at]
    if (character === '\\') at += 1
    else if (character === '"') return at
    else if (character === '\n' && language === 'graphql') return at // an unclosed text: the parser refuses it
  }
  return text.length
}

function endOfLine(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) if (text[at] === '\n' || text[at] === '\r') return at
  return text.length
}
