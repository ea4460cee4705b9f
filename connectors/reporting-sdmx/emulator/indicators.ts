// The indicators of the emulated dataflows and their figures.
import { seededRandom } from '#connector'

export interface Indicator {
  readonly code: string
  readonly name: string
  readonly unit: string
  /** Power of ten of the unit. */
  readonly multiplier: number
  readonly decimals: number
  readonly typical: number
}

const named: readonly Indicator[] = [
  { code: 'IIP', name: 'Chỉ số sản xuất công nghiệp', unit: 'PT', multiplier: 0, decimals: 2, typical: 105 },
  { code: 'BAN_LE', name: 'Tổng mức bán lẻ hàng hóa', unit: 'VND', multiplier: 9, decimals: 3, typical: 820 },
  {
    code: 'THU_NS',
    name: 'Thu ngân sách nhà nước trên địa bàn',
    unit: 'VND',
    multiplier: 6,
    decimals: 1,
    typical: 4300,
  },
  { code: 'CHI_NS', name: 'Chi ngân sách địa phương', unit: 'VND', multiplier: 6, decimals: 1, typical: 3900 },
  { code: 'VON_DTC', name: 'Vốn đầu tư công giải ngân', unit: 'VND', multiplier: 9, decimals: 2, typical: 64 },
  { code: 'XUAT_KHAU', name: 'Kim ngạch xuất khẩu', unit: 'USD', multiplier: 3, decimals: 0, typical: 15_200 },
  { code: 'NHAP_KHAU', name: 'Kim ngạch nhập khẩu', unit: 'USD', multiplier: 3, decimals: 0, typical: 11_700 },
  { code: 'DN_MOI', name: 'Doanh nghiệp đăng ký thành lập mới', unit: 'NUM', multiplier: 0, decimals: 0, typical: 9 },
  {
    code: 'VIEC_LAM',
    name: 'Lao động được giải quyết việc làm',
    unit: 'PERS',
    multiplier: 0,
    decimals: 0,
    typical: 140,
  },
  { code: 'HANH_KHACH', name: 'Vận chuyển hành khách', unit: 'PERS', multiplier: 3, decimals: 1, typical: 77 },
  { code: 'DIEN', name: 'Điện thương phẩm', unit: 'KWH', multiplier: 6, decimals: 2, typical: 31 },
  { code: 'NHIET_DO', name: 'Nhiệt độ bình quân chênh lệch', unit: 'CEL', multiplier: 0, decimals: 1, typical: 0 },
]

/** The indicator at an index: a dozen with names of their own, then as many numbered ones as are asked for. */
export function indicatorAt(index: number): Indicator {
  const known = named[index]
  if (known !== undefined) return known
  return {
    code: `CT${index + 1}`,
    name: `Chỉ tiêu thống kê số ${index + 1}`,
    unit: 'NUM',
    multiplier: 0,
    decimals: 0,
    typical: 500,
  }
}

/** The published figure: its text as written, null where the office has none yet, and the quality mark. */
export function figure(
  indicator: Indicator,
  ...parts: readonly (number | string)[]
): { value: string | null; status: string } {
  const random = seededRandom(...parts, indicator.code)
  const kind = random()
  if (kind < 0.01) return { value: null, status: 'M' }
  const spread = indicator.typical === 0 ? random() * 3 - 1.5 : indicator.typical * (0.7 + random() * 0.6)
  const scaled = Math.round(spread * 10 ** indicator.decimals)
  return { value: trimmed(scaled, indicator.decimals), status: kind < 0.12 ? 'P' : kind < 0.15 ? 'E' : 'A' }
}

/** An integer of hundredths and the like as a decimal without trailing zeros, which a JSON number does not keep. */
function trimmed(scaled: number, decimals: number): string {
  const digits = String(Math.abs(scaled)).padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals)
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '')
  return `${scaled < 0 ? '-' : ''}${whole}${decimals > 0 && fraction !== '' ? `.${fraction}` : ''}`
}
