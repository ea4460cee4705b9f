import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { GraphQLError, parse } from 'graphql'
import { createYoga } from 'graphql-yoga'
import type { Town } from '../../contract/index.ts'
import { type LandRegistry, landRegistry, type Parcel } from './registry.ts'
import { landSdl } from './sdl.ts'

export interface LandServer {
  readonly url: string
  close(): Promise<void>
}

interface UnitKey {
  readonly code: string
  readonly validFrom: string | null
}
interface DossierKey {
  readonly code: string
  readonly source: { readonly id: string }
  /** Sent by whoever plans the operation, as `@requires` asks. */
  readonly procedure?: { readonly field?: string | null } | null
}

/**
 * The demonstration's second agency: its own subgraph on its own server, written with another library than the hub. Port 0
 * or none: any free one of 127.0.0.1.
 */
export async function openLandServer(town: Town, port = 0): Promise<LandServer> {
  const registry = landRegistry(town)
  const schema = buildSubgraphSchema([{ typeDefs: parse(landSdl()), resolvers: resolversOf(registry) as never }])
  const yoga = createYoga({ schema, graphqlEndpoint: '/graphql', graphiql: false, landingPage: false, logging: false })
  const server = createServer((request, response) => void yoga(request, response))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    close: async () => {
      await yoga.dispose()
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

function resolversOf(registry: LandRegistry): object {
  const count = (first: number): number => {
    if (first >= 1 && first <= 100) return first
    throw new GraphQLError('first lies from 1 to 100', { extensions: { code: 'BAD_USER_INPUT' } })
  }
  return {
    Query: {
      landParcel: (_: unknown, { id }: { id: string }) => registry.parcel(id),
      landPlans: () => registry.plans,
    },
    LandParcel: {
      __resolveReference: ({ id }: { id: string }) => registry.parcel(id),
      plans: (parcel: Parcel) => (parcel.purpose === 'RICE' ? registry.plans : registry.plans.slice(-1)),
    },
    AdministrativeUnit: {
      landUse: ({ code, validFrom }: UnitKey) => registry.useOf(code, validFrom ?? null),
      landParcels: ({ code, validFrom }: UnitKey, { first }: { first: number }) =>
        registry.parcelsOf(code, validFrom ?? null, count(first)),
    },
    Dossier: {
      landParcel: ({ code, source, procedure }: DossierKey) =>
        procedure?.field === 'Đất đai' ? registry.parcelOfDossier(source.id, code) : null,
    },
  }
}
