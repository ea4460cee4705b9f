// What the axis answers to a unit that is logged in.
import { messageById, messagesOf } from './axis.ts'
import type { Account, Axis } from './axis.ts'
import type { Message } from './data.ts'
import { axisTime, edxmlOf } from './xml.ts'

const hour = 3_600_000

/** The answer to a request of an account; null for an unknown path. */
export function answerOf(axis: Axis, account: Account, { pathname, searchParams }: URL, body: string): unknown {
  switch (pathname) {
    case '/v1/getAgenciesList':
      return agencies(axis)
    case '/v1/syncReceivedEdocList':
      return list(axis, account, searchParams)
    case '/v1/getEdoc':
      return edoc(axis, account, searchParams.get('docId') ?? '')
    case '/v1/updateStatus': {
      const { docId, status } = JSON.parse(body) as { docId: string; status: string }
      if (messageById(axis, account, docId) === null) return refusal(docId, 10, 'File not found')
      if (status === 'done') axis.acknowledged.add(docId)
      return { success: true, message: 'OK', docId }
    }
    default:
      return null
  }
}

/** The axis's refusal with its error code. */
export const refusal = (docId: string, errorCode: number, errorDesc: string) => ({
  success: false,
  message: errorDesc,
  data: { docId, status: 'fail', errorCode, errorDesc },
})

function agencies({ town }: Axis): unknown {
  const data = town.agencies.map(({ code, name, parent }) => ({
    orgCode: code,
    orgName: name,
    parentCode: parent ?? '',
  }))
  return { success: true, message: 'OK', count: data.length, data }
}

function list(axis: Axis, account: Account, query: URLSearchParams): unknown {
  const type = query.get('messageType')
  const [from, to] = [moment(query.get('fromDate')), moment(query.get('toDate'))]
  if ((type !== 'edoc' && type !== 'status') || from === null || to === null) return refusal('', 10, 'Invalid request')
  const messages = messagesOf(axis, account, type, from, to + 24 * hour)
  const data = messages.map((message) => listed(axis, account, type, message))
  return { success: true, message: 'OK', count: data.length, data }
}

const moment = (date: string | null): number | null =>
  date !== null && /^\d{4}\/\d{2}\/\d{2}$/.test(date) ? Date.parse(`${date.replaceAll('/', '-')}T00:00:00+07:00`) : null

function listed({ acknowledged, now }: Axis, account: Account, type: 'edoc' | 'status', message: Message) {
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

/** A message as XML, as base64 of it, or as base64 without a wrapper: senders differ. */
function edoc(axis: Axis, account: Account, docId: string): unknown {
  const message = messageById(axis, account, docId)
  if (message === null) return refusal(docId, 10, 'File not found')
  if (message.about.dirt === 'bad-file') return refusal(docId, 22, 'Invalid edXML')
  const xml = edxmlOf(message, axis.documents)
  const base64 = Buffer.from(xml).toString('base64')
  const dress = message.about.index % 3
  const data = dress === 0 ? base64 : { edxml: dress === 1 ? xml : base64 }
  return { success: true, message: 'OK', data }
}
