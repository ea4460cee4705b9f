// What one-stop is called, which stream it offers and what an operator sets.
import { dossierStatuses } from '#connector'
import type { Manifest } from '#connector'

export const manifest = {
  name: 'one-stop',
  title: { vi: 'Một cửa điện tử (VNPT iGate 2.0)', en: 'One-stop-shop (VNPT iGate 2.0)' },
  streams: {
    dossiers: {
      entity: 'Dossier',
      key: 'id',
      title: { vi: 'Hồ sơ thủ tục hành chính', en: 'Dossiers of administrative procedures' },
      kind: 'change-time',
      order: { by: 'updatedDate', direction: 'desc' },
      latenessSeconds: 600,
      identity: ['code', 'appliedDate'],
      changed: 'updatedDate',
    },
  },
  config: {
    url: {
      kind: 'url',
      title: { vi: 'Địa chỉ gốc của dịch vụ, trước /pa', en: 'Base address of the services, before /pa' },
    },
    tokenUrl: {
      kind: 'url',
      title: { vi: 'Địa chỉ cấp token (OpenID Connect)', en: 'Address of the OpenID Connect token endpoint' },
    },
    clientId: { kind: 'text', title: { vi: 'Mã ứng dụng (client_id)', en: 'Client id' } },
    clientSecret: { kind: 'secret', title: { vi: 'Khóa bí mật của ứng dụng', en: 'Client secret' } },
    pageSize: {
      kind: 'number',
      default: 50,
      min: 1,
      max: 50,
      title: { vi: 'Số hồ sơ mỗi trang', en: 'Dossiers a page' },
    },
    statusNames: {
      kind: 'map',
      required: false,
      title: {
        vi: 'Tên trạng thái riêng của hệ thống nguồn và trạng thái tương ứng',
        en: "The source's own status names and the status that each means",
      },
      of: { kind: 'choice', of: dossierStatuses, title: { vi: 'Trạng thái', en: 'Status' } },
    },
  },
} as const satisfies Manifest
