/** What each scope opens, in the two languages of the hub. */
export const scopes = {
  'dossier:read': { vi: 'Đọc hồ sơ', en: 'Read dossiers' },
  'dossier:masked': { vi: 'Đọc người nộp hồ sơ đã che', en: 'Read the applicant of a dossier, masked' },
  'dossier:personal': {
    vi: 'Đọc người nộp hồ sơ, có nêu mục đích',
    en: 'Read the applicant of a dossier, with a purpose',
  },
  'document:read': { vi: 'Đọc văn bản và việc gửi nhận', en: 'Read documents and their exchange' },
  'report:read': { vi: 'Đọc báo cáo', en: 'Read reports' },
  'camera:read': { vi: 'Đọc camera, trạng thái và sự kiện', en: 'Read cameras, their state and events' },
  'camera:stream': { vi: 'Đọc địa chỉ luồng hình', en: 'Read stream references' },
  'operation:read': { vi: 'Xem nguồn, lượt chạy, khu cách ly', en: 'See sources, runs and the quarantine' },
  'operation:write': {
    vi: 'Chạy ngay, nhả, sửa và chuẩn hoá lại',
    en: 'Run now, release, correct and replay',
  },
  'audit:read': { vi: 'Đọc nhật ký truy cập', en: 'Read the access log' },
  'subgraph:compose': { vi: 'Dùng /subgraph để ghép lược đồ', en: 'Use /subgraph to compose schemas' },
} as const

export type Scope = keyof typeof scopes

export const isScope = (text: string): text is Scope => Object.hasOwn(scopes, text)

/**
 * The known scopes that a `scope` claim names: a text of printable ASCII, separated by single spaces, each name compared
 * exactly. Anything else (another type, a no-break space, a wildcard) opens nothing. `more` knows the scopes of other agencies.
 */
export function scopesOf(claim: unknown, more: (text: string) => boolean = () => false): ReadonlySet<Scope> {
  if (typeof claim !== 'string' || !/^[\x20-\x7e]*$/.test(claim)) return new Set()
  return new Set(claim.split(' ').filter((text): text is Scope => isScope(text) || (text !== '' && more(text))))
}
