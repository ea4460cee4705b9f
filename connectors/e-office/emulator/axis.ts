// The emulated axis: its units' accounts and tokens, and the messages that each unit has received.
import { createHmac } from 'node:crypto'
import type { EmulatorOptions, Town, TownAgency, Truth } from '#connector'
import { documentsOf, lastFollowUp, messagesAbout } from './data.ts'
import type { Documents, Message } from './data.ts'
import { meaningOf } from './truth.ts'

const tokenLives = 30 * 60_000

/** A unit's credentials at the axis. */
export interface Account {
  readonly agency: TownAgency
  readonly username: string
  readonly password: string
  readonly applicationCode: string
  readonly systemId: string
  readonly secretKey: string
}

export interface Axis {
  readonly town: Town
  readonly documents: Documents
  readonly accounts: readonly Account[]
  /** docId of each message that a client has acknowledged. */
  readonly acknowledged: Set<string>
  now(): Date
}

export function axisOf({ town, size, now }: EmulatorOptions): Axis {
  const documents = documentsOf(town, size)
  const accounts = documents.units.map((agency, index) => ({
    agency,
    username: `vt.${agency.code.toLowerCase()}`,
    password: `Matkhau#${town.seed}${index}`,
    applicationCode: 'HUB',
    systemId: `${agency.code}.SYS`,
    secretKey: createHmac('sha256', `axis-${town.seed}`).update(agency.code).digest('hex').slice(0, 32),
  }))
  return { town, documents, accounts, acknowledged: new Set(), now }
}

const signed = ({ town }: Axis, payload: string): string =>
  createHmac('sha256', `token-${town.seed}`).update(payload).digest('base64url')

/** A token of the account, good for 30 minutes. */
export function tokenFor(axis: Axis, account: Account): string {
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const exp = Math.floor((axis.now().getTime() + tokenLives) / 1000)
  const payload = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ sub: account.username, exp })}`
  return `${payload}.${signed(axis, payload)}`
}

/** The account whose valid token the header carries; null where there is none. */
export function bearerOf(axis: Axis, authorization: string | undefined): Account | null {
  const [head = '', body = '', signature] = (authorization ?? '').replace(/^Bearer /, '').split('.')
  if (signature === undefined || signed(axis, `${head}.${body}`) !== signature) return null
  const { sub, exp } = JSON.parse(Buffer.from(body, 'base64url').toString()) as { sub: string; exp: number }
  return exp * 1000 > axis.now().getTime() ? accountOf(axis, sub) : null
}

export const accountOf = ({ accounts }: Axis, username: string): Account | null =>
  accounts.find((account) => account.username === username) ?? null

/** The messages of one unit that arose from one moment up to another, and not after now. */
export function messagesOf(
  { documents, now }: Axis,
  account: Account,
  type: 'edoc' | 'status',
  from: number,
  before: number,
): Message[] {
  const end = Math.min(before, now().getTime() + 1)
  const found: Message[] = []
  for (let index = documents.sentBefore(from - lastFollowUp); index < documents.sentBefore(end); index += 1) {
    for (const message of messagesAbout(documents.at(index))) {
      if (message.to !== account.agency.code || message.at < from || message.at >= end) continue
      if ((message.what.kind === 'STATUS') === (type === 'status')) found.push(message)
    }
  }
  return found.sort((one, other) => one.at - other.at || (one.docId < other.docId ? -1 : 1))
}

/** The message if the unit has received it by now; else null. */
export function messageById({ documents, now }: Axis, account: Account, docId: string): Message | null {
  const index = Number(/^(\d{7,12})-/.exec(docId)?.[1] ?? 'NaN') - 1_000_000
  if (!(index >= 0 && index < documents.sentBefore(now().getTime() + 1))) return null
  const found = messagesAbout(documents.at(index)).find((message) => message.docId === docId)
  return found !== undefined && found.to === account.agency.code && found.at <= now().getTime() ? found : null
}

/** What the hub must make of a stream at the present time. */
export function truthOf(axis: Axis, stream: string): readonly Truth[] {
  if (stream === 'agencies') {
    return axis.town.agencies.map(({ code, name, parent }) => ({
      entity: 'Agency',
      key: code,
      record: { code, otherCodes: [], name, parentCode: parent, externalId: null },
    }))
  }
  return received(axis, stream).flatMap(([account, message]): Truth[] => {
    const record = meaningOf(message, axis.documents)
    return record === null ? [] : [{ entity: 'Document', key: `${account.username}|${message.docId}`, record }]
  })
}

/** How many records of a stream the hub must reject. */
export const dirtOf = (axis: Axis, stream: string): number =>
  stream === 'agencies'
    ? 0
    : received(axis, stream).filter(([, message]) => meaningOf(message, axis.documents) === null).length

const received = (axis: Axis, stream: string): readonly (readonly [Account, Message])[] =>
  axis.accounts.flatMap((account) =>
    messagesOf(axis, account, stream === 'documents' ? 'edoc' : 'status', 0, Infinity).map(
      (message) => [account, message] as const,
    ),
  )
