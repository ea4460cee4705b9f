import { openPolicy } from '../../src/access/policy/policy.ts'
import { openVerifier } from '../../src/access/token/verifier.ts'
import type { DevelopmentIssuer } from '../../src/access/token/development-issuer.ts'
import { listen } from '../../src/gateway/http/listen.ts'
import type { Listener } from '../../src/gateway/http/listen.ts'
import type { Log } from '../../src/gateway/log.ts'
import { openMetrics } from '../../src/gateway/http/metrics.ts'
import { openGateway } from '../../src/gateway/http/server.ts'
import type { Gateway, GatewayOptions } from '../../src/gateway/http/server.ts'
import { testIssuer } from '../kit/token.ts'
import type { TestIssuer } from '../kit/token.ts'
import { plainExecute, smallSchema } from './small-schema.ts'
import { house } from '../../src/domains/index.ts'

export interface OpenedGateway {
  readonly gateway: Gateway
  readonly issuer: TestIssuer
  /** Lines that were logged, as text. */
  readonly logged: string[]
  /** Fields that were really read: `Type.field`. */
  readonly fetched: string[]
  readonly close: () => Promise<void>
}

/** A gateway over the small schema on a free port, with a real issuer. */
export async function openSmallGateway(
  more: (
    listener: Listener,
  ) => Promise<Partial<GatewayOptions> & { developmentIssuer?: DevelopmentIssuer | null }> = async () => ({}),
): Promise<OpenedGateway> {
  const logged: string[] = []
  const fetched: string[] = []
  const write = (fields: object, message: string): void => void logged.push(`${message} ${JSON.stringify(fields)}`)
  const log: Log = { debug: write, info: write, warn: write, error: write }
  const issuer = await testIssuer()
  const listener = await listen({ host: '127.0.0.1', port: 0 })
  const schema = smallSchema()
  const gateway = await openGateway({
    listener,
    generation: {
      schema,
      policy: openPolicy({ schema, purposes: null }),
      execute: plainExecute(smallSchema(), fetched),
    },
    verifier: openVerifier({
      issuers: [issuer.trusted()],
      now: Date.now,
      agencyRangeOf: () => null,
      isScope: house.isScope,
    }),
    developmentIssuer: null,
    ready: async () => true,
    pages: null,
    metrics: openMetrics(),
    log,
    ...(await more(listener)),
  })
  const close = async (): Promise<void> => {
    await gateway.close()
    await issuer.close()
  }
  return { gateway, issuer, logged, fetched, close }
}

export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly json: {
    readonly data?: Record<string, unknown> | null
    readonly errors?: readonly { message: string; path?: readonly unknown[]; extensions: Record<string, unknown> }[]
  }
}

/** Sends an operation as clients do. */
export async function ask(
  gateway: Gateway,
  query: string,
  {
    variables,
    token,
    purpose,
    headers = {},
  }: { variables?: unknown; token?: string; purpose?: string; headers?: Record<string, string> } = {},
): Promise<Answered> {
  const answer = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(purpose === undefined ? {} : { 'x-hub-purpose': purpose }),
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
  })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, text, json: JSON.parse(text) as Answered['json'] }
}

export const codes = (answer: Answered): unknown[] =>
  (answer.json.errors ?? []).map((error) => error.extensions['code'])
