// Reads the XML of devices, whose declarations cannot be trusted, and escapes what is written into XML.
import { parseXml } from '#connector'
import type { XmlElement } from '#connector'

const bounds = { depth: 64, elements: 20_000, bytes: 1_048_576 }

/**
 * The root element of a device's answer. The XML declaration is skipped unread: some devices write it with curly quotes or
 * name an encoding that the bytes do not have. Throws BadXml as `parseXml` does.
 */
export const elementOf = (document: string): XmlElement =>
  parseXml(document.replace(/^\uFEFF?\s*<\?xml[^>]*\?>/, ''), bounds)

/**
 * Bytes as text: by byte order mark, else UTF-8, else Windows-1252 (old firmware writes accents in one byte). What the
 * declaration says is not asked.
 */
export function xmlText(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
/** The text as XML content or as the value of an attribute in double quotes. */
export const escapeXml = (text: string): string => text.replace(/[&<>"]/g, (character) => escapes[character]!)
