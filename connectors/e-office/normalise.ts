// Makes documents and agencies of the records of e-office.
import { normalising, reader, reject } from '#connector'
import type {
  AgencyMention,
  Connector,
  DocumentContent,
  DocumentRecord,
  DocumentReference,
  DocumentUrgency,
  ExchangeStatus,
  Normalised,
  Reader,
  SourceRecord,
} from '#connector'
import { axisDate, axisInstant } from './axis-time.ts'
import { documentKind } from './document-kind.ts'
import type { manifest } from './manifest.ts'

const urgencies: ReadonlyMap<string, DocumentUrgency> = new Map([
  ['0', 'NORMAL'],
  ['1', 'URGENT'],
  ['2', 'VERY_URGENT'],
  ['3', 'EXPRESS'],
  ['4', 'EXPRESS_TIMED'],
])
const statuses: ReadonlyMap<string, ExchangeStatus> = new Map([
  ['01', 'ARRIVED'],
  ['02', 'REFUSED'],
  ['03', 'ACCEPTED'],
  ['04', 'ASSIGNED'],
  ['05', 'PROCESSING'],
  ['06', 'COMPLETED'],
  ['13', 'TAKE_BACK_REQUESTED'],
  ['15', 'TAKE_BACK_AGREED'],
  ['16', 'TAKE_BACK_REFUSED'],
])
const kinds = new Map([
  ['0', 'NEW'],
  ['1', 'REVOKE'],
  ['2', 'UPDATE'],
  ['3', 'REPLACE'],
] as const)

const message = (record: SourceRecord): Normalised<'Document'> =>
  normalising<'Document'>(() => {
    if (record['classified'] !== undefined) return { reject: 'CLASSIFIED', at: '', withoutBytes: true }
    if (record['tooLarge'] !== undefined) reject('TOO_LARGE', '')
    const sent = reader(record)
    if (sent.maybeText('malformed') !== null) reject('MALFORMED', '', { expected: 'edXML' })
    const status = sent.maybeObject('Status')
    return status === null ? documentMessage(sent) : statusMessage(sent, status)
  })

export const normalise = {
  agencies: (record) =>
    normalising<'Agency'>(() => {
      const row = reader(record)
      const code = row.text('orgCode')
      if (code.startsWith('?')) reject('MISSING', 'orgCode')
      const parent = row.maybeText('parentCode')
      return { code, otherCodes: [], name: row.text('orgName'), parentCode: parent, externalId: null }
    }),
  documents: message,
  statuses: message,
} satisfies Connector<typeof manifest>['normalise']

function statusMessage(sent: Reader, status: Reader): DocumentRecord {
  const code = status.maybeScalar('StatusCode') ?? reject('MISSING', 'Status.StatusCode')
  return {
    kind: 'STATUS',
    about: reference(status.object('ResponseFor')),
    at: time(status, 'Timestamp') ?? arrival(sent, 'Status.Timestamp'),
    agency: mention(status.object('From')),
    status:
      statuses.get(code.padStart(2, '0')) ?? reject('UNKNOWN_VALUE', 'Status.StatusCode', { found: code.slice(0, 80) }),
    note: status.maybeText('Description'),
  }
}

function documentMessage(sent: Reader): DocumentRecord {
  const business = sent.maybeObject('Bussiness')
  const type = business?.maybeScalar('BussinessDocType') ?? '0'
  const kind =
    kinds.get(type as '0') ?? reject('UNKNOWN_VALUE', 'Bussiness.BussinessDocType', { found: type.slice(0, 80) })
  const sender = mention(sent.object('From'))
  const own = ownReference(sent, sender.code)
  const named = business?.maybeText('DocumentId') ?? null
  const at = messageTime(sent)
  if (kind === 'NEW') return { kind, about: own, at, content: content(sent, sender) }
  if (kind === 'REPLACE') {
    const listed = (business?.objects('ReplacementInfo') ?? []).flatMap((one) => one.maybeText('DocumentId') ?? [])
    const ids = listed.length > 0 ? listed : named === null ? [] : [named]
    const replaces = ids.filter((id) => id !== own.id).map((id) => byId(sender.code, id))
    return { kind, about: own, at, content: content(sent, sender), replaces }
  }
  // The document that is meant: its id may stand in the business part alone, or be the message's own.
  const about =
    named !== null && own.id !== null && named !== own.id ? byId(sender.code, named) : { ...own, id: named ?? own.id }
  if (kind === 'UPDATE') return { kind, about, at, content: content(sent, sender) }
  const answered = named === null ? references(sent)[0] : undefined
  return {
    kind,
    about: answered ?? about,
    at,
    agency: sender,
    reason: business?.maybeText('BussinessDocReason') ?? null,
  }
}

const byId = (sender: string, id: string): DocumentReference => ({ sender, id, code: null, promulgatedAt: null })

function ownReference(sent: Reader, sender: string): DocumentReference {
  return { sender, id: sent.maybeText('DocumentId'), code: codeOf(sent).code, promulgatedAt: promulgation(sent) }
}

function codeOf(sent: Reader): {
  readonly number: string | null
  readonly notation: string | null
  readonly code: string | null
} {
  const code = sent.maybeObject('Code')
  const number = code?.maybeScalar('CodeNumber') ?? null
  const notation = code?.maybeText('CodeNotation') ?? null
  if (number === null || notation === null) return { number, notation, code: number ?? notation }
  return { number, notation, code: notation.startsWith(`${number}/`) ? notation : `${number}/${notation}` }
}

const promulgation = (sent: Reader): string | null => {
  const info = sent.maybeObject('PromulgationInfo')
  return info === null ? null : date(info, 'PromulgationDate')
}

function content(sent: Reader, sender: AgencyMention): DocumentContent {
  const { number, notation, code } = codeOf(sent)
  const signer = sent.maybeObject('SignerInfo')
  const [name, position, competence] = [
    signer?.maybeText('FullName'),
    signer?.maybeText('Position'),
    signer?.maybeText('Competence'),
  ]
  const priority = sent.maybeScalar('Priority') ?? '0'
  const recipients = new Map(
    sent
      .objects('To')
      .map(mention)
      .map((one) => [one.code, one]),
  )
  return {
    code,
    number,
    notation,
    type: documentKind(sent.maybeObject('DocumentType')?.maybeText('TypeName') ?? null, notation),
    subject: sent.text('Subject'),
    place: sent.maybeObject('PromulgationInfo')?.maybeText('Place') ?? null,
    promulgatedAt: promulgation(sent),
    dueAt: time(sent, 'DueDate'),
    urgency:
      urgencies.get(priority) ?? reject('UNKNOWN_VALUE', 'Priority', { found: priority.slice(0, 80), expected: '0–4' }),
    signer:
      (name ?? position ?? competence ?? null) === null
        ? null
        : { name: name ?? null, position: position ?? null, competence: competence ?? null },
    sender,
    recipients: [...recipients.values()],
    respondsTo: references(sent),
    attachments: sent.objects('attachments').map((one) => {
      const bytes = one.maybeNumber('bytes')
      const sha256 = one.maybeText('sha256')
      if (bytes === null || sha256 === null || !Number.isSafeInteger(bytes) || bytes < 0)
        reject('MALFORMED', one.at, { expected: 'base64' })
      return { name: one.text('name'), contentType: one.maybeText('contentType'), bytes, sha256 }
    }),
  }
}

/** The documents answered; an element without anything in it names none. */
const references = (sent: Reader): DocumentReference[] =>
  sent
    .objects('ResponseFor')
    .filter((one) => ['OrganId', 'Code', 'DocumentId'].some((name) => one.maybeText(name) !== null))
    .map(reference)

function reference(to: Reader): DocumentReference {
  const [id, code] = [to.maybeText('DocumentId'), to.maybeText('Code')]
  if (id === null && code === null) reject('MISSING', `${to.at}.DocumentId`)
  return { sender: to.text('OrganId'), id, code, promulgatedAt: date(to, 'PromulgationDate') }
}

const mention = (organ: Reader): AgencyMention => ({
  code: organ.text('OrganId'),
  name: organ.maybeText('OrganName'),
  externalId: null,
})

/** When the sender sent it; where the trace is silent, when the axis took it. */
function messageTime(sent: Reader): string {
  const hop = sent.objects('TraceHeader').find((one) => one.maybeText('Timestamp') !== null)
  return (hop === undefined ? null : time(hop, 'Timestamp')) ?? arrival(sent, 'TraceHeader')
}

const arrival = (sent: Reader, missing: string): string => time(sent, 'createdTime') ?? reject('MISSING', missing)

function time(holder: Reader, name: string): string | null {
  const text = holder.maybeText(name)
  return text === null ? null : (axisInstant(text) ?? badDate(holder, name, text))
}

function date(holder: Reader, name: string): string | null {
  const text = holder.maybeText(name)
  return text === null ? null : (axisDate(text) ?? badDate(holder, name, text))
}

const badDate = (holder: Reader, name: string, text: string): never =>
  reject('BAD_DATE', holder.at === '' ? name : `${holder.at}.${name}`, {
    found: text.slice(0, 40),
    expected: 'yyyy/MM/dd',
  })
