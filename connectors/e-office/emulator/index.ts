import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Emulator, RunningEmulator, Truth } from '#connector'
import { documentsOf, lastFollowUp, messagesAbout } from './data.ts'
import type { Message } from './data.ts'
import { meaningOf } from './truth.ts'
import { axisTime, edxmlOf } from './xml.ts'

type Behaviour = Parameters<RunningEmulator['behave']>[0]
const hour = 3_600_000
const tokenLives = 30 * 60_000

/** A provincial axis of the second generation for one town: a login for each unit, date windows, edXML in two dresses. */
export default (async ({ town, size, now, port = 0 }) => {
  const documents = documentsOf(town, size)
  const accounts = documents.units.map((agency, index) => ({
    agency,
    username: `vt.${agency.code.toLowerCase()}`,
    password: `Matkhau#${town.seed}${index}`,
    applicationCode: 'HUB',
    systemId: `${agency.code}.SYS`,
    secretKey: createHmac('sha256', `axis-${town.seed}`).update(agency.code).digest('hex').slice(0, 32),
  }))
  type Account = (typeof accounts)[number]
  const byUser = new Map(accounts.map((account) => [account.username, account]))
  const acknowledged = new Set<string>()
  let behaviour: Behaviour = 'normal'

  const sign = (payload: string): string =>
    createHmac('sha256', `token-${town.seed}`).update(payload).digest('base64url')
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const tokenFor = (account: Account): string => {
    const payload = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ sub: account.username, exp: Math.floor((now().getTime() + tokenLives) / 1000) })}`
    return `${payload}.${sign(payload)}`
  }
  const bearer = (request: IncomingMessage): Account | null => {
    const [head = '', body = '', signature] = (request.headers.authorization ?? '').replace(/^Bearer /, '').split('.')
    if (signature === undefined || sign(`${head}.${body}`) !== signature) return null
    const { sub, exp } = JSON.parse(Buffer.from(body, 'base64url').toString()) as { sub: string; exp: number }
    return exp * 1000 > now().getTime() ? (byUser.get(sub) ?? null) : null
  }

  /** The messages of one unit that arose from one moment up to another, and not after now. */
  const messagesOf = (account: Account, type: 'edoc' | 'status', from: number, before: number): Message[] => {
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
  const messageById = (account: Account, docId: string): Message | null => {
    const index = Number(/^(\d{7,12})-/.exec(docId)?.[1] ?? 'NaN') - 1_000_000
    if (!(index >= 0 && index < documents.sentBefore(now().getTime() + 1))) return null
    const found = messagesAbout(documents.at(index)).find((message) => message.docId === docId)
    return found !== undefined && found.to === account.agency.code && found.at <= now().getTime() ? found : null
  }

  const listed = (account: Account, type: 'edoc' | 'status') => (message: Message) => {
    // The unit's own e-office takes some messages after an hour, which moves their time of change.
    const taken = message.about.index % 4 === 0 && now().getTime() >= message.at + hour
    return {
      serviceType: 'eDoc',
      createdTime: axisTime(message.at),
      updatedTime: axisTime(taken ? message.at + hour : message.at),
      messageType: type,
      docId: message.docId,
      from: message.from,
      to: account.agency.code,
      status: taken || acknowledged.has(message.docId) ? 'done' : 'inbox',
      statusDesc: taken ? 'Đã xử lý' : 'Chờ nhận',
    }
  }
  const refusal = (docId: string, errorCode: number, errorDesc: string) => ({
    success: false,
    message: errorDesc,
    data: { docId, status: 'fail', errorCode, errorDesc },
  })
  const moment = (date: string | null): number | null =>
    date !== null && /^\d{4}\/\d{2}\/\d{2}$/.test(date)
      ? Date.parse(`${date.replaceAll('/', '-')}T00:00:00+07:00`)
      : null

  const answer = (account: Account, path: string, query: URLSearchParams, body: string): unknown => {
    switch (path) {
      case '/v1/getAgenciesList': {
        const data = town.agencies.map(({ code, name, parent }) => ({
          orgCode: code,
          orgName: name,
          parentCode: parent ?? '',
        }))
        return { success: true, message: 'OK', count: data.length, data }
      }
      case '/v1/syncReceivedEdocList': {
        const type = query.get('messageType')
        const [from, to] = [moment(query.get('fromDate')), moment(query.get('toDate'))]
        if ((type !== 'edoc' && type !== 'status') || from === null || to === null)
          return refusal('', 10, 'Invalid request')
        const data = messagesOf(account, type, from, to + 24 * hour).map(listed(account, type))
        return { success: true, message: 'OK', count: data.length, data }
      }
      case '/v1/getEdoc': {
        const docId = query.get('docId') ?? ''
        const message = messageById(account, docId)
        if (message === null) return refusal(docId, 10, 'File not found')
        if (message.about.dirt === 'bad-file') return refusal(docId, 22, 'Invalid edXML')
        const xml = edxmlOf(message, documents)
        const dress = message.about.index % 3
        const data =
          dress === 0
            ? Buffer.from(xml).toString('base64')
            : { edxml: dress === 1 ? xml : Buffer.from(xml).toString('base64') }
        return { success: true, message: 'OK', data }
      }
      case '/v1/updateStatus': {
        const { docId, status } = JSON.parse(body) as { docId: string; status: string }
        if (messageById(account, docId) === null) return refusal(docId, 10, 'File not found')
        if (status === 'done') acknowledged.add(docId)
        return { success: true, message: 'OK', docId }
      }
      default:
        return null
    }
  }

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString('utf8')
    const json = (status: number, value: unknown, headers: Record<string, string> = {}): void => {
      response
        .writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
        .end(JSON.stringify(value))
    }
    const url = new URL(request.url ?? '/', 'http://axis')
    const unauthorised = { success: false, message: 'Unauthorized' }
    if (url.pathname === '/v1/auth/login' && request.method === 'POST') {
      const sent = JSON.parse(body) as Record<string, unknown>
      const account = byUser.get(String(sent['username']))
      const known =
        account !== undefined &&
        account.password === sent['password'] &&
        account.applicationCode === sent['applicationCode']
      if (!known || behaviour === 'unauthorised') return json(401, unauthorised)
      return json(200, { success: true, message: 'OK', data: { token: tokenFor(account) } })
    }
    if (behaviour === 'unauthorised') return json(401, unauthorised)
    if (behaviour === 'forbidden') return json(403, { success: false, message: 'Forbidden' })
    if (behaviour === 'throttled')
      return json(429, { success: false, message: 'Too many requests' }, { 'retry-after': '7' })
    if (behaviour === 'unavailable') return json(503, { success: false, message: 'Unavailable' })
    if (behaviour === 'html') {
      response
        .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
        .end('<!DOCTYPE html><html><body>Đăng nhập</body></html>')
      return
    }
    if (behaviour === 'unknown-structure') return json(200, { result: { rows: [] } })
    const account = bearer(request)
    if (account === null) return json(401, unauthorised)
    if (request.headers['x-systemid'] !== account.systemId || request.headers['x-secretkey'] !== account.secretKey) {
      return json(200, refusal('', 15, 'Invalid system id or secret key'))
    }
    const found = answer(account, url.pathname, url.searchParams, body)
    return found === null ? json(404, { success: false, message: 'Not found' }) : json(200, found)
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => response.destroy(error as Error))
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`

  const all = (stream: string): readonly (readonly [Account, Message])[] =>
    accounts.flatMap((account) =>
      messagesOf(account, stream === 'documents' ? 'edoc' : 'status', 0, Infinity).map(
        (message) => [account, message] as const,
      ),
    )
  return {
    settings: {
      url: `http://${host}`,
      units: accounts.map(({ agency: _agency, ...account }) => account),
      lookbackDays: 90,
      acknowledge: false,
    },
    hosts: [host],
    truth: (stream) => {
      if (stream === 'agencies') {
        return town.agencies.map(({ code, name, parent }) => ({
          entity: 'Agency',
          key: code,
          record: { code, otherCodes: [], name, parentCode: parent, externalId: null },
        }))
      }
      return all(stream).flatMap(([account, message]): Truth[] => {
        const record = meaningOf(message, documents)
        return record === null ? [] : [{ entity: 'Document', key: `${account.username}|${message.docId}`, record }]
      })
    },
    dirt: (stream) =>
      stream === 'agencies' ? 0 : all(stream).filter(([, message]) => meaningOf(message, documents) === null).length,
    behave: (next) => {
      behaviour = next
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}) satisfies Emulator
