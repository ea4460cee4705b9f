// What procedure-catalogue is called, which streams it offers and what an operator sets.
import type { Manifest } from '#connector'

export const manifest = {
  name: 'procedure-catalogue',
  title: { vi: 'Danh mục thủ tục hành chính', en: 'Catalogue of administrative procedures' },
  streams: {
    'citizen-procedures': {
      entity: 'Procedure',
      key: 'TTHC_MA',
      kind: 'snapshot',
      title: { vi: 'Thủ tục trực tuyến cho công dân', en: 'Online procedures for citizens' },
    },
    'business-procedures': {
      entity: 'Procedure',
      key: 'TTHC_MA',
      kind: 'snapshot',
      title: { vi: 'Thủ tục trực tuyến cho doanh nghiệp', en: 'Online procedures for businesses' },
    },
    'procedure-details': {
      entity: 'Procedure',
      key: 'ID',
      kind: 'snapshot',
      title: { vi: 'Lĩnh vực và cơ quan của thủ tục', en: 'Field and agency of each procedure' },
    },
    agencies: {
      entity: 'Agency',
      key: 'ID',
      kind: 'snapshot',
      title: { vi: 'Cơ quan công bố thủ tục', en: 'Agencies that publish procedures' },
    },
  },
  config: {
    url: {
      kind: 'url',
      title: {
        vi: 'Địa chỉ đầy đủ của cổng, kết thúc bằng /jsp/rest.jsp',
        en: "The gateway's full address, ending in /jsp/rest.jsp",
      },
    },
    pageSize: {
      kind: 'number',
      default: 500,
      min: 1,
      max: 500,
      title: { vi: 'Số dòng mỗi trang', en: 'Rows a page' },
    },
  },
} as const satisfies Manifest
