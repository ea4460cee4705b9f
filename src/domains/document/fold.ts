// Folds the messages about a document into the document.
import type { DocumentContent, DocumentRecord, ExchangeStatus } from '../../contract/entity.ts'

/** One message's contribution to one document. */
export interface DocumentPart {
  readonly stream: string
  readonly key: string
  /** Which of the documents that the message speaks of. */
  readonly seq: number
  readonly record: DocumentRecord
}

export interface FoldedExchange {
  readonly status: ExchangeStatus
  readonly at: string
  readonly agency: string
  readonly note: string | null
}
export interface FoldedDocument {
  readonly content: DocumentContent
  readonly state: 'CURRENT' | 'REVOKED' | 'REPLACED'
  readonly exchanges: readonly FoldedExchange[]
  /** The first message that bore the document: its key makes the document's own. */
  readonly first: DocumentPart
}

/**
 * The document that its messages describe, by their own times and then their keys, whatever order they came in. null while only
 * messages about it are known and none that bears it. An update or replacement changes the content; a take-back that was
 * asked for and agreed to makes it REVOKED.
 */
export function foldDocument(parts: readonly DocumentPart[]): FoldedDocument | null {
  const inTime = parts.toSorted((a, b) => (order(a) < order(b) ? -1 : 1))
  const bearing = inTime.filter((part) => 'content' in part.record)
  const first = bearing[0]
  if (first === undefined) return null
  const latest = bearing.at(-1)!.record as DocumentRecord & { content: DocumentContent }
  const exchanges = inTime.flatMap((part): FoldedExchange[] => {
    const { record } = part
    if (record.kind === 'STATUS') {
      return [{ status: record.status, at: record.at, agency: record.agency.code, note: record.note }]
    }
    if (record.kind === 'REVOKE') {
      return [{ status: 'TAKE_BACK_REQUESTED', at: record.at, agency: record.agency.code, note: record.reason }]
    }
    return []
  })
  const asked = exchanges.find((exchange) => exchange.status === 'TAKE_BACK_REQUESTED')
  const agreed = exchanges.some(
    (exchange) => exchange.status === 'TAKE_BACK_AGREED' && asked !== undefined && exchange.at >= asked.at,
  )
  // A replacement that cannot name what it replaces is its own document, and nothing has replaced it.
  const replaced = bearing.some((part) => part.record.kind === 'REPLACE' && part.record.replaces.length > 0)
  return { content: latest.content, state: agreed ? 'REVOKED' : replaced ? 'REPLACED' : 'CURRENT', exchanges, first }
}

const order = (part: DocumentPart): string => `${part.record.at} ${part.stream} ${part.key} ${part.seq}`
