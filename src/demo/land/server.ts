// The demonstration's second agency: a land office with a subgraph of its own.
import { ApolloServer } from '@apollo/server'
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled'
import { startStandaloneServer } from '@apollo/server/standalone'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { GraphQLError, parse } from 'graphql'
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

/** Serves the land office's subgraph on a free port of 127.0.0.1, with nothing of the hub behind it. */
export async function openLandServer(town: Town): Promise<LandServer> {
  const registry = landRegistry(town)
  const schema = buildSubgraphSchema([{ typeDefs: parse(landSdl()), resolvers: resolversOf(registry) as never }])
  const apollo = new ApolloServer({
    schema,
    introspection: true,
    nodeEnv: 'production', // no landing page, no stack in answers
    stopOnTerminationSignals: false,
    plugins: [ApolloServerPluginInlineTraceDisabled()],
  })
  const { url } = await startStandaloneServer(apollo, { listen: { host: '127.0.0.1', port: 0 } })
  return { url: new URL('/graphql', url).href, close: () => apollo.stop() }
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
