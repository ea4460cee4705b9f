// What reporting-workbook is called, which streams it offers and what an operator sets.
import type { Manifest } from '#connector'

export const manifest = {
  name: 'reporting-workbook',
  title: { vi: 'Báo cáo bằng tệp Excel và CSV', en: 'Report workbooks in a folder' },
  streams: {
    reports: {
      entity: 'Report',
      key: 'key',
      title: { vi: 'Báo cáo phải nộp và đã nộp', en: 'Reports expected and submitted' },
      kind: 'change-time',
    },
    observations: {
      entity: 'Observation',
      key: 'key',
      title: { vi: 'Số liệu trong các báo cáo', en: 'Figures in the reports' },
      kind: 'change-time',
    },
  },
  config: {
    folder: { kind: 'folder', title: { vi: 'Thư mục nhận báo cáo', en: 'Folder that receives the reports' } },
    templates: {
      kind: 'list',
      title: { vi: 'Các biểu mẫu', en: 'Templates' },
      of: {
        kind: 'object',
        title: { vi: 'Biểu mẫu', en: 'Template' },
        fields: {
          code: { kind: 'text', title: { vi: 'Mã báo cáo', en: 'Code of the report' } },
          title: { kind: 'text', title: { vi: 'Tên báo cáo', en: 'Title of the report' } },
          regime: {
            kind: 'text',
            required: false,
            title: {
              vi: 'Chế độ báo cáo; ND09: thời hạn chốt số liệu theo Nghị định 09/2019/NĐ-CP',
              en: 'Reporting regime; ND09: cut-off dates of decree 09/2019/NĐ-CP',
            },
          },
          match: {
            kind: 'pattern',
            title: {
              vi: 'Biểu thức chính quy của tên tệp, có nhóm agency và period',
              en: 'Regular expression of the file name, with the groups agency and period',
            },
          },
          expected: {
            kind: 'list',
            of: { kind: 'text', title: { vi: 'Mã cơ quan', en: 'Agency code' } },
            title: { vi: 'Các cơ quan phải nộp', en: 'Agencies that have to report' },
          },
          dueDays: {
            kind: 'number',
            min: 0,
            max: 366,
            title: { vi: 'Số ngày được nộp sau khi hết kỳ', en: 'Days after the end of the period until it is due' },
          },
          sheet: {
            kind: 'text',
            required: false,
            title: { vi: 'Tên hoặc số thứ tự trang tính', en: 'Name or number of the sheet' },
          },
          headerRows: {
            kind: 'number',
            min: 1,
            max: 100,
            title: { vi: 'Số dòng đứng trước dòng số liệu đầu tiên', en: 'Rows before the first row of data' },
          },
          unitFrom: {
            kind: 'text',
            required: false,
            title: {
              vi: 'Đơn vị tính: "title" (trong phần đầu biểu) hoặc tên cột',
              en: 'Unit: "title" (in the head of the sheet) or the title of a column',
            },
          },
          area: {
            kind: 'text',
            required: false,
            title: { vi: 'Mã địa bàn của cả biểu', en: 'Code of the area of the whole sheet' },
          },
          columns: {
            kind: 'list',
            title: { vi: 'Các cột số liệu', en: 'Columns of figures' },
            of: {
              kind: 'object',
              title: { vi: 'Cột', en: 'Column' },
              fields: {
                title: { kind: 'text', title: { vi: 'Tiêu đề cột', en: 'Title of the column' } },
                indicator: {
                  kind: 'text',
                  required: false,
                  title: { vi: 'Mã chỉ tiêu: mỗi dòng là một địa bàn', en: 'Indicator code: each row is an area' },
                },
                period: {
                  kind: 'text',
                  required: false,
                  title: {
                    vi: 'Kỳ của số liệu: current, previous-year, cumulative, year-plan…',
                    en: 'Period of the figures: current, previous-year, cumulative, year-plan …',
                  },
                },
              },
            },
          },
        },
      },
    },
  },
} as const satisfies Manifest
