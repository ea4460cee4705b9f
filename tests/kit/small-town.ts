import type { Town } from '#connector'

/** A town of few agencies and procedures, for tests that need the whole of it in view. */
export const smallTown: Town = {
  seed: 7,
  beginsAt: new Date('2023-07-01T00:00:00+07:00'),
  foundedAt: new Date('2026-07-01T00:00:00+07:00'),
  agencies: [
    { code: 'H53', oldCode: '000.00.00.H53', name: 'Ủy ban nhân dân tỉnh Tây Ninh', parent: null, unit: '80', oneStop: false },
    { code: 'H53.01', oldCode: '000.00.01.H53', name: 'Văn phòng Ủy ban nhân dân tỉnh', parent: 'H53', unit: null, oneStop: true },
    { code: 'H53.08', oldCode: '000.00.08.H53', name: 'Sở Tư pháp', parent: 'H53', unit: null, oneStop: true },
    { code: 'H53.21', oldCode: '000.00.21.H53', name: 'Ủy ban nhân dân phường Hòa Thành', parent: 'H53', unit: '25645', oneStop: true },
    { code: 'H53.21.3', oldCode: '000.03.21.H53', name: 'Phòng Kinh tế, Hạ tầng và Đô thị phường Hòa Thành', parent: 'H53.21', unit: '25645', oneStop: true },
    { code: 'H53.22', oldCode: null, name: 'Ủy ban nhân dân phường Long Hoa', parent: 'H53', unit: '25630', oneStop: true },
  ],
  units: [
    { code: '80', name: 'Tỉnh Tây Ninh', kind: 'PROVINCE', parent: null, validFrom: '2025-07-01', validTo: null },
    { code: '25645', name: 'Phường Hòa Thành', kind: 'WARD', parent: '80', validFrom: '2025-07-01', validTo: null },
    { code: '25630', name: 'Phường Long Hoa', kind: 'WARD', parent: '80', validFrom: '2025-07-01', validTo: null },
    { code: '25534', name: 'Xã Tân Thành', kind: 'COMMUNE', parent: '80', validFrom: '2025-07-01', validTo: null },
    { code: '72', name: 'Tỉnh Tây Ninh', kind: 'PROVINCE', parent: null, validFrom: null, validTo: '2025-07-01' },
    { code: '25651', name: 'Phường Long Thành Nam', kind: 'WARD', parent: '709', validFrom: null, validTo: '2025-07-01' },
  ],
  procedures: [
    { code: '1.004194', name: 'Đăng ký tạm trú', field: 'Cư trú', agency: 'H53.21', audiences: ['CITIZEN', 'BUSINESS'], days: 3 },
    { code: '1.001193', name: 'Đăng ký khai sinh', field: 'Hộ tịch', agency: 'H53.21', audiences: ['CITIZEN'], days: 1 },
    { code: '2.000815', name: 'Chứng thực bản sao từ bản chính', field: 'Chứng thực', agency: 'H53.08', audiences: ['CITIZEN', 'BUSINESS'], days: 1 },
    { code: '1.001612', name: 'Đăng ký thành lập hộ kinh doanh', field: 'Thành lập và hoạt động của hộ kinh doanh', agency: 'H53.21.3', audiences: ['BUSINESS'], days: 3 },
    { code: '1.012753', name: 'Đăng ký biến động quyền sử dụng đất', field: 'Đất đai', agency: 'H53.22', audiences: ['CITIZEN', 'BUSINESS'], days: 10 },
  ],
}
