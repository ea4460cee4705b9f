// The documents that the hub must show.
import { dateOf } from '#connector'
import type { DocumentRecord, DocumentReference } from '#connector'
import type { Agencies } from './agencies.ts'
import type { Client, Row } from '../client.ts'
import type { Fact, Province } from '../province.ts'

type Content = Extract<DocumentRecord, { content: unknown }>['content']

/** A document as all messages about it describe it. */
export interface ExchangedDocument {
  readonly sender: string
  readonly recipients: readonly string[]
  readonly content: Content
  readonly state: 'CURRENT' | 'REVOKED' | 'REPLACED'
  readonly exchanges: readonly Row[]
  readonly respondsTo: readonly string[]
  /** Key of the first message that bore it. */
  readonly key: string
  readonly lastMessageAt: string
}

/** The documents of the axis, put together from the messages of all boxes. */
export function documentsInMessages(province: Province, agencies: Agencies): ExchangedDocument[] {
  const messages = province
    .facts('Document')
    .toSorted((a, b) => compare([a.record.at, a.stream, a.key], [b.record.at, b.stream, b.key]))
  const byId = (one: DocumentReference): string | null =>
    one.id === null ? null : `${agencies.canonical(one.sender)} id ${one.id}`
  const byCode = (one: DocumentReference): string =>
    `${agencies.canonical(one.sender)} code ${one.code} of ${one.promulgatedAt}`

  const documents = new Map<string, Fact<'Document'>[]>()
  const nameOf = new Map<string, string>()
  for (const message of messages) {
    if (message.record.kind !== 'NEW') continue
    const name = byId(message.record.about) ?? byCode(message.record.about)
    documents.set(name, [])
    nameOf.set(name, name)
    nameOf.set(byCode(message.record.about), name)
  }
  const find = (one: DocumentReference): string | undefined => nameOf.get(byId(one) ?? byCode(one))
  for (const message of messages) {
    const { record } = message
    const targets = record.kind === 'REPLACE' && record.replaces.length > 0 ? record.replaces : [record.about]
    for (const target of targets) {
      const name = find(target)
      if (name !== undefined) documents.get(name)!.push(message)
    }
  }
  const firstKeys = new Map([...documents].map(([name, about]) => [name, about.find(isBearing)!.key]))

  return [...documents].map(([name, about]) => {
    const bearing = about.filter(isBearing)
    const content = (bearing.at(-1)!.record as { content: Content }).content
    const exchanges = about.flatMap(({ record }): Row[] => {
      if (record.kind !== 'STATUS' && record.kind !== 'REVOKE') return []
      const [status, note] =
        record.kind === 'STATUS' ? [record.status, record.note] : ['TAKE_BACK_REQUESTED', record.reason]
      return [{ status, at: record.at, agency: { code: agencies.canonical(record.agency.code) }, note }]
    })
    const asked = exchanges.findIndex(({ status }) => status === 'TAKE_BACK_REQUESTED')
    const agreed = exchanges.findLastIndex(({ status }) => status === 'TAKE_BACK_AGREED')
    const replaced = bearing.some(({ record }) => record.kind === 'REPLACE' && record.replaces.length > 0)
    return {
      sender: agencies.canonical(content.sender.code),
      recipients: [...new Set(content.recipients.map(({ code }) => agencies.canonical(code)))].toSorted(),
      content,
      state: asked !== -1 && agreed > asked ? 'REVOKED' : replaced ? 'REPLACED' : 'CURRENT',
      exchanges,
      respondsTo: content.respondsTo.flatMap((one) => firstKeys.get(find(one) ?? '') ?? []),
      key: firstKeys.get(name)!,
      lastMessageAt: about.at(-1)!.record.at,
    }
  })
}

const isBearing = ({ record }: Fact<'Document'>): boolean => 'content' in record

export function expectedDocument(document: ExchangedDocument): Row {
  const { content, state } = document
  return {
    code: content.code,
    number: content.number,
    notation: content.notation,
    type: content.type,
    subject: content.subject,
    place: content.place,
    promulgatedAt: content.promulgatedAt,
    dueAt: content.dueAt === null ? null : dateOf(content.dueAt),
    urgency: content.urgency,
    signer: content.signer,
    state,
    sender: document.sender,
    recipients: document.recipients,
    respondsTo: document.respondsTo,
    exchanges: document.exchanges.toSorted(byTimeAndStatus),
    attachments: content.attachments,
    externalId: document.key,
    sourceUpdatedAt: document.lastMessageAt,
  }
}

export async function readDocuments(client: Client, args?: string): Promise<Row[]> {
  const rows = await client.all<DocumentRow>('documents', selection, {
    first: 50,
    ...(args === undefined ? {} : { args }),
  })
  return rows.map(({ sender, recipients, respondsTo, exchanges, provenance, ...rest }) => ({
    ...rest,
    sender: sender.code,
    recipients: recipients.map(({ code }) => code).toSorted(),
    respondsTo: respondsTo.map((one) => one.provenance.externalId),
    exchanges: exchanges.toSorted(byTimeAndStatus),
    externalId: provenance.externalId,
    sourceUpdatedAt: provenance.sourceUpdatedAt,
  }))
}

/** The state of every document by the key of the message that first bore it. */
export async function documentStates(client: Client): Promise<Map<string, unknown>> {
  const rows = await client.all<DocumentRow>('documents', 'state provenance { externalId }')
  return new Map(rows.map(({ state, provenance }) => [provenance.externalId, state]))
}

const selection = `code number notation type subject place promulgatedAt dueAt urgency
  signer { name position competence } state sender { code } recipients { code }
  respondsTo { provenance { externalId } } exchanges { status at agency { code } note }
  attachments { name contentType bytes sha256 } provenance { source externalId sourceUpdatedAt }`

interface DocumentRow extends Row {
  readonly sender: { readonly code: string }
  readonly recipients: readonly { readonly code: string }[]
  readonly respondsTo: readonly { readonly provenance: { readonly externalId: string } }[]
  readonly exchanges: readonly Row[]
  readonly provenance: { readonly externalId: string; readonly sourceUpdatedAt: string }
}

const instant = (row: Row): string => new Date(String(row['at'])).toISOString()
const byTimeAndStatus = (a: Row, b: Row): number =>
  compare(
    [instant(a), JSON.stringify([a['status'], a['agency']])],
    [instant(b), JSON.stringify([b['status'], b['agency']])],
  )

function compare(one: readonly string[], other: readonly string[]): number {
  const [a, b] = [one.join('\n'), other.join('\n')]
  return a < b ? -1 : a > b ? 1 : 0
}
