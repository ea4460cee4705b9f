// The catalogue of a town's procedures, from the seed and the clock.
import { seededRandom } from '#connector'
import type { Town } from '#connector'

export interface CatalogueEntry {
  readonly id: string
  readonly code: string
  readonly name: string
  readonly field: string
  /** Code of the implementing agency. */
  readonly agency: string
  readonly audiences: readonly ('CITIZEN' | 'BUSINESS')[]
  readonly weight: number
  /** Milliseconds since 1970. */
  readonly publishedAt: number
  readonly withdrawnAt: number
}
export interface ListedAgency {
  readonly id: string
  readonly code: string
  readonly name: string
}

const acts = [
  'Cấp',
  'Cấp lại',
  'Cấp đổi',
  'Gia hạn',
  'Điều chỉnh',
  'Thu hồi theo yêu cầu',
  'Xác nhận',
  'Đăng ký',
  'Công bố lại',
]
const things: readonly (readonly [string, string])[] = [
  ['giấy phép xây dựng nhà ở riêng lẻ', 'Hoạt động xây dựng'],
  ['giấy chứng nhận đủ điều kiện an toàn thực phẩm', 'An toàn thực phẩm'],
  ['giấy phép kinh doanh vận tải bằng xe ô tô', 'Đường bộ'],
  ['giấy phép bán lẻ rượu', 'Lưu thông hàng hóa trong nước'],
  ['chứng chỉ hành nghề dược', 'Dược phẩm'],
  ['giấy phép hoạt động cơ sở giáo dục mầm non', 'Giáo dục mầm non'],
  ['giấy phép khai thác nước dưới đất', 'Tài nguyên nước'],
  ['thẻ hướng dẫn viên du lịch nội địa', 'Du lịch'],
  ['giấy phép lao động cho người nước ngoài', 'Việc làm'],
  ['giấy chứng nhận trang trại', 'Kinh tế hợp tác và phát triển nông thôn'],
]
const scopes = [
  'tại cấp tỉnh',
  'tại cấp xã',
  'trong khu công nghiệp',
  'tại khu vực biên giới',
  'theo cơ chế một cửa liên thông',
]

/** National bodies that stand in the same list, in all the shapes of codes that the list mixes. Two bear one name. */
const national: readonly ListedAgency[] = [
  { id: '6369', code: '000.00.00.G01', name: 'Bộ Công an' },
  { id: '2', code: 'G03', name: 'Bộ Giáo dục và Đào tạo' },
  { id: '734', code: 'G06', name: 'Bộ Khoa học  và  Công nghệ' },
  { id: '7001', code: '000.00.00.G22', name: 'Văn phòng Chính phủ' },
  { id: '7002', code: '000.00.00.G99', name: 'Văn phòng Chính phủ' },
  { id: '7003', code: 'A80', name: 'Tổ chức thử nghiệm liên thông' },
  { id: '7004', code: '0100000017', name: 'Tổng công ty thử nghiệm' },
]
const maxProcedures = 2_400
const maxArrivals = 500
const arrivalEvery = 10 * 60_000
const withdrawnAfter = 60 * 60_000

export interface Catalogue {
  readonly agencies: readonly ListedAgency[]
  /** What the catalogue has at a moment, most used first. */
  at(now: Date): readonly CatalogueEntry[]
}

/** The catalogue of a town: its own procedures and made-up ones up to `size`; later one arrives every ten minutes. */
export function catalogueOf(town: Town, size: number): Catalogue {
  const total = Math.min(Math.max(size, town.procedures.length), maxProcedures)
  const entries: CatalogueEntry[] = []
  const founded = town.foundedAt.getTime()
  const own = new Set(town.procedures.map((procedure) => procedure.code))
  for (const [index, procedure] of town.procedures.entries()) {
    const { code, name, field, agency, audiences } = procedure
    entries.push({
      id: String(400_000 + index),
      code,
      name,
      field,
      agency,
      audiences,
      ...always,
      weight: 15_000_000 - index * 5_000,
    })
  }
  for (let index = entries.length; index < total + maxArrivals; index += 1) {
    const made = madeUp(town, index)
    if (own.has(made.code)) continue
    const later = index - total
    if (later < 0) entries.push({ ...made, ...always })
    else {
      const publishedAt = founded + (later + 1) * arrivalEvery
      entries.push({ ...made, publishedAt, withdrawnAt: later % 7 === 3 ? publishedAt + withdrawnAfter : Infinity })
    }
  }
  const agencies = [
    ...national,
    ...town.agencies.map(({ code, name }, index) => ({ id: String(369_810 + index), code, name })),
  ]
  return {
    agencies,
    at: (now) => {
      const moment = now.getTime()
      return entries.filter((entry) => entry.publishedAt <= moment && moment < entry.withdrawnAt)
    },
  }
}

const always = { publishedAt: -Infinity, withdrawnAt: Infinity }

function madeUp(town: Town, index: number): Omit<CatalogueEntry, 'publishedAt' | 'withdrawnAt'> {
  const random = seededRandom(town.seed, 'catalogue', index)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!
  const [thing, field] = pick(things)
  const audience = random()
  return {
    id: String(400_000 + index),
    code: `${1 + Math.floor(random() * 3)}.${String(100_000 + index).padStart(6, '0')}`,
    name: `${pick(acts)} ${thing} ${pick(scopes)}`,
    field,
    agency: index % 20 === 7 ? '000.00.00.G22' : pick(town.agencies).code,
    audiences: audience < 0.35 ? ['CITIZEN'] : audience < 0.7 ? ['BUSINESS'] : ['CITIZEN', 'BUSINESS'],
    weight: Math.max(1, 2_000_000 - index * 600),
  }
}
