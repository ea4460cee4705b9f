// Writes the emulated workbooks and CSV files.
import writeWorkbook from 'write-excel-file/node'
import type { Office, Sent } from './town.ts'

const two = (value: number): string => String(value).padStart(2, '0')
export const yearOf = (month: number): number => Math.floor(month / 12)
export const partOf = (month: number): number => (month % 12) + 1

export const fileName = ({ kind, agency, month }: Sent): string =>
  kind === 'ward'
    ? `BC_KTXH_${agency}_${yearOf(month)}-M${two(partOf(month))}.xlsx`
    : `TTHC_XA_${agency}_T${two(partOf(month))}-${yearOf(month)}.csv`

/** The templates that an operator would declare for these files. */
export const templatesOf = (office: Office) => [
  {
    code: 'BC_KTXH',
    title: 'Báo cáo tình hình kinh tế - xã hội tháng',
    regime: 'ND09',
    match: '^BC_KTXH_(?<agency>H53(?:\\.\\d+)*)_(?<period>\\d{4}-M\\d{2})\\.xlsx$',
    expected: office.agencies,
    dueDays: 5,
    sheet: 'Biểu 01',
    headerRows: 6,
    unitFrom: 'title',
    columns: [
      { title: 'Kế hoạch năm', period: 'year-plan' },
      { title: 'Thực hiện / Tháng báo cáo', period: 'current' },
      { title: 'Lũy kế từ đầu năm', period: 'cumulative' },
      { title: 'So với cùng kỳ (%)', period: 'percent-of-previous-year' },
    ],
  },
  {
    code: 'TTHC_XA',
    title: 'Tình hình giải quyết thủ tục hành chính theo xã, phường',
    match: '^TTHC_XA_(?<agency>H53(?:\\.\\d+)*)_(?<period>T\\d{2}-\\d{4})\\.csv$',
    expected: [office.centre],
    dueDays: 3,
    headerRows: 3,
    unitFrom: 'title',
    columns: [
      { title: 'Tiếp nhận', indicator: 'TTHC.TIEP_NHAN' },
      { title: 'Đúng hạn', indicator: 'TTHC.DUNG_HAN' },
    ],
  },
]

/** The bytes of a file as its agency saved it. */
export async function fileBytes(office: Office, sent: Sent): Promise<Uint8Array> {
  if (sent.kind === 'area') return areaCsv(office, sent)
  if (sent.corrupt) return new TextEncoder().encode('PK\u0003\u0004 tệp hỏng giữa chừng khi sao chép')
  return wardWorkbook(office, sent)
}

async function wardWorkbook(office: Office, sent: Sent): Promise<Uint8Array> {
  const period = `THÁNG ${partOf(sent.month)} NĂM ${yearOf(sent.month)}`
  const head = [
    [{ value: `BÁO CÁO TÌNH HÌNH KINH TẾ - XÃ HỘI ${period}`, columnSpan: 6 }, null, null, null, null, null],
    [{ value: 'Ban hành kèm theo quy định của tỉnh', columnSpan: 6 }, null, null, null, null, null],
    [null, null, null, null, null, 'ĐVT: triệu đồng'],
    [
      { value: 'TT', rowSpan: 2 },
      { value: 'Chỉ tiêu', rowSpan: 2 },
      { value: 'Kế hoạch năm', rowSpan: 2 },
      { value: 'Thực hiện', columnSpan: 2 },
      null,
      { value: 'So với cùng kỳ (%)', rowSpan: 2 },
    ],
    [null, null, null, 'Tháng báo cáo', 'Lũy kế\ntừ đầu năm', null],
    ['A', 'B', 1, 2, 3, '4=2/1'],
  ]
  const body = office
    .linesOf(sent)
    .map(({ number, name }, line) => [
      number === '' ? null : /^\d+$/.test(number) ? Number(number) : number,
      line % 7 === 3 ? name.normalize('NFD') : name,
      ...[0, 1, 2, 3].map((column) => office.wardCell(sent, line, column).shown),
    ])
  const foot = [
    [null, null, null, null, null, null],
    [null, null, null, { value: 'Ngày 16 tháng này năm nay', columnSpan: 3 }, null, null],
    [null, 'Người lập biểu', null, 'TM. ỦY BAN NHÂN DÂN', null, null],
  ]
  return writeWorkbook([...head, ...body, ...foot], { sheet: 'Biểu 01' }).toBuffer()
}

function areaCsv(office: Office, { month }: Sent): Uint8Array {
  const lines = office.communes.map(({ name }, index) =>
    [
      index + 1,
      index % 5 === 2 ? name.normalize('NFD') : name,
      ...[0, 1].map((column) => office.areaCell(month, index, column).shown),
    ].join(';'),
  )
  const head = [
    `Tình hình giải quyết thủ tục hành chính, tháng ${two(partOf(month))}/${yearOf(month)};;;`,
    ';;;(Đơn vị tính: hồ sơ)',
    'STT;Địa bàn;Tiếp nhận;Đúng hạn',
  ]
  return new TextEncoder().encode(
    `\uFEFF${[...head, ...lines, 'Ghi chú: số liệu chốt cuối tháng;;;'].join('\r\n')}\r\n`,
  )
}
