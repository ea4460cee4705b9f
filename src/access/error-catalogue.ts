// Every code that an answer may carry: its HTTP status, what it means, who acts and what to do. docs/errors.md is generated from it.

/** A text in the two languages of the hub. */
export interface ErrorText {
  readonly vi: string
  readonly en: string
}

export interface ErrorEntry {
  /** The HTTP status of an answer that is nothing but this error. Absent: 200, with data beside the error. */
  readonly status?: number
  readonly meaning: ErrorText
  readonly whoActs: ErrorText
  readonly remedy: ErrorText
}

const client: ErrorText = { vi: 'Ứng dụng gọi', en: 'The calling application' }
const operator: ErrorText = { vi: 'Người vận hành', en: 'The operator' }
const developer: ErrorText = { vi: 'Người phát triển nền tảng', en: 'A developer of the hub' }
const clock: ErrorText = { vi: 'Không ai: tự thử lại', en: 'Nobody: it is tried again' }

/** Adding a code here is all it takes: status, metrics and docs/errors.md follow. */
export const errorCatalogue = {
  UNAUTHENTICATED: {
    status: 401,
    meaning: {
      vi: 'Không có mã truy cập hợp lệ; câu trả lời không nói sai ở đâu.',
      en: 'There is no valid access token. The answer does not say what is wrong with it.',
    },
    whoActs: client,
    remedy: {
      vi: 'Xin mã mới của đơn vị phát hành đã cấu hình; xem nhật ký của nền tảng để biết lý do từ chối.',
      en: 'Get a new token of a configured issuer. The log of the hub has the reason of the refusal.',
    },
  },
  UNAUTHORIZED_FIELD_OR_TYPE: {
    meaning: {
      vi: 'Mã truy cập không có quyền đọc trường hoặc kiểu này; giá trị là null.',
      en: 'The scopes of the token do not open this field or type. Its value is null.',
    },
    whoActs: client,
    remedy: {
      vi: 'Bỏ trường đó, hoặc xin đơn vị chủ quản dữ liệu cấp phạm vi còn thiếu.',
      en: 'Leave the field out, or ask the owner of the data for the missing scope.',
    },
  },
  PURPOSE_REQUIRED: {
    meaning: {
      vi: 'Dữ liệu cá nhân chỉ mở khi nêu một mục đích mà mã truy cập cho phép.',
      en: 'Personal data opens only for a stated purpose that the token allows.',
    },
    whoActs: client,
    remedy: { vi: 'Gửi tiêu đề x-hub-purpose với mã mục đích.', en: 'Send the header x-hub-purpose with its code.' },
  },
  GRAPHQL_PARSE_FAILED: {
    status: 400,
    meaning: { vi: 'Văn bản không phải GraphQL.', en: 'The text is not GraphQL.' },
    whoActs: client,
    remedy: { vi: 'Sửa cú pháp ở vị trí được nêu.', en: 'Correct the syntax at the position in the message.' },
  },
  GRAPHQL_VALIDATION_FAILED: {
    status: 400,
    meaning: {
      vi: 'Thao tác không khớp lược đồ mà người gọi được thấy.',
      en: 'The operation does not fit the schema that this caller may use.',
    },
    whoActs: client,
    remedy: {
      vi: 'Đối chiếu với lược đồ của chính mã truy cập đó (hộp cát, introspection).',
      en: 'Compare it with the schema of the same token (sandbox, introspection).',
    },
  },
  OPERATION_RESOLUTION_FAILURE: {
    status: 400,
    meaning: {
      vi: 'Tài liệu có nhiều thao tác, hoặc không có thao tác mang tên đã nêu.',
      en: 'The document has several operations, or none of the given name.',
    },
    whoActs: client,
    remedy: { vi: 'Nêu operationName đúng.', en: 'Send the operationName of one of them.' },
  },
  BAD_USER_INPUT: {
    status: 400,
    meaning: { vi: 'Một đối số hoặc biến không hợp lệ.', en: 'An argument or a variable has an invalid value.' },
    whoActs: client,
    remedy: {
      vi: 'Sửa giá trị của đối số hoặc biến được nêu tên.',
      en: 'Correct the value of the argument or variable in the message.',
    },
  },
  BAD_REQUEST: {
    status: 400,
    meaning: { vi: 'Yêu cầu HTTP không đúng dạng.', en: 'The HTTP request is not well-formed.' },
    whoActs: client,
    remedy: {
      vi: 'Xem thông báo: phương thức, tiêu đề hoặc thân yêu cầu; đăng ký theo dõi dùng /graphql/stream.',
      en: 'See the message: method, header or body. Subscriptions use /graphql/stream.',
    },
  },
  NOT_FOUND: {
    status: 404,
    meaning: {
      vi: 'Không có đối tượng đó, hoặc người gọi không được thấy nó: hai trường hợp trả lời như nhau.',
      en: 'There is no such object, or the caller may not see it: both get the same answer.',
    },
    whoActs: client,
    remedy: { vi: 'Kiểm tra mã và phạm vi cơ quan.', en: 'Check the id and the agency of the token.' },
  },
  OPERATION_TOO_COMPLEX: {
    status: 400,
    meaning: {
      vi: 'Thao tác vượt giới hạn về độ sâu, số trường, số đối tượng hoặc thời gian.',
      en: 'The operation exceeds a limit of depth, fields, objects or time.',
    },
    whoActs: client,
    remedy: {
      vi: 'Chia nhỏ thao tác, giảm first/last, lọc hẹp hơn.',
      en: 'Split the operation, lower first/last, filter more narrowly.',
    },
  },
  OPERATION_NOT_TRUSTED: {
    status: 400,
    meaning: {
      vi: 'Chỉ chạy các thao tác đã đăng ký, và thao tác này không có trong đó.',
      en: 'Only registered operations run here, and this one is not registered.',
    },
    whoActs: operator,
    remedy: {
      vi: 'Đặt tệp thao tác vào thư mục trustedDocuments của ứng dụng.',
      en: "Put the operation's file into the application's folder of trustedDocuments.",
    },
  },
  PERSISTED_QUERY_NOT_FOUND: {
    meaning: {
      vi: 'Chưa biết văn bản ứng với mã băm này.',
      en: 'The text of this hash is not known (yet).',
    },
    whoActs: client,
    remedy: {
      vi: 'Gửi lại kèm văn bản đầy đủ; thư viện khách tự làm việc này.',
      en: 'Send it again with the full text; client libraries do so by themselves.',
    },
  },
  RATE_LIMITED: {
    status: 429,
    meaning: {
      vi: 'Ứng dụng đã dùng hết hạn mức trong phút này, hoặc số chủ thể trong ngày.',
      en: 'The application has used up its budget of this minute, or of subjects of this day.',
    },
    whoActs: client,
    remedy: {
      vi: 'Chờ theo Retry-After, hoặc xin hạn mức khác.',
      en: 'Wait as Retry-After says, or ask for another budget.',
    },
  },
  RESUBSCRIBE_REQUIRED: {
    meaning: {
      vi: 'Luồng theo dõi đã mất sự kiện vì người nhận chậm hoặc nền tảng khởi động lại.',
      en: 'The subscription lost events: the subscriber was too slow, or the hub restarted.',
    },
    whoActs: client,
    remedy: {
      vi: 'Đăng ký lại và đọc lại danh sách một lần.',
      en: 'Subscribe again and read the list once.',
    },
  },
  SUBGRAPH_UNAVAILABLE: {
    meaning: {
      vi: 'Đồ thị con của cơ quan khác không trả lời; phần còn lại của câu trả lời vẫn đúng.',
      en: "Another agency's subgraph does not answer. The rest of the answer is right.",
    },
    whoActs: clock,
    remedy: {
      vi: 'Dùng phần đã có; `hub subgraphs` cho biết tình trạng.',
      en: 'Use what came; `hub subgraphs` shows its state.',
    },
  },
  CONFIG_INVALID: {
    meaning: {
      vi: 'Một thiết lập sai, hoặc nguồn từ chối thông tin đăng nhập.',
      en: 'A setting is wrong, or the source refuses its credential.',
    },
    whoActs: operator,
    remedy: {
      vi: 'Sửa thiết lập được nêu tên, rồi chạy `hub doctor`.',
      en: 'Correct the named setting, then run `hub doctor`.',
    },
  },
  SOURCE_UNAVAILABLE: {
    meaning: {
      vi: 'Nguồn không trả lời, trả lời dở dang, hoặc báo quá tải.',
      en: 'The source does not answer, breaks off, or reports overload.',
    },
    whoActs: clock,
    remedy: {
      vi: 'Nền tảng tự thử lại theo lịch; nếu kéo dài, gọi đơn vị quản lý nguồn.',
      en: 'The hub tries again at the next due time. Call the owner of the source if it lasts.',
    },
  },
  SOURCE_CHANGED: {
    meaning: {
      vi: 'Nguồn trả lời theo dạng mà bộ kết nối không biết.',
      en: 'The source answers in a form that its connector does not know.',
    },
    whoActs: { vi: 'Người phát triển bộ kết nối', en: 'A developer of the connector' },
    remedy: {
      vi: 'Xem bản ghi gốc của lượt chạy và sửa bộ kết nối; dữ liệu đã có vẫn giữ nguyên.',
      en: 'Look at the raw page of the run and correct the connector. What is stored stays.',
    },
  },
  INTERNAL: {
    status: 500,
    meaning: {
      vi: 'Lỗi của chính nền tảng; chi tiết chỉ nằm trong nhật ký.',
      en: 'A fault of the hub itself. Its details are in the log alone.',
    },
    whoActs: developer,
    remedy: {
      vi: 'Báo mã yêu cầu (requestId) cho người vận hành.',
      en: 'Report the request id (requestId) to the operator.',
    },
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>

/** The codes of errors that the hub makes itself, and those of the GraphQL server before it. */
export type ErrorCode = keyof typeof errorCatalogue

export const errorEntry = (code: ErrorCode): ErrorEntry => errorCatalogue[code]
