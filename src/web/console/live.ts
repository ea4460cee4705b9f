// Reads the console's lists again while the page is visible.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { Credentials } from './credentials.ts'
import { ABILITIES_QUERY, lastRunsQuery, QUARANTINE_QUERY, RUNS_QUERY, SOURCES_QUERY } from './operations.ts'
import type { Listing, Quarantined, Run, Source } from './operations.ts'

/** How often the page asks again; a hidden page does not ask. */
const POLL_MS = 2_500
const PAGE = 20

export type RunFilter = { source: string | null; state: string | null; after: string | null }
export type QuarantineFilter = { source: string | null; after: string | null }

export function useSources(credentials: Credentials) {
  return useQuery({
    queryKey: ['sources'],
    queryFn: async () => (await credentials.ask<{ sources: Source[] }>(SOURCES_QUERY)).sources,
    refetchInterval: POLL_MS,
  })
}

/** The latest runs of each source, newest first, by the source's id. */
export function useLastRuns(credentials: Credentials, sources: readonly string[]) {
  return useQuery({
    queryKey: ['last-runs', ...sources],
    queryFn: async () => {
      const variables = Object.fromEntries(sources.map((id, index) => [`s${index}`, id]))
      const data = await credentials.ask<Record<string, { nodes: Run[] }>>(lastRunsQuery(sources.length), variables)
      return new Map(sources.map((id, index) => [id, data[`s${index}`]?.nodes ?? []]))
    },
    enabled: sources.length > 0,
    refetchInterval: POLL_MS,
    placeholderData: keepPreviousData,
  })
}

export function useRuns(credentials: Credentials, filter: RunFilter) {
  return useQuery({
    queryKey: ['runs', filter],
    queryFn: async () => (await credentials.ask<{ runs: Listing<Run> }>(RUNS_QUERY, { ...filter, first: PAGE })).runs,
    refetchInterval: POLL_MS,
    placeholderData: keepPreviousData,
  })
}

export function useQuarantine(credentials: Credentials, filter: QuarantineFilter) {
  return useQuery({
    queryKey: ['quarantine', filter],
    queryFn: async () =>
      (await credentials.ask<{ quarantine: Listing<Quarantined> }>(QUARANTINE_QUERY, { ...filter, first: PAGE }))
        .quarantine,
    refetchInterval: POLL_MS,
    placeholderData: keepPreviousData,
  })
}

/** Whether the token may act on sources. Until it is known, and where the schema does not say, the buttons stay. */
export function useMayAct(credentials: Credentials): boolean {
  const { data } = useQuery({
    queryKey: ['abilities'],
    queryFn: () => credentials.ask<{ __type: { fields: { name: string }[] } | null }>(ABILITIES_QUERY),
    staleTime: Infinity,
  })
  return data === undefined || (data.__type?.fields.some((field) => field.name === 'runSource') ?? false)
}
