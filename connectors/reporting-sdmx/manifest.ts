// What reporting-sdmx is called, which stream it offers and what an operator sets.
import type { Manifest } from '#connector'

export const manifest = {
  name: 'reporting-sdmx',
  title: { vi: 'Số liệu báo cáo qua SDMX', en: 'Reporting data over SDMX' },
  streams: {
    observations: {
      entity: 'Observation',
      key: 'key',
      title: { vi: 'Số liệu chỉ tiêu', en: 'Observations of indicators' },
      kind: 'change-time',
      latenessSeconds: 600,
      maps: ['attributes'],
    },
  },
  config: {
    url: {
      kind: 'url',
      title: {
        vi: 'Địa chỉ dịch vụ SDMX REST (phần trước /data)',
        en: 'Address of the SDMX REST service (before /data)',
      },
    },
    dataflows: {
      kind: 'list',
      title: { vi: 'Các luồng dữ liệu được đọc', en: 'Dataflows to read' },
      of: {
        kind: 'object',
        title: { vi: 'Luồng dữ liệu', en: 'Dataflow' },
        fields: {
          context: {
            kind: 'choice',
            of: ['dataflow', 'datastructure', 'provisionagreement', '*'],
            default: 'dataflow',
            title: { vi: 'Loại cấu trúc được hỏi', en: 'Kind of structure that is asked for' },
          },
          agency: { kind: 'text', title: { vi: 'Mã cơ quan duy trì', en: 'Maintenance agency' } },
          id: { kind: 'text', title: { vi: 'Mã luồng dữ liệu', en: 'Dataflow id' } },
          version: { kind: 'text', default: '*', title: { vi: 'Phiên bản', en: 'Version' } },
          key: {
            kind: 'text',
            default: '*',
            title: {
              vi: 'Khóa: các giá trị chiều cách nhau bằng dấu chấm',
              en: 'Key: dimension values joined by dots',
            },
          },
          format: {
            kind: 'choice',
            of: ['json', 'csv'],
            default: 'json',
            title: { vi: 'Định dạng thông điệp', en: 'Message format' },
          },
        },
      },
    },
  },
} as const satisfies Manifest
