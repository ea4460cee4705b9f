// Writes the edXML of a message in its sender's dialect.
import { createHash } from 'node:crypto'
import type { Documents, Message, Party } from './data.ts'

const hour = 3_600_000
const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`)

export const axisTime = (at: number): string =>
  new Date(at + 7 * hour).toISOString().slice(0, 19).replace('T', ' ').replaceAll('-', '/')

export const reasons = {
  revoke: 'Văn bản ban hành nhầm thẩm quyền',
  update: 'Sửa thể thức',
  replace: 'Thay thế do sai số liệu',
} as const
export const updatedSubject = (subject: string): string => `${subject} (bản điều chỉnh)`
/** A short id, as some senders give: the same in every receiver's copy. */
export const replacementId = (index: number): string =>
  createHash('sha256').update(`replacement|${index}`).digest('hex').slice(0, 15)
/** The number of the document that replaces another one. */
export const replacementNumber = (number: string): string => `${number}a`

const priority = { NORMAL: 0, URGENT: 1, VERY_URGENT: 2, EXPRESS: 3, EXPRESS_TIMED: 4 } as const

interface Writer {
  readonly prefix: string
  readonly namespace: string
  tag(name: string, ...inside: readonly string[]): string
  /** An element with a text; nothing for null. */
  text(name: string, value: string | null): string
}

/** One of the dialects that senders speak: prefix and namespace differ. */
function writerOf(dialect: number): Writer {
  const prefix = dialect === 0 ? '' : dialect === 1 ? 'ns2:' : 'edXML:'
  const namespace = dialect === 1 ? 'http://www.e-doc.vn/Schema/' : 'http://www.mic.gov.vn/TBT/QCVN_102_2016'
  const tag = (name: string, ...inside: readonly string[]): string =>
    `<${prefix}${name}>${inside.join('')}</${prefix}${name}>`
  return { prefix, namespace, tag, text: (name, value) => (value === null ? '' : tag(name, escaped(value))) }
}

/** The edXML of a message in its sender's dialect. */
export function edxmlOf(message: Message, documents: Documents): string {
  const { about, what } = message
  const writer = writerOf(about.index % 4)
  const { tag, text } = writer
  if (what.kind === 'STATUS') {
    const status = tag(
      'Status',
      responseFor(writer, about),
      organ(writer, 'From', what.by),
      text('StatusCode', what.code),
      text('Description', what.note),
      text('Timestamp', axisTime(message.at)),
    )
    return wrapped(writer, about, status, '')
  }
  const trace = tag(
    'TraceHeaderList',
    tag('TraceHeader', text('OrganId', about.sender.code), text('Timestamp', axisTime(message.at))),
    business(writer, message),
  )
  const header = messageHeader(writer, message, documents)
  const xml = wrapped(writer, about, header + trace, what.kind === 'REVOKE' ? '' : attached(about))
  return about.dirt === 'broken-xml' ? xml.slice(0, Math.floor(xml.length / 2)) : xml
}

type Facts = Message['about']

const slashed = (date: string): string => date.replaceAll('-', '/')

const organ = ({ tag, text }: Writer, name: string, party: Party): string =>
  tag(name, text('OrganId', party.code), text('OrganName', party.agency.name), text('Email', 'vanthu@example.invalid'))

const responseFor = ({ tag, text }: Writer, to: Facts): string =>
  tag(
    'ResponseFor',
    text('OrganId', to.sender.code),
    text('Code', `${to.number}/${to.notation}`),
    text('DocumentId', to.documentId),
    text('PromulgationDate', slashed(to.promulgated)),
  )

function wrapped({ prefix, namespace, tag, text }: Writer, about: Facts, header: string, attached: string): string {
  const references = about.attachments.map((file, position) =>
    tag(
      'Reference',
      text('ContentId', `cid:f${position}`),
      text('ContentType', file.contentType),
      text('AttachmentName', file.name),
    ),
  )
  const body = attached === '' ? '' : tag('edXMLBody', tag('edXMLManifest', ...references))
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n<${prefix}edXML xmlns${prefix === '' ? '' : `:${prefix.slice(0, -1)}`}="${namespace}" xmlns:xlink="http://www.w3.org/1999/xlink">` +
    `${tag('edXMLEnvelope', tag('edXMLHeader', header), body)}${attached}</${prefix}edXML>`
  )
}

/** What a message does: a new document, or an update, revocation or replacement of an earlier one. */
function business({ tag, text }: Writer, { about, what, to }: Message): string {
  if (what.kind === 'NEW') return tag('Bussiness', text('BussinessDocType', '0'), text('Paper', '0'))
  if (what.kind === 'REPLACE') {
    const replaced =
      about.documentId === null
        ? ''
        : tag(
            'ReplacementInfoList',
            tag('ReplacementInfo', text('DocumentId', about.documentId), tag('OrganIdList', text('OrganId', to))),
          )
    return tag('Bussiness', text('BussinessDocType', '3'), text('BussinessDocReason', reasons.replace), replaced)
  }
  return tag(
    'Bussiness',
    text('BussinessDocType', what.kind === 'REVOKE' ? '1' : '2'),
    text('BussinessDocReason', what.kind === 'REVOKE' ? reasons.revoke : reasons.update),
    text('DocumentId', about.documentId),
  )
}

function messageHeader(writer: Writer, { about, what }: Message, documents: Documents): string {
  const { tag, text } = writer
  const number = what.kind === 'REPLACE' ? replacementNumber(about.number) : about.number
  const subject = what.kind === 'UPDATE' ? updatedSubject(about.subject) : about.subject
  const sent = about.dirt === 'unknown-priority' ? 9 : priority[about.urgency]
  return tag(
    'MessageHeader',
    organ(writer, 'From', about.sender),
    ...about.receivers.map((receiver) => organ(writer, 'To', receiver)),
    tag('Code', text('CodeNumber', number), text('CodeNotation', about.notation)),
    tag('PromulgationInfo', text('Place', about.place), text('PromulgationDate', slashed(about.promulgated))),
    tag('DocumentType', text('Type', '22'), about.kindNamed ? text('TypeName', about.kind) : ''),
    text('Subject', about.index % 13 === 6 ? subject.normalize('NFD') : subject),
    tag(
      'SignerInfo',
      text('Competence', about.signer.competence),
      text('Position', about.signer.position),
      text('FullName', about.signer.name),
    ),
    about.due === null ? '' : text('DueDate', slashed(about.due)),
    tag(
      'OtherInfo',
      text('Priority', String(sent)),
      about.dirt === 'secret-element' ? text('SphereOfPromulgation', 'Mật') : '',
    ),
    about.answers === null ? '' : responseFor(writer, documents.at(about.answers)),
    text('DocumentId', what.kind === 'REPLACE' ? replacementId(about.index) : about.documentId),
  )
}

function attached({ attachments }: Facts): string {
  const files = attachments.map(
    (file, position) =>
      `<Attachment><ContentType>${file.contentType}</ContentType><ContentId>f${position}</ContentId>` +
      `<ContentTransferEncoded>${file.content.toString('base64')}</ContentTransferEncoded>` +
      `<AttachmentName>${escaped(file.name)}</AttachmentName></Attachment>`,
  )
  return `<AttachmentEncoded>${files.join('')}</AttachmentEncoded>`
}
