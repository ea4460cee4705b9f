// The documents of a town and the messages about them, from the seed alone.
import { createHash } from 'node:crypto'
import { seededRandom } from '#connector'
import type { DocumentUrgency, ExchangeStatus, Town, TownAgency } from '#connector'

/** What happened to one document of the town, in no wire format. */
export interface DocumentFacts {
  readonly index: number
  /** When it was sent: milliseconds since 1970, whole seconds. */
  readonly sentAt: number
  readonly sender: Party
  readonly receivers: readonly Party[]
  readonly number: string
  readonly notation: string
  readonly kind: string
  /** Whether the sender names the kind, or leaves it to the notation. */
  readonly kindNamed: boolean
  readonly subject: string
  readonly place: string
  readonly signer: { readonly name: string; readonly position: string; readonly competence: string | null }
  readonly urgency: DocumentUrgency
  /** A date, `2026-03-05`. */
  readonly due: string | null
  readonly promulgated: string
  readonly documentId: string | null
  /** Index of an earlier document that this one answers. */
  readonly answers: number | null
  readonly attachments: readonly AttachmentFacts[]
  readonly dirt: Dirt | null
}
export interface Party {
  readonly agency: TownAgency
  /** The code as this document writes it: new, or old. */
  readonly code: string
}
export interface AttachmentFacts {
  readonly name: string
  readonly contentType: string
  readonly content: Buffer
}
export type Dirt = 'broken-xml' | 'secret-element' | 'secret-subject' | 'unknown-priority' | 'bad-file'

/** A message that a unit finds in its list. */
export interface Message {
  readonly docId: string
  readonly at: number
  readonly from: string
  readonly to: string
  readonly about: DocumentFacts
  readonly what:
    | { readonly kind: 'NEW' | 'UPDATE' | 'REPLACE' | 'REVOKE' }
    | {
        readonly kind: 'STATUS'
        readonly code: string
        readonly status: ExchangeStatus | null
        readonly by: Party
        readonly note: string | null
      }
}

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
/** After this time nothing more happens to a document. */
export const lastFollowUp = 4 * day

const dirtAt: Readonly<Record<number, Dirt>> = {
  3: 'broken-xml',
  7: 'secret-element',
  12: 'secret-subject',
  17: 'unknown-priority',
  21: 'bad-file',
}
/** The document about which one status has a code outside the list. */
const unknownStatusAt = 26

const families = ['Nguyễn', 'Trần', 'Lê', 'Phạm', 'Huỳnh', 'Võ', 'Đặng', 'Bùi', 'Đỗ', 'Hồ', 'Ngô', 'Dương']
const middles = ['Văn', 'Thị', 'Minh', 'Ngọc', 'Quốc', 'Thanh', 'Hữu', 'Kim', 'Đức', 'Hoàng']
const givens = [
  'An',
  'Bình',
  'Châu',
  'Dũng',
  'Hà',
  'Hải',
  'Hương',
  'Khánh',
  'Lan',
  'Long',
  'Mai',
  'Nam',
  'Phúc',
  'Quyên',
  'Sơn',
  'Thảo',
  'Tuấn',
  'Yến',
]
const kinds: readonly (readonly [string, string])[] = [
  ['Công văn', 'UBND-VP'],
  ['Công văn', 'UBND-VX'],
  ['Quyết định', 'QĐ-UBND'],
  ['Báo cáo', 'BC-UBND'],
  ['Kế hoạch', 'KH-UBND'],
  ['Tờ trình', 'TTr-UBND'],
  ['Thông báo', 'TB-VP'],
  ['Giấy mời', 'GM-UBND'],
]
const openings = [
  'V/v triển khai',
  'Về việc tăng cường',
  'Về kết quả thực hiện',
  'Về việc phối hợp',
  'Về việc báo cáo',
  'Ban hành kế hoạch',
]
const matters = [
  'cải cách thủ tục hành chính',
  'chuyển đổi số trong cơ quan nhà nước',
  'công tác phòng cháy, chữa cháy',
  'giải ngân vốn đầu tư công',
  'tiêm chủng mở rộng trên địa bàn',
  'bảo mật thông tin trên hệ thống một cửa',
  'hỗ trợ hộ nuôi ong lấy mật ong',
  'quản lý đất đai & xây dựng',
  'tuyển sinh đầu cấp',
  'an toàn thực phẩm',
]
const periods = ['quý I', 'quý II', 'quý III', '6 tháng đầu năm', 'năm học mới', 'dịp lễ']
const positions = ['Chủ tịch', 'Phó Chủ tịch', 'Giám đốc', 'Phó Giám đốc', 'Chánh Văn phòng']
const competences = [null, 'TM.', 'KT.', 'TL.']
const urgencies: readonly DocumentUrgency[] = ['NORMAL', 'URGENT', 'VERY_URGENT', 'EXPRESS', 'EXPRESS_TIMED']

const localDate = (at: number): string => new Date(at + 7 * hour).toISOString().slice(0, 10)

const partyOf = (agency: TownAgency, old: boolean): Party => ({
  agency,
  code: old ? (agency.oldCode ?? agency.code) : agency.code,
})

/** A PDF, and annexes behind it, each with a content of its own. */
function attachmentsOf(
  count: number,
  below: (count: number) => number,
  of: { readonly number: string; readonly notation: string; readonly text: string; readonly subject: string },
): DocumentFacts['attachments'] {
  return Array.from({ length: count }, (_, file) => ({
    name: file === 0 ? `${of.number}-${of.notation}.pdf` : `phu-luc-${file}.docx`,
    contentType:
      file === 0 ? 'application/pdf' : 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    content: Buffer.from(`%PDF-1.7 ${of.text}/${file} ${of.subject} `.repeat(2 + below(4))),
  }))
}

/** The document of a number, from the town's seed alone: `at` is when it was sent. */
function factsOf(town: Town, units: readonly TownAgency[], index: number, at: number): DocumentFacts {
  const random = seededRandom(town.seed, 'document', index)
  const below = (count: number): number => Math.floor(random() * count)
  const pick = <T>(from: readonly T[]): T => from[below(from.length)]!
  const dirt = dirtAt[index] ?? null
  const senderAgency = random() < 0.6 || index === unknownStatusAt ? pick(units) : pick(town.agencies)
  const others = units.filter((unit) => unit !== senderAgency)
  const receiving = [pick(others)]
  if (dirt === null && random() < 0.35) {
    const another = pick(town.agencies)
    if (another !== senderAgency && !receiving.includes(another)) receiving.push(another)
  }
  const [kind, notation] = pick(kinds)
  const sender = partyOf(senderAgency, index % 9 === 4)
  const number = String((index % 4_000) + 1)
  const promulgated = localDate(at)
  const code = `${number}/${notation}`
  const earlier = index > 40 && index % 6 === 2 ? index - 1 - below(30) : null
  const subject = `${pick(openings)} ${pick(matters)} ${pick(periods)}`
  const attachments = attachmentsOf(1 + below(2), below, { number, notation, text: `${town.seed}/${index}`, subject })
  return {
    index,
    sentAt: at,
    sender,
    receivers: receiving.map((agency) => partyOf(agency, index % 9 === 5)),
    number,
    notation,
    kind,
    kindNamed: index % 7 !== 2,
    subject: dirt === 'secret-subject' ? `(TỐI MẬT) ${subject}` : subject,
    place: 'Tây Ninh',
    signer: {
      name: `${pick(families)} ${pick(middles)} ${pick(givens)}`,
      position: pick(positions),
      competence: pick(competences),
    },
    urgency: random() < 0.8 ? 'NORMAL' : pick(urgencies),
    due: random() < 0.3 ? localDate(at + (3 + below(12)) * day) : null,
    promulgated,
    documentId:
      index % 17 === 5
        ? null
        : index % 11 === 3
          ? uuid(town.seed, index)
          : `${sender.code},${promulgated.replaceAll('-', '/')},${code}`,
    answers: earlier !== null && dirtAt[earlier] === undefined ? earlier : null,
    attachments,
    dirt,
  }
}

/** The documents of a town by their number: `size` of them up to its founding, then one a minute. */
export function documentsOf(town: Town, size: number) {
  const begins = town.beginsAt.getTime()
  const founded = town.foundedAt.getTime()
  const step = size > 0 ? (founded - begins - hour) / size : 0
  // The hub's units: those whose boxes it reads. At least one of them is party to every document.
  const units = town.agencies.slice(0, 3)
  const cache = new Map<number, DocumentFacts>()

  const sentAt = (index: number): number =>
    index < size ? Math.floor((begins + index * step) / 1000) * 1000 : founded + (index - size + 1) * minute
  /** How many documents had been sent before a moment. */
  const sentBefore = (moment: number): number => {
    if (moment <= begins) return 0
    if (moment <= founded) return Math.min(size, size === 0 ? 0 : Math.ceil((moment - begins) / step))
    return size + Math.max(0, Math.ceil((moment - founded) / minute) - 1)
  }

  const at = (index: number): DocumentFacts => {
    let facts = cache.get(index)
    if (facts === undefined) {
      facts = factsOf(town, units, index, sentAt(index))
      if (cache.size > 2_000) cache.clear()
      cache.set(index, facts)
    }
    return facts
  }
  return { units, sentBefore, at }
}
export type Documents = ReturnType<typeof documentsOf>

function uuid(...parts: readonly (string | number)[]): string {
  const hex = createHash('sha256').update(parts.join('|')).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** The messages that a document brings about, for every agency that gets one, in no order of time. */
export function messagesAbout(facts: DocumentFacts): Message[] {
  const { index, sender, receivers, sentAt } = facts
  const messages: Message[] = []
  const send = (suffix: string, after: number, from: Party, to: Party, what: Message['what']): void => {
    messages.push({
      docId: `${1_000_000 + index}-${suffix}`,
      at: sentAt + after,
      from: from.code,
      to: to.agency.code,
      about: facts,
      what,
    })
  }
  const state = (
    suffix: string,
    after: number,
    from: Party,
    to: Party,
    code: string,
    status: ExchangeStatus | null,
    note: string | null = null,
  ) => send(`S${suffix}`, after, from, to, { kind: 'STATUS', code, status, by: from, note })

  for (const [position, receiver] of receivers.entries()) send(`D${position}`, 0, sender, receiver, { kind: 'NEW' })
  if (facts.dirt !== null) return messages
  const first = receivers[0]!
  state('1', 4 * minute, first, sender, '01', 'ARRIVED')
  // 03 and 05 come together, 06 is mostly never sent.
  if (index % 3 === 0) {
    state('3', 3 * hour, first, sender, '03', 'ACCEPTED')
    state('5', 3 * hour, first, sender, '05', 'PROCESSING', 'Đã chuyển bộ phận chuyên môn')
  }
  if (index % 12 === 0) state('6', 3 * day, first, sender, '06', 'COMPLETED')
  if (index === unknownStatusAt) state('9', 5 * hour, first, sender, '77', null)
  const answer = index % 4 === 3 ? (['16', 'TAKE_BACK_REFUSED'] as const) : (['15', 'TAKE_BACK_AGREED'] as const)
  for (const [position, receiver] of receivers.entries()) {
    if (index % 40 === 8) send(`U${position}`, 26 * hour, sender, receiver, { kind: 'UPDATE' })
    if (index % 80 === 14) send(`P${position}`, 50 * hour, sender, receiver, { kind: 'REPLACE' })
    if (index % 60 === 11) send(`R${position}`, 25 * hour, sender, receiver, { kind: 'REVOKE' })
    if (index % 90 === 23)
      state(`T${position}`, 5 * hour, sender, receiver, '13', 'TAKE_BACK_REQUESTED', 'Gửi nhầm đơn vị nhận')
  }
  if (index % 60 === 11) state('A', 27 * hour, first, sender, answer[0], answer[1])
  if (index % 90 === 23) state('B', 7 * hour, first, sender, answer[0], answer[1])
  return messages
}
