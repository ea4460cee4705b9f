// The names that one-stop gives to statuses, channels and other values.
import { foldCase, nameTable } from '#connector'
import type { DossierChannel, DossierStatus, Reader } from '#connector'

/** languageId of Vietnamese in iGate's multilingual names (46 is English). */
const vietnameseId = '228'

/** The Vietnamese one of a multilingual name `[{ languageId, name }]`, or a plain text as it is. */
export function vietnamese(from: Reader, member: string): string | null {
  const value = from.value[member]
  if (value === undefined || value === null || typeof value === 'string') return from.maybeText(member)
  for (const name of from.objects(member)) {
    if (name.maybeScalar('languageId') === vietnameseId) return name.maybeText('name')
  }
  return null
}

// The ten names of the national list of dossier states (TrangThaiHoSo 1 to 10), each with the short forms of the same words.
const statusNames: Readonly<Record<string, DossierStatus>> = {
  'Mới đăng ký': 'REGISTERED',
  'Được tiếp nhận': 'ACCEPTED',
  'Đã tiếp nhận': 'ACCEPTED',
  'Không được tiếp nhận': 'REFUSED',
  'Không tiếp nhận': 'REFUSED',
  'Từ chối tiếp nhận': 'REFUSED',
  'Đang xử lý': 'PROCESSING',
  'Yêu cầu bổ sung giấy tờ': 'SUPPLEMENT_REQUIRED',
  'Yêu cầu bổ sung': 'SUPPLEMENT_REQUIRED',
  'Yêu cầu bổ sung hồ sơ': 'SUPPLEMENT_REQUIRED',
  'Yêu cầu thực hiện nghĩa vụ tài chính': 'PAYMENT_REQUIRED',
  'Thực hiện nghĩa vụ tài chính': 'PAYMENT_REQUIRED',
  'Công dân yêu cầu rút hồ sơ': 'WITHDRAWN',
  'Yêu cầu rút hồ sơ': 'WITHDRAWN',
  'Rút hồ sơ': 'WITHDRAWN',
  'Dừng xử lý': 'STOPPED',
  'Đã xử lý xong': 'PROCESSED',
  'Xử lý xong': 'PROCESSED',
  'Đã trả kết quả': 'RETURNED',
  'Trả kết quả': 'RETURNED',
}
const defaultStatuses = nameTable(statusNames)

const channels: ReadonlyMap<string, DossierChannel> = nameTable({
  'Trực tiếp': 'IN_PERSON',
  'Trực tuyến': 'ONLINE',
  'Dịch vụ bưu chính': 'POSTAL',
  'Bưu chính công ích': 'POSTAL',
  'Dịch vụ bưu chính công ích': 'POSTAL',
  'Bưu chính': 'POSTAL',
})

type StatusNames = Readonly<Record<string, DossierStatus>>
const extended = new WeakMap<StatusNames, ReadonlyMap<string, DossierStatus>>()

/** The status that a name means, by the setting `statusNames` first; undefined for an unknown name. */
export function statusNamed(name: string, own: StatusNames | undefined): DossierStatus | undefined {
  return (own === undefined ? defaultStatuses : statusesWith(own)).get(key(name))
}

/** The channel that a name means; undefined for an unknown name. */
export const channelNamed = (name: string): DossierChannel | undefined => channels.get(key(name))

function statusesWith(own: StatusNames): ReadonlyMap<string, DossierStatus> {
  let table = extended.get(own)
  if (table === undefined) {
    table = new Map([...defaultStatuses, ...Object.entries(own).map(([name, status]) => [key(name), status] as const)])
    extended.set(own, table)
  }
  return table
}

// A source has a few dozen names and repeats them in a million records.
const keys = new Map<string, string>()
function key(name: string): string {
  let found = keys.get(name)
  if (found === undefined) {
    found = foldCase(name).replace(/\s+/g, ' ')
    if (keys.size < 1000 && name.length < 200) keys.set(name, found)
  }
  return found
}
