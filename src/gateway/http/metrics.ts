// The metrics of the gateway.
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client'
import { errorCatalogue } from '../../access/error-catalogue.ts'

/** The metrics of the process; other rooms register theirs in `registry`. No label contains a value of a request. */
export interface Metrics {
  readonly registry: Registry
  request(route: string, method: string, status: number, seconds: number): void
  /** Counts one error of an answer by its code; unknown codes of other agencies count as one. */
  error(code: string): void
}

export function openMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const requests = new Counter({
    name: 'hub_http_requests_total',
    help: 'Answered HTTP requests',
    labelNames: ['route', 'method', 'status'],
    registers: [registry],
  })
  const seconds = new Histogram({
    name: 'hub_http_request_seconds',
    help: 'Time from the head of a request to the end of its answer',
    labelNames: ['route'],
    buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
    registers: [registry],
  })
  const errors = new Counter({
    name: 'hub_graphql_errors_total',
    help: 'Errors in GraphQL answers, by code',
    labelNames: ['code'],
    registers: [registry],
  })
  return {
    registry,
    request(route, method, status, took) {
      requests.inc({ route, method, status })
      seconds.observe({ route }, took)
    },
    error: (code) => errors.inc({ code: Object.hasOwn(errorCatalogue, code) ? code : 'OTHER' }),
  }
}
