// The words in which failures and rejections are shown, in Vietnamese and English.

/** Who acts on a failure, in the words of the console. */
export function whoActs(code: 'CONFIG_INVALID' | 'SOURCE_UNAVAILABLE' | 'SOURCE_CHANGED' | 'INTERNAL'): string {
  switch (code) {
    case 'CONFIG_INVALID':
      return 'Người vận hành: sửa cấu hình hoặc thông tin đăng nhập · the operator: mend the setting or the credential'
    case 'SOURCE_UNAVAILABLE':
      return 'Chờ: hệ thống tự thử lại theo lịch · the clock: the hub tries again at the next due time'
    case 'SOURCE_CHANGED':
      return 'Người phát triển kết nối: nguồn đã thay đổi · a developer of the connector: the source has changed'
    case 'INTERNAL':
      return 'Người phát triển nền tảng: lỗi của chính nền tảng · a developer of the hub: a fault of the hub itself'
  }
}

/** What each reason of a rejection means. */
export const rejectReasons: Readonly<Record<string, readonly [vi: string, en: string]>> = {
  MISSING: ['thiếu giá trị bắt buộc', 'a required value is missing'],
  WRONG_TYPE: ['sai kiểu dữ liệu', 'the value is of the wrong type'],
  UNKNOWN_VALUE: ['giá trị ngoài danh mục', 'the value is not in the code list'],
  BAD_DATE: ['ngày giờ không hợp lệ', 'no valid date or time'],
  BAD_NUMBER: ['số không hợp lệ', 'no valid number'],
  BAD_TEXT: ['văn bản chứa ký tự không lưu được', 'the text contains characters that cannot be stored'],
  AMBIGUOUS: ['không xác định được duy nhất', 'the value is ambiguous'],
  MALFORMED: ['bản ghi không đọc được', 'the record cannot be read'],
  CLASSIFIED: ['văn bản mật: không được lưu', 'classified: not stored'],
  UNLISTED: ['không có trong cấu hình', 'not listed in the configuration'],
  TOO_LARGE: ['bản ghi quá lớn', 'the record is too large'],
  DRIFT: [
    'cấu trúc bản ghi khác trước, chờ người xác nhận',
    'the record has another structure than before and waits for a person',
  ],
}

/** The reason of a rejection as a clerk reads it: its code, both languages, what was found and what is expected. */
export function reasonText(reason: string, found: string | null, expected: string | null): string {
  const [vi, en] = rejectReasons[reason] ?? [reason, reason]
  const parts = [
    `${reason}: ${vi} · ${en}`,
    ...(found === null ? [] : [`found: ${found}`]),
    ...(expected === null ? [] : [`expected: ${expected}`]),
  ]
  return parts.join('; ')
}
