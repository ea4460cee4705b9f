// The agencies of the demonstration's town.
import type { TownAgency, TownUnit } from '../contract/index.ts'

/** Provincial agencies by their number under `H53`: invented numbers, for no public list of them is known. */
const departments: readonly (readonly [number: string, name: string, takesDossiers: boolean])[] = [
  ['01', 'Văn phòng Ủy ban nhân dân tỉnh', false],
  ['02', 'Sở Nội vụ', true],
  ['03', 'Sở Tài chính', true],
  ['04', 'Sở Công Thương', true],
  ['05', 'Sở Dân tộc và Tôn giáo', true],
  ['06', 'Sở Nông nghiệp và Môi trường', true],
  ['07', 'Sở Xây dựng', true],
  ['08', 'Sở Tư pháp', true],
  ['09', 'Sở Văn hóa, Thể thao và Du lịch', true],
  ['10', 'Sở Giáo dục và Đào tạo', true],
  ['11', 'Sở Y tế', true],
  ['12', 'Sở Khoa học và Công nghệ', true],
  ['13', 'Thanh tra tỉnh', true],
  ['14', 'Ban Quản lý Khu kinh tế tỉnh', true],
]
const centre = { number: '15', name: 'Trung tâm Phục vụ hành chính công tỉnh' }

/** The communes that take part, numbered from 21 on; `old`: their committee goes on with the code of a former district. */
const communes: readonly { readonly name: string; readonly old: boolean }[] = [
  { name: 'Phường Hòa Thành', old: true },
  { name: 'Phường Long Hoa', old: false },
  { name: 'Phường Thanh Điền', old: false },
  { name: 'Phường Tân Ninh', old: true },
  { name: 'Phường Bình Minh', old: false },
  { name: 'Phường Ninh Thạnh', old: false },
  { name: 'Phường Gò Dầu', old: true },
  { name: 'Phường Gia Lộc', old: false },
  { name: 'Phường Trảng Bàng', old: true },
  { name: 'Phường An Tịnh', old: false },
  { name: 'Phường Long An', old: false },
  { name: 'Phường Tân An', old: true },
  { name: 'Phường Khánh Hậu', old: false },
  { name: 'Phường Kiến Tường', old: true },
  { name: 'Xã Tân Biên', old: true },
  { name: 'Xã Tân Châu', old: true },
  { name: 'Xã Dương Minh Châu', old: true },
  { name: 'Xã Châu Thành', old: true },
  { name: 'Xã Bến Cầu', old: true },
  { name: 'Xã Tân Thành', old: false },
  { name: 'Xã Tân Thạnh', old: true },
  { name: 'Xã Đức Hòa', old: true },
  { name: 'Xã Bến Lức', old: true },
  { name: 'Xã Cần Đước', old: true },
  { name: 'Xã Cần Giuộc', old: true },
  { name: 'Xã Thủ Thừa', old: true },
]
const firstCommune = 21

/**
 * The province's tree of agencies: the committee of the province, its office, the committee of Hòa Thành, then the rest by
 * code, so that the first few are one of each tier. A committee's name is `Ủy ban nhân dân ` and its unit's name with a small
 * first letter. Codes of agencies older than July 2025 also have the old shape `000.03.21.H53`.
 */
export function townAgencies(units: readonly TownUnit[]): TownAgency[] {
  const present = new Map(units.filter(({ validTo }) => validTo === null).map((unit) => [unit.name, unit]))
  const unitNamed = (name: string): TownUnit => {
    const unit = present.get(name)
    if (unit === undefined) throw new Error(`The demonstration's units lack ${name}`)
    return unit
  }
  const province = unitNamed('Tỉnh Tây Ninh')
  const provincial = [...departments, [centre.number, centre.name, true] as const].map(
    ([number, name, oneStop]): TownAgency => ({
      code: `H53.${number}`,
      oldCode: `000.00.${number}.H53`,
      name,
      parent: 'H53',
      unit: null,
      oneStop,
    }),
  )
  const local = communes.flatMap(({ name, old }, index) => committee(unitNamed(name), firstCommune + index, old))
  const [office, ...otherDepartments] = provincial
  const [hoaThanh, ...otherLocal] = local
  return [
    {
      code: 'H53',
      oldCode: '000.00.00.H53',
      name: committeeOf(province),
      parent: null,
      unit: province.code,
      oneStop: false,
    },
    office!,
    hoaThanh!,
    ...otherDepartments,
    ...otherLocal,
  ]
}

const small = (name: string): string => name.charAt(0).toLocaleLowerCase('vi') + name.slice(1)
const committeeOf = (unit: TownUnit): string => `Ủy ban nhân dân ${small(unit.name)}`

function committee(unit: TownUnit, number: number, old: boolean): TownAgency[] {
  const urban = unit.kind === 'WARD'
  const parts = [
    { name: 'Văn phòng HĐND và UBND', oneStop: false },
    { name: 'Phòng Văn hóa - Xã hội', oneStop: false },
    { name: urban ? 'Phòng Kinh tế, Hạ tầng và Đô thị' : 'Phòng Kinh tế', oneStop: true },
    ...(urban ? [{ name: 'Trung tâm Phục vụ hành chính công', oneStop: true }] : []),
  ]
  const code = `H53.${number}`
  const oldCode = (part: number): string | null => (old ? `000.${String(part).padStart(2, '0')}.${number}.H53` : null)
  return [
    { code, oldCode: oldCode(0), name: committeeOf(unit), parent: 'H53', unit: unit.code, oneStop: true },
    ...parts.map(({ name, oneStop }, index) => ({
      code: `${code}.${index + 1}`,
      oldCode: oldCode(index + 1),
      name: `${name} ${small(unit.name)}`,
      parent: code,
      unit: unit.code,
      oneStop,
    })),
  ]
}
