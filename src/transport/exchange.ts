// The contract of the transport: one exchange, its request and its answer.
/** One HTTP exchange as a connector asks for it. */
export interface TransportRequest {
  readonly url: string
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | URLSearchParams | FormData
  /**
   * The kind of the answer. `json` and `xml` refuse an answer whose type and first character are of another kind (an HTML
   * login page with status 200 is SOURCE_CHANGED); `any` takes everything. Default `json`.
   */
  readonly expect?: 'json' | 'xml' | 'csv' | 'any'
  /**
   * Statuses besides 2xx that are an answer here and not a failure, e.g. [401] for a digest challenge, [400, 500] for
   * SOAP faults. `expect` does not apply to such an answer.
   */
  readonly accept?: readonly number[]
  /** Whether repeating this request may do harm; only a safe one is tried again. Default: true for GET, false otherwise. */
  readonly repeatable?: boolean
}

/** A whole answer: it exists only once its body is proved complete and within the limits. */
export interface TransportAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Inflated. */
  readonly body: Uint8Array
  /**
   * The body as text without its byte order mark, by the charset of the mark, the content type or an XML declaration, else
   * UTF-8; SOURCE_CHANGED on bytes that the charset does not have.
   */
  text(): string
  /** The body as JSON with numbers kept exact (see `exactJson`); SOURCE_CHANGED when it is not JSON. */
  json(): unknown
}

/**
 * The one way out. Every exchange is bounded (time, size, inflation), follows no redirect, checks the resolved address
 * when connecting, and is tried again only where that is safe. It throws TransportFailure: CONFIG_INVALID for a refused
 * address, an unusable URL and 401, 402, 403, 407; SOURCE_UNAVAILABLE for 408, 425, 429, 5xx, an open circuit breaker and
 * everything of the network (names, TLS, time, a truncated body); SOURCE_CHANGED for other statuses, a redirect, an answer of the wrong kind and,
 * with reason TOO_LARGE, one over a size limit. When the signal aborts it throws the signal's reason, at once.
 *
 * @example
 * const answer = await transport.exchange({ url, method: 'POST', body: new URLSearchParams({ page: '1' }), repeatable: true })
 * for (const record of answer.json() as unknown[]) { … }
 */
export interface Transport {
  exchange(request: TransportRequest, signal?: AbortSignal): Promise<TransportAnswer>
}
