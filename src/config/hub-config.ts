// The type of a configuration file.
import type { SecretReference } from './secrets.ts'

// Times are texts like `10s`, `5m`, `24h`, sizes like `64MB`. A secret is written as a reference: `{ secret: 'NAME' }`.

/**
 * The default export of `hub.config.ts`.
 *
 * @example
 * export default {
 *   sources: [{ id: 'one-stop', connector: 'one-stop', settings: { password: { secret: 'ONE_STOP_PASSWORD' } } }],
 *   issuers: [{ issuer: 'https://login.example', audience: 'hub' }],
 * } satisfies HubConfig
 */
export interface HubConfig {
  /** None: the demonstration province runs. */
  readonly sources?: readonly SourceConfig[]
  /** Who may issue tokens. `[]`: only the development issuer, where the hub listens on this machine alone. */
  readonly issuers?: readonly IssuerConfig[]
  /** Other agencies' parts of the schema. */
  readonly subgraphs?: readonly SubgraphConfig[]
  /** Why personal fields may be read. */
  readonly purposes?: readonly PurposeConfig[]
  readonly trustedDocuments?: TrustedDocumentsConfig
  /** How long a worker's lease is valid without a renewal. Default 30s. */
  readonly lease?: string
  readonly retention?: RetentionConfig
}

/** How long old data is kept. */
export interface RetentionConfig {
  /** Raw pages without a reference from a present record. Default 90d. */
  readonly raw?: string
  /** The feed of changes. Default 7d. */
  readonly changes?: string
  /** The access log. Default: for ever. */
  readonly audit?: string
}

/**
 * What happens when a source's records change their structure (a new member, a missing one, one of another type): `accept`
 * takes them and shows it, `quarantine` lets the records with the new structure wait, `stop` halts the stream until
 * `hub resume`.
 */
export type DriftPolicy = 'accept' | 'quarantine' | 'stop'

export type Plain =
  | null
  | boolean
  | number
  | string
  | SecretReference
  | readonly Plain[]
  | { readonly [name: string]: Plain }

export interface SourceConfig {
  /** Small letters, digits and hyphens; a part of ids, so it must not change. */
  readonly id: string
  /** Name of a folder of `connectors/`. */
  readonly connector: string
  /** Default: the connector's title. */
  readonly title?: string | { readonly vi: string; readonly en: string }
  /** The agency that is responsible for the source. Default `H53`, the province. */
  readonly agency?: string
  /** Cron, five or six fields. Default every five minutes. */
  readonly schedule?: string
  /** Time zone of the schedule. Default Asia/Ho_Chi_Minh. */
  readonly timezone?: string
  /** Host, host:port or network: addresses of this machine and of private networks that the source may have. */
  readonly allowHosts?: readonly string[]
  /** A PEM file of the authorities that sign the source's certificate, where they are not public ones. */
  readonly ca?: string
  /** When a census counts the source: cron, in the same time zone. Default `30 2 * * *`. */
  readonly census?: string
  /** For all streams, or a stream. Default accept. */
  readonly drift?: DriftPolicy | { readonly [stream: string]: DriftPolicy }
  /** What the connector's manifest asks for. */
  readonly settings?: { readonly [name: string]: Plain }
  /** Longest silence within an answer. Default 15s. */
  readonly idle?: string
  /** Longest time of one try of a page. Default 60s. */
  readonly page?: string
  /** Tries of a page, the first included. Default 3. */
  readonly tries?: number
  /** The longest Retry-After for which a run waits. Default 5m. */
  readonly retryAfter?: string
  /** Largest answer as sent. Default 64MB. */
  readonly body?: string
  /** Largest answer inflated. Default 64MB. */
  readonly inflatedBody?: string
  /** Exchanges at once. */
  readonly concurrency?: number
  /** Exchanges a second. */
  readonly perSecond?: number
}

export interface IssuerConfig {
  readonly issuer: string
  readonly audience: string
  /** Further audiences that a token may name. */
  readonly audiences?: readonly string[]
  readonly allowHosts?: readonly string[]
  /** Bounds a token's life and its age. Default 24h. */
  readonly maxTokenAge?: string
  /** Makes the header's `typ` strict. */
  readonly typ?: 'at+jwt'
  /** The subtrees that its tokens may claim. Default: any. */
  readonly agencies?: readonly string[]
}

export interface SubgraphConfig {
  readonly name: string
  readonly url: string
  readonly allowHosts?: readonly string[]
  readonly headers?: { readonly [name: string]: string | SecretReference }
  /** Default 10s. */
  readonly timeout?: string
  /** How often its schema is fetched. Default 30s. */
  readonly polling?: string
}

export interface PurposeConfig {
  readonly code: string
  readonly title: string | { readonly vi: string; readonly en: string }
  readonly legalBasis: string
}

export interface TrustedDocumentsConfig {
  /** Relative to the configuration file. */
  readonly folder: string
  /** `only`: no other operation is run. Default off. */
  readonly mode?: 'off' | 'only'
}
