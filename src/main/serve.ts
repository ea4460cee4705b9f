// The gateway of a hub on a bound port: tokens, schema, pages.
import { openDevelopmentIssuer, type DevelopmentIssuer } from '../access/token/development-issuer.ts'
import { discovered } from '../access/token/discovery.ts'
import type { Issuer } from '../access/token/issuer.ts'
import { openRevocations } from '../access/token/revocation.ts'
import { openVerifier } from '../access/token/verifier.ts'
import type { Listener } from '../gateway/http/listen.ts'
import { openMetrics } from '../gateway/http/metrics.ts'
import { type Gateway, openGateway } from '../gateway/http/server.ts'
import { openTransport } from '../transport/open.ts'
import { answerPage } from '../web/serve.ts'
import { house } from '../domains/index.ts'
import { watchAgencyRanges } from './access/agency-ranges.ts'
import { federate } from './federation/federate.ts'
import type { Hub } from './hub.ts'
import { trustedDocuments } from './trusted-documents.ts'
import { pagesFolder } from './paths.ts'
import { developmentAudience, issuerName } from './access/development-token.ts'

export interface Serving {
  readonly gateway: Gateway
  readonly issuer: DevelopmentIssuer | null
  close(): Promise<void>
}

/** The gateway on a bound port: tokens, schema, pages. */
export async function serve(hub: Hub, listener: Listener): Promise<Serving> {
  const { config, log } = hub
  const agencies = await watchAgencyRanges(hub.store.url, (error) =>
    log.warn({ err: error }, 'the agency tree could not be read'),
  )
  const revocations = await openRevocations(hub.store.url, {
    now: Date.now,
    onError: (error) => log.warn({ err: error }, 'the revocations could not be read'),
  })
  const issuer = config.developmentIssuer
    ? await openDevelopmentIssuer({
        home: config.home,
        issuer: issuerName(config, listener.url),
        audience: developmentAudience,
        scopes: house.scopes,
        now: Date.now,
      })
    : null
  const transports = config.issuers.map((one) => ({ one, transport: openTransport({ allowHosts: one.allowHosts }) }))
  const issuers: Issuer[] = transports.map(({ one, transport }) => ({
    issuer: one.issuer,
    audience: one.audience,
    otherAudiences: one.otherAudiences,
    maxTokenAgeSeconds: one.maxTokenAgeSeconds,
    ...(one.typ === undefined ? {} : { typ: one.typ }),
    ...(one.agencies === undefined ? {} : { agencies: one.agencies }),
    keys: discovered(one.issuer, transport),
  }))
  if (issuer !== null) {
    issuers.push({ issuer: issuer.issuer, audience: issuer.audience, keys: () => Promise.resolve(issuer.jwks()) })
  }
  const verifier = openVerifier({
    issuers,
    now: Date.now,
    agencyRangeOf: agencies.agencyRangeOf,
    revoked: revocations.revoked,
    // Scopes of other agencies' fields are theirs to name; the hub's own rules know none of them.
    isScope: hub.subgraphs.length === 0 ? house.isScope : () => true,
    alarm: (name, what) => log.warn({ issuer: name }, what),
  })
  const federated = await federate(hub, hub.graph, `${listener.url}/hub`)
  const schema = () => federated.generation.schema
  const trusted = await trustedDocuments(config, schema, log).catch(async (error: unknown) => {
    await Promise.all([federated.close(), agencies.close(), revocations.close()])
    throw error
  })
  const gateway = await openGateway({
    listener,
    generation: federated.generation,
    subgraph: hub.graph.subgraph,
    verifier,
    developmentIssuer: issuer,
    ready: async () => {
      await hub.store.reading.pool.query('select 1')
      return true
    },
    pages: (request) => answerPage(pagesFolder, request),
    metrics: openMetrics(),
    trusted,
    identity: federated.identity,
    log,
  })
  federated.follow((generation) => gateway.replace(generation))
  return {
    gateway,
    issuer,
    close: async () => {
      await gateway.close()
      await federated.close()
      trusted?.close()
      await agencies.close()
      await revocations.close()
      for (const { transport } of transports) await transport.close()
    },
  }
}
