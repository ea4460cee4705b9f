// The kinds of administrative documents, by name or by notation.
import { foldCase } from '#connector'

/** The kinds of administrative documents of NĐ 30/2020/NĐ-CP with their abbreviations; the last two have none. */
const abbreviations: Readonly<Record<string, string>> = {
  NQ: 'Nghị quyết',
  QĐ: 'Quyết định',
  CT: 'Chỉ thị',
  QC: 'Quy chế',
  QyĐ: 'Quy định',
  TC: 'Thông cáo',
  TB: 'Thông báo',
  HD: 'Hướng dẫn',
  CTr: 'Chương trình',
  KH: 'Kế hoạch',
  PA: 'Phương án',
  ĐA: 'Đề án',
  DA: 'Dự án',
  BC: 'Báo cáo',
  BB: 'Biên bản',
  TTr: 'Tờ trình',
  HĐ: 'Hợp đồng',
  CĐ: 'Công điện',
  BGN: 'Bản ghi nhớ',
  BTT: 'Bản thỏa thuận',
  GUQ: 'Giấy ủy quyền',
  GM: 'Giấy mời',
  GGT: 'Giấy giới thiệu',
  GNP: 'Giấy nghỉ phép',
  PG: 'Phiếu gửi',
  PC: 'Phiếu chuyển',
  PB: 'Phiếu báo',
}
const names = new Map([...Object.values(abbreviations), 'Công văn', 'Thư công'].map((name) => [foldCase(name), name]))

/** How the notation of an official letter begins, which has no kind: with its issuer (`UBND-VP`, `STP-VP`). */
const issuer = /^(?:UBND|HĐND|VP|BQL|[SB][A-ZĐ]{2,})$/u

/** The kind's Vietnamese name: as it is named, else by the notation (`QĐ-UBND`, `UBND-VP`); null where neither says. */
export function documentKind(typeName: string | null, notation: string | null): string | null {
  if (typeName !== null) return names.get(foldCase(typeName)) ?? typeName
  const last = notation?.split('/').at(-1)?.trim() ?? ''
  const [first = '', ...rest] = last.split('-')
  if (Object.hasOwn(abbreviations, first)) return abbreviations[first] ?? null
  return rest.length > 0 && issuer.test(first) ? 'Công văn' : null
}
