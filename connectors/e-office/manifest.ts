// What e-office is called, which streams it offers and what an operator sets.
import type { Manifest } from '#connector'

export const manifest = {
  name: 'e-office',
  title: { vi: 'Trục liên thông văn bản', en: 'Document exchange axis' },
  streams: {
    agencies: {
      entity: 'Agency',
      key: 'orgCode',
      kind: 'snapshot',
      title: { vi: 'Cơ quan trên trục', en: 'Agencies on the axis' },
    },
    documents: {
      entity: 'Document',
      key: 'key',
      kind: 'date-window',
      title: { vi: 'Văn bản đến các đơn vị', en: 'Documents received by the units' },
    },
    statuses: {
      entity: 'Document',
      key: 'key',
      kind: 'date-window',
      title: { vi: 'Trạng thái xử lý văn bản đã gửi', en: 'Processing states of documents that were sent' },
    },
  },
  config: {
    url: {
      kind: 'url',
      title: { vi: 'Địa chỉ của trục, không kèm /v1', en: "The axis's address, without /v1" },
    },
    units: {
      kind: 'list',
      title: { vi: 'Tài khoản của từng đơn vị', en: 'Credentials of each unit' },
      of: {
        kind: 'object',
        title: { vi: 'Đơn vị', en: 'Unit' },
        fields: {
          username: { kind: 'text', title: { vi: 'Tên đăng nhập', en: 'User name' } },
          password: { kind: 'secret', title: { vi: 'Mật khẩu', en: 'Password' } },
          applicationCode: { kind: 'text', title: { vi: 'Mã ứng dụng', en: 'Application code' } },
          systemId: { kind: 'text', title: { vi: 'Mã hệ thống (X-SystemId)', en: 'System id (X-SystemId)' } },
          secretKey: { kind: 'secret', title: { vi: 'Khóa bí mật (X-SecretKey)', en: 'Secret key (X-SecretKey)' } },
        },
      },
    },
    lookbackDays: {
      kind: 'number',
      default: 90,
      min: 1,
      max: 366,
      title: { vi: 'Số ngày đọc lại danh sách', en: 'Days of the list that are read again' },
    },
    acknowledge: {
      kind: 'boolean',
      default: false,
      title: {
        vi: 'Báo đã nhận cho trục sau khi lưu (chỉ khi trung tâm dữ liệu có tài khoản riêng)',
        en: 'Tell the axis that a message was taken (only where the hub has credentials of its own)',
      },
    },
  },
} as const satisfies Manifest
