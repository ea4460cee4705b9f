// Fetches one listed message from the axis.
import { ConnectorFailure, isTooLarge } from '#connector'
import type { SourceRecord } from '#connector'
import { member } from './axis-answer.ts'
import { malformed, messageRecord } from './message.ts'
import { address, errorCodeOf, failureOf } from './session.ts'
import type { AxisContext, Session } from './session.ts'

/** A message as the axis lists it. */
export interface ListedItem {
  /** The record's key: the unit's user name and the docId. */
  readonly key: string
  /** null where the list gave none: the message cannot be fetched. */
  readonly docId: string | null
  readonly createdTime: string | null
  /** Date of `createdTime`. */
  readonly arose: string | null
  readonly digest: string
}

/** Error codes that speak of this one message: invalid file, file processing error, bad edXML. */
const ofOneMessage: ReadonlySet<string> = new Set(['10', '21', '22'])

/** The record of a listed message; what is wrong with the message alone makes a record that `normalise` rejects. */
export async function fetchMessage(context: AxisContext, session: Session, listed: ListedItem): Promise<SourceRecord> {
  const { key, docId, createdTime } = listed
  if (docId === null) return malformed({ key, docId: '', createdTime }, 'the list gives no docId')
  const item = { key, docId, createdTime }
  const url = address(context, `/v1/getEdoc?docId=${encodeURIComponent(docId)}`)
  const answer = await session.exchange({ url, expect: 'any' }).catch((error: unknown) => {
    if (!isTooLarge(error)) throw error
    return null
  })
  if (answer === null) return { ...item, tooLarge: true }
  const text = answer
    .text()
    .replace(/^\uFEFF/, '')
    .trim()
  if (/^(?:<\?xml[^>]*>|<!--[\s\S]*?-->|\s)*<(?:!doctype\s+html|html[\s>])/i.test(text)) {
    throw new ConnectorFailure('SOURCE_CHANGED', 'A web page came where an edXML is expected.')
  }
  if (!/^[{["]/.test(text)) return messageRecord(item, text, null)
  const body = answer.json()
  if (typeof body === 'string') return messageRecord(item, body, null)
  if (member(body, 'success') === false) {
    const code = errorCodeOf(body)
    if (ofOneMessage.has(code)) return malformed(item, `error code ${code} of the axis`)
    throw failureOf('The request for a message', code)
  }
  const data = member(body, 'data') ?? body
  const edxml = typeof data === 'string' ? data : member(data, 'edxml')
  if (typeof edxml === 'string') return messageRecord(item, edxml, member(data, 'attachments'))
  throw new ConnectorFailure('SOURCE_CHANGED', 'A message came without edXML in data.')
}
