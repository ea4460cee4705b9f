// The sandbox's texts in both languages.
import type { Bilingual } from '../reader/language.ts'
import { SHARED_TEXTS } from '../reader/shared-texts.ts'

/** Every text of the sandbox that is not beside its own thing (roles and examples carry theirs). */
export const TEXTS = {
  ...SHARED_TEXTS,
  title: SHARED_TEXTS.sandboxTitle,
  role: { vi: 'Vai trò', en: 'Role' },
  scopes: { vi: 'Quyền', en: 'Scopes' },
  agency: { vi: 'Cơ quan', en: 'Agency' },
  purpose: { vi: 'Mục đích', en: 'Purpose' },
  none: { vi: 'không', en: 'none' },
  tokenUntil: { vi: 'Token đến {{time}} (+07:00), tự gia hạn', en: 'Token until {{time}} (+07:00), renewed by itself' },
  tokenNone: { vi: 'Không gửi token', en: 'No token is sent' },
  tokenWaiting: { vi: 'Đang lấy token …', en: 'Getting a token …' },
  tokenFailed: { vi: 'Không lấy được token: {{reason}}', en: 'No token: {{reason}}' },
  noIssuer: {
    vi: 'Trục này không phát hành token thử nghiệm. Dán token của cổng xác thực:',
    en: 'This hub issues no development tokens. Paste one of your identity provider:',
  },
  pastedToken: { vi: 'Token (chỉ giữ trong bộ nhớ)', en: 'Token (kept in memory only)' },
  schema: {
    vi: 'Lược đồ thấy được: {{queries}} truy vấn, {{types}} kiểu',
    en: 'Visible schema: {{queries}} queries, {{types}} types',
  },
  schemaWaiting: { vi: 'Đang tải lược đồ …', en: 'Loading the schema …' },
  lastRun: { vi: 'Lần chạy: HTTP {{status}}, {{ms}} ms', en: 'Last run: HTTP {{status}}, {{ms}} ms' },
  cost: { vi: 'chi phí {{cost}}', en: 'cost {{cost}}' },
  examples: { vi: 'Ví dụ', en: 'Examples' },
  examplesHint: {
    vi: 'Chọn để mở trong thẻ mới. Ví dụ cần vai trò khác sẽ tự đổi vai trò.',
    en: 'Opens in a new tab. An example that needs another role switches to it.',
  },
  share: { vi: 'Sao chép liên kết', en: 'Copy link' },
  curl: { vi: 'Sao chép lệnh curl', en: 'Copy as curl' },
  shared: { vi: 'Đã sao chép liên kết (không kèm token).', en: 'Link copied (without any token).' },
  curled: { vi: 'Đã sao chép lệnh curl.', en: 'curl command copied.' },
  copyByHand: {
    vi: 'Trình duyệt không cho sao chép; hãy chép từ đây:',
    en: 'The browser refused to copy; take it from here:',
  },
  close: { vi: 'Đóng', en: 'Close' },
  switched: { vi: 'Đã đổi sang vai trò: {{role}}', en: 'Switched to the role: {{role}}' },
  skip: { vi: 'Đến trình soạn truy vấn', en: 'Skip to the editor' },
  toConsole: { vi: 'Bảng điều hành', en: 'Console' },
  badVariables: { vi: 'Biến không phải JSON hợp lệ.', en: 'The variables are not valid JSON.' },
} as const satisfies Record<string, Bilingual>
