/** One HTTP exchange as a connector asks for it. */
export interface TransportRequest {
  readonly url: string
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | URLSearchParams | FormData
  /**
   * What the answer must be. `json` and `xml` refuse an answer whose type and first character say something else (an HTML
   * login page with status 200 is SOURCE_CHANGED); `any` takes all. Default `json`.
   */
  readonly expect?: 'json' | 'xml' | 'csv' | 'any'
  /**
   * Statuses besides 2xx that are an answer here and not a failure, e.g. [401] for a digest challenge, [400, 500] for
   * SOAP faults. What such an answer holds is not checked by `expect`.
   */
  readonly accept?: readonly number[]
  /** Whether repeating this request may do harm; only a safe one is tried again. Default: true for GET, false otherwise. */
  readonly repeatable?: boolean
}

/** A whole answer: it exists only once its body has proved to be complete and within the limits. */
export interface TransportAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Inflated. */
  readonly body: Uint8Array
  /**
   * Body as text without its byte order mark, by the charset of the mark, the content type or an XML declaration, UTF-8
   * else; SOURCE_CHANGED on bytes that the charset does not have.
   */
  text(): string
  /** Body as JSON with numbers kept exact (see `exactJson`); SOURCE_CHANGED when it is not JSON. */
  json(): unknown
}

/**
 * The one way out. Every exchange is bounded (time, size, inflation), follows no redirect, checks the resolved address
 * when connecting, and is tried again only where that is safe. It throws TransportFailure: CONFIG_INVALID for a refused
 * address, a URL that cannot be asked and 401, 402, 403, 407; SOURCE_UNAVAILABLE for 408, 425, 429, 5xx and everything of the
 * network (names, TLS, time, a cut body); SOURCE_CHANGED for other statuses, a redirect, an answer of the wrong kind and,
 * with reason TOO_LARGE, one over a size limit. When the signal aborts it throws the signal's reason, at once.
 */
export interface Transport {
  exchange(request: TransportRequest, signal?: AbortSignal): Promise<TransportAnswer>
}
