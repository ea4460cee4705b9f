// What camera is called, which streams it offers and what an operator sets.
import type { ConfigField, Manifest } from '#connector'

const code = { kind: 'text', title: { vi: 'Mã camera', en: 'Camera code' } } as const satisfies ConfigField
const agency = {
  kind: 'text',
  required: false,
  title: { vi: 'Mã cơ quan quản lý', en: 'Code of the agency in charge' },
} as const satisfies ConfigField
const unit = {
  kind: 'text',
  required: false,
  title: { vi: 'Mã đơn vị hành chính', en: 'Code of the administrative unit' },
} as const satisfies ConfigField
const location = {
  kind: 'object',
  required: false,
  title: { vi: 'Vị trí', en: 'Location' },
  fields: {
    latitude: { kind: 'number', min: -90, max: 90, title: { vi: 'Vĩ độ', en: 'Latitude' } },
    longitude: { kind: 'number', min: -180, max: 180, title: { vi: 'Kinh độ', en: 'Longitude' } },
  },
} as const satisfies ConfigField
const username = {
  kind: 'text',
  required: false,
  title: { vi: 'Tên đăng nhập', en: 'User name' },
} as const satisfies ConfigField
const password = {
  kind: 'secret',
  required: false,
  title: { vi: 'Mật khẩu', en: 'Password' },
} as const satisfies ConfigField

// A camera that is not listed or refuses us is the operator's matter: many of them are no sign that the source has changed.
const rejectThreshold = 0.95

export const manifest = {
  name: 'camera',
  title: { vi: 'Camera giám sát', en: 'Surveillance cameras' },
  streams: {
    devices: {
      entity: 'Camera',
      key: 'key',
      kind: 'snapshot',
      rejectThreshold,
      title: { vi: 'Camera ONVIF', en: 'ONVIF devices' },
    },
    'frigate-cameras': {
      entity: 'Camera',
      key: 'name',
      kind: 'snapshot',
      rejectThreshold,
      title: { vi: 'Camera của máy chủ Frigate', en: 'Cameras of a Frigate server' },
    },
    'frigate-events': {
      entity: 'CameraEvent',
      key: 'id',
      kind: 'change-time',
      rejectThreshold,
      latenessSeconds: 3600,
      forgets: true,
      title: { vi: 'Sự kiện của máy chủ Frigate', en: 'Events of a Frigate server' },
    },
  },
  config: {
    devices: {
      kind: 'list',
      required: false,
      title: { vi: 'Thiết bị ONVIF', en: 'ONVIF devices' },
      of: {
        kind: 'object',
        title: { vi: 'Thiết bị', en: 'Device' },
        fields: {
          url: {
            kind: 'url',
            title: { vi: 'Địa chỉ dịch vụ thiết bị hoặc tên máy', en: 'Address of the device service, or a bare host' },
          },
          username,
          password,
          code,
          agency,
          unit,
          location,
        },
      },
    },
    frigate: {
      kind: 'object',
      required: false,
      title: { vi: 'Máy chủ Frigate', en: 'Frigate server' },
      fields: {
        url: { kind: 'url', title: { vi: 'Địa chỉ', en: 'Address' } },
        username,
        password,
        cameras: {
          kind: 'map',
          title: {
            vi: 'Camera theo tên trong Frigate; camera không có ở đây bị đưa vào khu cách ly',
            en: 'Cameras by their name in Frigate; one that is not listed here goes to quarantine',
          },
          of: {
            kind: 'object',
            title: { vi: 'Camera', en: 'One camera' },
            fields: { code, agency, unit, location },
          },
        },
      },
    },
  },
} as const satisfies Manifest
