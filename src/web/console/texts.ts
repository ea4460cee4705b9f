// The console's texts in both languages.
import type { Bilingual } from '../reader/language.ts'
import { SHARED_TEXTS } from '../reader/shared-texts.ts'

const TOKEN_REFUSED = { vi: 'Token bị từ chối hoặc đã hết hạn.', en: 'The token was refused or has expired.' } as const

/** Every text of the console; `state.*`, `run.*`, `failure.*`, `acts.*` are keyed by the schema's own words. */
export const TEXTS = {
  ...SHARED_TEXTS,
  title: { vi: 'Bảng điều hành', en: 'Operations console' },
  zone: { vi: 'Mọi giờ theo UTC+07:00', en: 'All times are UTC+07:00' },
  live: { vi: 'Cập nhật lúc {{time}}', en: 'Updated at {{time}}' },
  waiting: { vi: 'Đang tải …', en: 'Loading …' },
  leave: { vi: 'Thoát', en: 'Sign out' },
  skip: { vi: 'Đến bảng nguồn', en: 'Skip to the sources' },

  'token.title': { vi: 'Cần token của người vận hành', en: 'An operator’s token is needed' },
  'token.hint': {
    vi: 'Trục này không phát hành token thử nghiệm. Dán token có quyền operation:read (và operation:write để thao tác).',
    en: 'This hub issues no development tokens. Paste one with operation:read (and operation:write to act).',
  },
  'token.label': { vi: 'Token (trang không đọc lại được)', en: 'Token (the page cannot read it back)' },
  'token.use': { vi: 'Dùng token này', en: 'Use this token' },
  'token.refused': TOKEN_REFUSED,

  sources: { vi: 'Nguồn dữ liệu', en: 'Sources' },
  'sources.none': {
    vi: 'Chưa cấu hình nguồn nào, hoặc token này không thấy nguồn nào.',
    en: 'No source is configured, or this token sees none.',
  },
  source: { vi: 'Nguồn', en: 'Source' },
  state: { vi: 'Trạng thái', en: 'State' },
  lastSuccess: { vi: 'Thành công gần nhất', en: 'Last success' },
  lag: { vi: 'Độ trễ', en: 'Lag' },
  lastRun: { vi: 'Lần chạy gần nhất', en: 'Last run' },
  records: { vi: 'Bản ghi', en: 'Records' },
  quarantined: { vi: 'Cách ly', en: 'Quarantined' },
  nextRun: { vi: 'Lần chạy tới', en: 'Next run' },
  actions: { vi: 'Thao tác', en: 'Actions' },
  noneYet: { vi: 'chưa có', en: 'none yet' },
  notPlanned: { vi: 'không đặt lịch', en: 'not planned' },
  details: { vi: 'Luồng của {{source}}', en: 'Streams of {{source}}' },
  runNow: { vi: 'Chạy ngay', en: 'Run now' },
  pause: { vi: 'Tạm dừng', en: 'Pause' },
  resume: { vi: 'Tiếp tục', en: 'Resume' },
  'done.run': {
    vi: 'Đã yêu cầu chạy {{source}}: {{count}} luồng.',
    en: '{{source}} was asked to run: {{count}} streams.',
  },
  'done.pause': { vi: 'Đã tạm dừng {{source}}.', en: '{{source}} is paused.' },
  'done.resume': { vi: 'Đã cho {{source}} chạy tiếp.', en: '{{source}} runs again.' },
  readOnly: { vi: 'Token này chỉ xem, không thao tác.', en: 'This token may look but not act.' },
  since: { vi: 'từ {{time}}', en: 'since {{time}}' },
  whoActs: { vi: 'Ai xử lý: {{who}}', en: 'Who acts: {{who}}' },

  failedRuns: { vi: 'Xem các lần chạy lỗi', en: 'See the failed runs' },

  stream: { vi: 'Luồng', en: 'Stream' },
  entity: { vi: 'Thực thể', en: 'Entity' },
  checkpoint: { vi: 'Điểm dừng', en: 'Checkpoint' },

  runs: { vi: 'Các lần chạy gần đây', en: 'Recent runs' },
  'runs.none': { vi: 'Chưa có lần chạy nào khớp bộ lọc.', en: 'No run matches the filters yet.' },
  started: { vi: 'Bắt đầu', en: 'Started' },
  took: { vi: 'Kéo dài', en: 'Took' },
  pages: { vi: 'Trang', en: 'Pages' },
  read: { vi: 'Đọc', en: 'Read' },
  written: { vi: 'Ghi', en: 'Written' },
  unchanged: { vi: 'Không đổi', en: 'Unchanged' },
  removed: { vi: 'Gỡ bỏ', en: 'Removed' },
  rejected: { vi: 'Bị loại', en: 'Rejected' },
  problem: { vi: 'Sự cố', en: 'Problem' },

  quarantine: { vi: 'Bản ghi cách ly', en: 'Quarantine' },
  'quarantine.none': { vi: 'Không có bản ghi nào đang chờ.', en: 'No record is waiting.' },
  reason: { vi: 'Lý do', en: 'Reason' },
  path: { vi: 'Vị trí lỗi', en: 'Path' },
  key: { vi: 'Khóa', en: 'Key' },
  seen: { vi: 'Thấy lúc', en: 'Seen at' },
  tries: { vi: 'Số lần thử', en: 'Tries' },

  filterState: { vi: 'Trạng thái lần chạy', en: 'State of the run' },
  all: { vi: 'Tất cả', en: 'All' },
  total: { vi: '{{count}} mục', en: '{{count}} items' },
  next: { vi: 'Trang sau', en: 'Next page' },
  first: { vi: 'Về trang đầu', en: 'First page' },

  'error.title': { vi: 'Không tải được', en: 'Could not be loaded' },
  'error.stale': {
    vi: 'Số liệu dưới đây là của lần tải lúc {{time}}.',
    en: 'The figures below are those of {{time}}.',
  },
  'error.action': { vi: 'Thao tác không thành công', en: 'The action failed' },
  'error.NETWORK': {
    vi: 'Không kết nối được tới trục. Trang tự thử lại sau vài giây.',
    en: 'The hub cannot be reached. The page tries again in a few seconds.',
  },
  'error.NO_TOKEN': { vi: 'Không lấy được token.', en: 'No token could be had.' },
  'error.UNAUTHENTICATED': TOKEN_REFUSED,
  'error.UNAUTHORIZED_FIELD_OR_TYPE': {
    vi: 'Token không có quyền operation:read hoặc operation:write cần cho việc này.',
    en: 'The token lacks operation:read or operation:write for this.',
  },
  'error.GRAPHQL_VALIDATION_FAILED': {
    vi: 'Token không có quyền xem phần này của lược đồ.',
    en: 'The token may not use this part of the schema.',
  },
  'error.RATE_LIMITED': {
    vi: 'Gửi quá nhiều yêu cầu; trang tự chậm lại.',
    en: 'Too many requests; the page slows down.',
  },
  'error.INTERNAL': {
    vi: 'Trục gặp lỗi bên trong. Báo đội phát triển kèm mã yêu cầu.',
    en: 'The hub failed inside. Tell its developers, with the request id.',
  },

  'state.HEALTHY': { vi: 'Bình thường', en: 'Healthy' },
  'state.LATE': { vi: 'Trễ', en: 'Late' },
  'state.FAILING': { vi: 'Đang lỗi', en: 'Failing' },
  'state.PAUSED': { vi: 'Tạm dừng', en: 'Paused' },
  'state.NEVER_RUN': { vi: 'Chưa chạy', en: 'Never run' },

  'run.WAITING': { vi: 'Đang chờ', en: 'Waiting' },
  'run.RUNNING': { vi: 'Đang chạy', en: 'Running' },
  'run.SUCCEEDED': { vi: 'Thành công', en: 'Succeeded' },
  'run.SUCCEEDED_WITH_REJECTS': { vi: 'Thành công, có bản ghi bị loại', en: 'Succeeded with rejects' },
  'run.FAILED': { vi: 'Thất bại', en: 'Failed' },
  'run.CANCELLED': { vi: 'Đã hủy', en: 'Cancelled' },

  'failure.CONFIG_INVALID': {
    vi: 'Cấu hình hoặc tài khoản của nguồn sai',
    en: 'A setting or the source’s login is wrong',
  },
  'failure.SOURCE_UNAVAILABLE': {
    vi: 'Nguồn không trả lời hoặc trả lời dở',
    en: 'The source does not answer, or not in full',
  },
  'failure.SOURCE_CHANGED': { vi: 'Nguồn trả lời theo dạng chưa biết', en: 'The source answers in an unknown form' },
  'failure.INTERNAL': { vi: 'Lỗi bên trong trục', en: 'A fault inside the hub' },

  'acts.CONFIG_INVALID': { vi: 'người vận hành sửa cấu hình', en: 'the operator corrects the setting' },
  'acts.SOURCE_UNAVAILABLE': { vi: 'tự thử lại theo lịch', en: 'tried again by the clock' },
  'acts.SOURCE_CHANGED': { vi: 'đội phát triển xem lại bộ kết nối', en: 'a developer looks at the connector' },
  'acts.INTERNAL': { vi: 'đội phát triển sửa lỗi', en: 'a developer mends the fault' },
} as const satisfies Record<string, Bilingual>
