// Reduces an edXML message to what may be kept of it.
import { createHash } from 'node:crypto'
import { BadXml, childOf, childrenOf, findElement, parseXml, textOf } from '#connector'
import type { Json, SourceRecord, XmlElement } from '#connector'
import { member, textMember } from './axis-answer.ts'
import { looksSecret, marksSecret, namesSecrecy, saysSecret } from './secrecy.ts'

/** The bytes are bounded where the answer is received: 64 MB. */
const bounds = { depth: 40, elements: 50_000, bytes: 64 * 1_048_576 }

/** What the axis's list says of a message, as far as it never changes afterwards. */
export type ListItem = { readonly key: string; readonly docId: string; readonly createdTime: string | null }

/** What can be kept of a message that cannot be read: why, and its text without attachments (at most 64 kB). */
export const malformed = (item: ListItem, why: string, text = ''): SourceRecord =>
  looksSecret(text) ? classified(item) : { ...item, malformed: why, text: withoutContent(text).slice(0, 65_536) }

const classified = ({ key, docId }: ListItem): SourceRecord => ({ key, docId, classified: true })

/**
 * The record of one edXML, which may come as XML or as base64 of it: the parts of its header that the hub uses, and of each
 * attachment name, type, size and SHA-256, never its content. A state secret leaves only a stub.
 */
export function messageRecord(item: ListItem, sent: string, beside: unknown): SourceRecord {
  const text = xmlText(sent)
  if (text === null) return malformed(item, 'neither XML nor base64 of it')
  let root: XmlElement
  try {
    root = parseXml(text, bounds)
  } catch (error) {
    if (error instanceof BadXml) return malformed(item, error.message, text)
    throw error
  }
  if (isSecret(root, false)) return classified(item)
  const header = findElement(root, 'edXMLHeader') ?? findElement(root, 'Header')
  const status = childOf(header, 'Status')
  const message = childOf(header, 'MessageHeader')
  if (header === null || (status === null && message === null)) {
    return malformed(item, 'no MessageHeader and no Status', text)
  }
  if (status !== null) {
    return {
      ...item,
      Status: {
        ResponseFor: responseTo(childOf(status, 'ResponseFor')),
        From: organ(childOf(status, 'From') ?? childOf(message, 'From')),
        ...texts(status, 'StatusCode', 'Description', 'Timestamp'),
      },
    }
  }
  return { ...item, ...document(header, message), attachments: attachments(root, beside) }
}

/** The XML of a text that is XML or base64 of UTF-8 XML; null when it is neither. */
function xmlText(sent: string): string | null {
  const trimmed = sent.replace(/^\uFEFF/, '').trim()
  if (trimmed.startsWith('<')) return trimmed
  if (trimmed === '' || !isBase64(trimmed)) return null
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(trimmed, 'base64')).trim()
    return text.startsWith('<') ? text : null
  } catch {
    return null
  }
}

const isBase64 = (text: string): boolean => /^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text)

function isSecret(element: XmlElement, within: boolean): boolean {
  const inside = within || namesSecrecy(element.name)
  if (inside && (saysSecret(element.text) || Object.values(element.attributes).some(saysSecret))) return true
  if (Object.entries(element.attributes).some(([name, value]) => namesSecrecy(name) && saysSecret(value))) return true
  if (element.name.toLowerCase() === 'subject' && marksSecret(element.text)) return true
  return element.children.some((child) => isSecret(child, inside))
}

function texts(element: XmlElement | null, ...names: readonly string[]): Record<string, Json> {
  return Object.fromEntries(names.map((name) => [name, textOf(element, name)]))
}

const organ = (element: XmlElement | null): Json => (element === null ? null : texts(element, 'OrganId', 'OrganName'))

const responseTo = (element: XmlElement | null): Json =>
  element === null ? null : texts(element, 'OrganId', 'Code', 'DocumentId', 'PromulgationDate')

/** The parts of the header that the hub uses, by the names that edXML gives them; contacts of persons are left out. */
function document(header: XmlElement, message: XmlElement | null): Record<string, Json> {
  const trace = childOf(header, 'TraceHeaderList')
  // Senders put it at different levels; its spelling is the format's.
  const business = findElement(header, 'Bussiness')
  return {
    From: organ(childOf(message, 'From')),
    To: childrenOf(message, 'To').map(organ),
    Code: texts(childOf(message, 'Code'), 'CodeNumber', 'CodeNotation'),
    PromulgationInfo: texts(childOf(message, 'PromulgationInfo'), 'Place', 'PromulgationDate'),
    DocumentType: texts(childOf(message, 'DocumentType'), 'Type', 'TypeName'),
    Subject: textOf(message, 'Subject'),
    SignerInfo: texts(childOf(message, 'SignerInfo'), 'Competence', 'Position', 'FullName'),
    DueDate: textOf(message, 'DueDate'),
    Priority: textOf(message, 'OtherInfo', 'Priority'),
    ResponseFor: childrenOf(message, 'ResponseFor').map(responseTo),
    DocumentId: textOf(message, 'DocumentId'),
    TraceHeader: childrenOf(trace, 'TraceHeader').map((hop) => texts(hop, 'OrganId', 'Timestamp')),
    Bussiness:
      business === null
        ? null
        : {
            ...texts(business, 'BussinessDocType', 'BussinessDocReason', 'DocumentId'),
            ReplacementInfo: childrenOf(childOf(business, 'ReplacementInfoList'), 'ReplacementInfo').map((one) =>
              texts(one, 'DocumentId'),
            ),
          },
  }
}

function attachments(root: XmlElement, beside: unknown): Json {
  const bare = (id: string | null): string | null => id?.replace(/^cid:/i, '') ?? null
  const references = new Map<string | null, XmlElement>()
  const manifest = findElement(root, 'edXMLManifest') ?? findElement(root, 'Manifest')
  for (const reference of childrenOf(manifest, 'Reference')) {
    references.set(bare(textOf(reference, 'ContentId') ?? reference.attributes['href'] ?? null), reference)
  }
  const inside = childrenOf(findElement(root, 'AttachmentEncoded'), 'Attachment').map((one): Json => {
    const reference = references.get(bare(textOf(one, 'ContentId'))) ?? null
    return {
      name: textOf(one, 'AttachmentName') ?? textOf(reference, 'AttachmentName') ?? textOf(one, 'ContentId'),
      contentType: textOf(one, 'ContentType') ?? textOf(reference, 'ContentType'),
      ...digest(childOf(one, 'ContentTransferEncoded')?.text ?? ''),
    }
  })
  if (inside.length > 0 || !Array.isArray(beside)) return inside
  return beside.map((one): Json => {
    const content = member(one, 'fileContent')
    return {
      name: textMember(one, 'fileName'),
      contentType: null,
      ...digest(typeof content === 'string' ? content : ''),
    }
  })
}

/** Size and SHA-256 of what the base64 text encodes; null for both where it is no base64. */
function digest(encoded: string): { readonly bytes: number | null; readonly sha256: string | null } {
  if (!isBase64(encoded)) return { bytes: null, sha256: null }
  const content = Buffer.from(encoded, 'base64')
  return { bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') }
}

/** The text without the content of attachments, closed or cut off, and without any other long run of base64. */
function withoutContent(text: string): string {
  return text
    .replace(/(<(?:[\w.-]+:)?ContentTransferEncoded\b[^>]*>)[^<]*/gi, '$1')
    .replace(/[A-Za-z0-9+/=\r\n]{400,}/g, '')
}
