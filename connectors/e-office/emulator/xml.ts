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

/** The edXML of a message, in the dialect that its sender speaks: prefix and namespace differ. */
export function edxmlOf(message: Message, documents: Documents): string {
  const { about, what } = message
  const dialect = about.index % 4
  const prefix = dialect === 0 ? '' : dialect === 1 ? 'ns2:' : 'edXML:'
  const space = dialect === 1 ? 'http://www.e-doc.vn/Schema/' : 'http://www.mic.gov.vn/TBT/QCVN_102_2016'
  const tag = (name: string, ...inside: readonly string[]): string =>
    `<${prefix}${name}>${inside.join('')}</${prefix}${name}>`
  const text = (name: string, value: string | null): string => (value === null ? '' : tag(name, escaped(value)))
  const organ = (name: string, party: Party): string =>
    tag(
      name,
      text('OrganId', party.code),
      text('OrganName', party.agency.name),
      text('Email', 'vanthu@example.invalid'),
    )
  const slashed = (date: string): string => date.replaceAll('-', '/')
  const responseFor = (to: typeof about): string =>
    tag(
      'ResponseFor',
      text('OrganId', to.sender.code),
      text('Code', `${to.number}/${to.notation}`),
      text('DocumentId', to.documentId),
      text('PromulgationDate', slashed(to.promulgated)),
    )
  const wrap = (header: string, attached: string): string =>
    `<?xml version="1.0" encoding="UTF-8"?>\n<${prefix}edXML xmlns${prefix === '' ? '' : `:${prefix.slice(0, -1)}`}="${space}" xmlns:xlink="http://www.w3.org/1999/xlink">` +
    `${tag('edXMLEnvelope', tag('edXMLHeader', header), attached === '' ? '' : tag('edXMLBody', tag('edXMLManifest', references())))}${attached}</${prefix}edXML>`

  const references = (): string =>
    about.attachments
      .map((file, position) =>
        tag(
          'Reference',
          text('ContentId', `cid:f${position}`),
          text('ContentType', file.contentType),
          text('AttachmentName', file.name),
        ),
      )
      .join('')

  if (what.kind === 'STATUS') {
    return wrap(
      tag(
        'Status',
        responseFor(about),
        organ('From', what.by),
        text('StatusCode', what.code),
        text('Description', what.note),
        text('Timestamp', axisTime(message.at)),
      ),
      '',
    )
  }
  const number = what.kind === 'REPLACE' ? replacementNumber(about.number) : about.number
  const subject = what.kind === 'UPDATE' ? updatedSubject(about.subject) : about.subject
  const ownId = what.kind === 'REPLACE' ? replacementId(about.index) : about.documentId
  const business =
    what.kind === 'NEW'
      ? tag('Bussiness', text('BussinessDocType', '0'), text('Paper', '0'))
      : what.kind === 'REPLACE'
        ? tag('Bussiness', text('BussinessDocType', '3'), text('BussinessDocReason', reasons.replace), replaced())
        : tag(
            'Bussiness',
            text('BussinessDocType', what.kind === 'REVOKE' ? '1' : '2'),
            text('BussinessDocReason', what.kind === 'REVOKE' ? reasons.revoke : reasons.update),
            text('DocumentId', about.documentId),
          )
  function replaced(): string {
    if (about.documentId === null) return ''
    return tag(
      'ReplacementInfoList',
      tag('ReplacementInfo', text('DocumentId', about.documentId), tag('OrganIdList', text('OrganId', message.to))),
    )
  }
  const sent = about.dirt === 'unknown-priority' ? 9 : priority[about.urgency]
  const header = tag(
    'MessageHeader',
    organ('From', about.sender),
    ...about.receivers.map((receiver) => organ('To', receiver)),
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
    about.answers === null ? '' : responseFor(documents.at(about.answers)),
    text('DocumentId', ownId),
  )
  const trace = tag(
    'TraceHeaderList',
    tag('TraceHeader', text('OrganId', about.sender.code), text('Timestamp', axisTime(message.at))),
    business,
  )
  const attached =
    what.kind === 'REVOKE'
      ? ''
      : `<AttachmentEncoded>${about.attachments
          .map(
            (file, position) =>
              `<Attachment><ContentType>${file.contentType}</ContentType><ContentId>f${position}</ContentId>` +
              `<ContentTransferEncoded>${file.content.toString('base64')}</ContentTransferEncoded>` +
              `<AttachmentName>${escaped(file.name)}</AttachmentName></Attachment>`,
          )
          .join('')}</AttachmentEncoded>`
  const xml = wrap(header + trace, attached)
  return about.dirt === 'broken-xml' ? xml.slice(0, Math.floor(xml.length / 2)) : xml
}
