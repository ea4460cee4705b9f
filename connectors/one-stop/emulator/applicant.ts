// The invented applicants of the emulated dossiers.
import { seededRandom } from '#connector'
import type { Town, TownUnit } from '#connector'
import type { Course } from './course.ts'

// Applicants of nowhere: names put together at random, numbers and addresses invented.

export interface Applicant {
  readonly kind: 'CITIZEN' | 'BUSINESS'
  readonly fullname: string | null
  readonly ownerFullname: string | null
  readonly identityNumber: string | null
  readonly birthday: { readonly year: number; readonly text: string } | null
  readonly male: boolean
  readonly phone: string
  readonly email: string | null
  readonly house: string
  readonly village: TownUnit | null
  readonly district: TownUnit | null
  readonly province: TownUnit | null
}

const families = [
  'Nguyễn',
  'Trần',
  'Lê',
  'Phạm',
  'Huỳnh',
  'Phan',
  'Võ',
  'Đặng',
  'Bùi',
  'Đỗ',
  'Hồ',
  'Ngô',
  'Dương',
  'Lý',
]
const middles = {
  male: ['Văn', 'Hữu', 'Đức', 'Minh', 'Quốc', 'Thành', 'Công'],
  female: ['Thị', 'Ngọc', 'Thanh', 'Kim', 'Thu', 'Mỹ', 'Bích'],
}
const givens = {
  male: ['Hòa', 'Thắng', 'Tuấn', 'Dũng', 'Hiếu', 'Phúc', 'Khánh', 'Tùng', 'Nghĩa', 'Quý'],
  female: ['Thúy', 'Hằng', 'Nguyệt', 'Loan', 'Trâm', 'Yến', 'Phượng', 'Tuyền', 'Duyên', 'Hoà'],
}
const trades = ['Thịnh Phát', 'An Khang', 'Tân Hưng', 'Phú Quý', 'Bảo Ngọc', 'Đông Á', 'Hoàng Gia', 'Trường Thịnh']
const roads = ['Cách Mạng Tháng Tám', 'Lạc Long Quân', 'Điện Biên Phủ', 'Hùng Vương', 'Trưng Nữ Vương', 'Ngô Gia Tự']

const reform = Date.parse('2025-07-01T00:00:00+07:00')

export function applicantOf(town: Town, index: number, course: Course): Applicant {
  const random = seededRandom(town.seed, 'applicant', index)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
  const digits = (count: number): string => String(Math.floor(random() * 10 ** count)).padStart(count, '0')

  const { audiences } = course.procedure
  const business = audiences.includes('BUSINESS') && (!audiences.includes('CITIZEN') || random() < 0.15)
  const male = random() < 0.5
  const sex = male ? 'male' : 'female'
  const person = `${pick(families)} ${pick(middles[sex])} ${pick(givens[sex])}`
  const represented = random() < 0.4
  const firm = random() < 0.5 ? `Hộ kinh doanh ${pick(trades)}` : `Công ty TNHH ${pick(trades)} ${digits(3)}`
  const old = random() < 0.12
  // Prefixes and centuries that no office ever gave out, so that no number is anybody's.
  const citizenNumber = old
    ? `${random() < 0.3 ? '00' : '99'}${digits(7)}`
    : `0${pick(['72', '80', '79'])}9${digits(8)}`
  const registered = course.steps[0]!.at
  const villages = unitsOf(town)[registered < reform ? 'old' : 'present']
  const village = villages.length === 0 ? null : pick(villages)
  const parent = village === null ? null : parentOf(town, village)
  const isProvince = parent?.kind === 'PROVINCE'
  const province = isProvince ? parent : parent === null ? null : parentOf(town, parent)
  return {
    kind: business ? 'BUSINESS' : 'CITIZEN',
    fullname: !business || represented ? person : null,
    ownerFullname: business ? firm : null,
    identityNumber: business && !represented ? `00${digits(8)}` : citizenNumber,
    birthday: business && !represented ? null : birthday(random),
    male,
    phone: `${random() < 0.9 ? '+84' : '0'}100${digits(6)}`,
    email: random() < 0.3 ? `hoso${index}@example.com` : null,
    house: `Số ${1 + Math.floor(random() * 400)}, đường ${pick(roads)}`,
    village,
    district: isProvince ? null : parent,
    province,
  }
}

/** The ways in which forms write a birthday; an ISO time is the local midnight of the day. */
function birthday(random: () => number): Applicant['birthday'] {
  const year = 1945 + Math.floor(random() * 62)
  const [month, date] = [1 + Math.floor(random() * 12), 1 + Math.floor(random() * 28)]
  const [mm, dd] = [String(month).padStart(2, '0'), String(date).padStart(2, '0')]
  const way = random()
  if (way < 0.45) {
    const midnight = new Date(Date.UTC(year, month - 1, date) - 7 * 3_600_000)
    return { year, text: midnight.toISOString().replace('Z', '+0000') }
  }
  if (way < 0.75) return { year, text: `${dd}/${mm}/${year}` }
  if (way < 0.85) return { year, text: String(year) }
  if (way < 0.92) return { year, text: `00/00/${year}` }
  return null
}

const communes = new WeakMap<Town, { old: readonly TownUnit[]; present: readonly TownUnit[] }>()
function unitsOf(town: Town): { old: readonly TownUnit[]; present: readonly TownUnit[] } {
  let units = communes.get(town)
  if (units === undefined) {
    const local = town.units.filter(({ kind }) => kind === 'WARD' || kind === 'COMMUNE' || kind === 'TOWNSHIP')
    const present = local.filter(({ validTo }) => validTo === null)
    const gone = local.filter(({ validTo }) => validTo !== null)
    units = { old: gone.length > 0 ? gone : present, present }
    communes.set(town, units)
  }
  return units
}

/** The unit above, of the same time: a code may have belonged to another unit before the reform. */
function parentOf(town: Town, unit: TownUnit): TownUnit | null {
  const above = parentsOf(town).get(unit.parent ?? '') ?? []
  return above.find(({ validTo }) => (validTo === null) === (unit.validTo === null)) ?? null
}
const parents = new WeakMap<Town, ReadonlyMap<string, readonly TownUnit[]>>()
function parentsOf(town: Town): ReadonlyMap<string, readonly TownUnit[]> {
  let byCode = parents.get(town)
  if (byCode === undefined) {
    byCode = Map.groupBy(town.units, ({ code }) => code)
    parents.set(town, byCode)
  }
  return byCode
}
