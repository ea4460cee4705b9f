// The console's GraphQL operations and the types of their answers.

/** The console's operations, and the types of their answers. A test checks each text against the published schema. */

export const SOURCES_QUERY = `query ConsoleSources {
  sources {
    id
    connector
    title
    state
    lastSuccessAt
    nextRunAt
    lagSeconds
    recordCount
    quarantineCount
    failure { code message whoActs since }
    streams { id entity recordCount lastSuccessAt cursor }
  }
}`

const RUN_FIELDS = `id
      source
      stream
      state
      startedAt
      finishedAt
      pages
      read
      written
      unchanged
      removed
      rejected
      failure { code message whoActs since }`

export const RUNS_QUERY = `query ConsoleRuns($source: String, $state: RunState, $first: Int, $after: String) {
  runs(source: $source, state: $state, first: $first, after: $after) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes {
      ${RUN_FIELDS}
    }
  }
}`

export const QUARANTINE_QUERY = `query ConsoleQuarantine($source: String, $first: Int, $after: String) {
  quarantine(source: $source, first: $first, after: $after) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes { id source stream key reason path seenAt tries }
  }
}`

/** What the token may do: introspection shows only that. */
export const ABILITIES_QUERY = `query ConsoleAbilities {
  __type(name: "Mutation") { fields { name } }
}`

export const RUN_SOURCE = `mutation ConsoleRun($id: String!) { runSource(id: $id) { id stream state } }`
export const PAUSE_SOURCE = `mutation ConsolePause($id: String!) { pauseSource(id: $id) { id state } }`
export const RESUME_SOURCE = `mutation ConsoleResume($id: String!) { resumeSource(id: $id) { id state } }`

/** The latest runs of each source in one operation; the source of `s0`, `s1`, … is the variable of that name. */
export function lastRunsQuery(sources: number): string {
  const indexes = Array.from({ length: sources }, (_, index) => index)
  return `query ConsoleLastRuns(${indexes.map((index) => `$s${index}: String!`).join(', ')}) {
${indexes.map((index) => `  s${index}: runs(source: $s${index}, first: 5) {\n    nodes {\n      ${RUN_FIELDS}\n    }\n  }`).join('\n')}
}`
}

/** Sources whose latest runs are asked for at once, at most. */
export const MOST_SOURCES = 50

/** Every operation that the console sends, in its own spelling. */
export const consoleOperations = (): readonly string[] => [
  SOURCES_QUERY,
  RUNS_QUERY,
  QUARANTINE_QUERY,
  ABILITIES_QUERY,
  RUN_SOURCE,
  PAUSE_SOURCE,
  RESUME_SOURCE,
  ...Array.from({ length: MOST_SOURCES }, (_, index) => lastRunsQuery(index + 1)),
]

export const SOURCE_STATES = ['FAILING', 'LATE', 'PAUSED', 'NEVER_RUN', 'HEALTHY'] as const
export type SourceState = (typeof SOURCE_STATES)[number]

export const RUN_STATES = ['WAITING', 'RUNNING', 'SUCCEEDED', 'SUCCEEDED_WITH_REJECTS', 'FAILED', 'CANCELLED'] as const
export type RunState = (typeof RUN_STATES)[number]

export type Failure = { code: string; message: string; whoActs: string; since: string }

export type Stream = {
  id: string
  entity: string
  recordCount: number
  lastSuccessAt: string | null
  cursor: string | null
}

export type Source = {
  id: string
  connector: string
  title: string
  state: SourceState
  lastSuccessAt: string | null
  nextRunAt: string | null
  lagSeconds: number | null
  recordCount: number
  quarantineCount: number
  failure: Failure | null
  streams: Stream[]
}

export type Run = {
  id: string
  source: string
  stream: string
  state: RunState
  startedAt: string | null
  finishedAt: string | null
  pages: number
  read: number
  written: number
  unchanged: number
  removed: number
  rejected: number
  failure: Failure | null
}

export type Quarantined = {
  id: string
  source: string
  stream: string
  key: string | null
  reason: string
  path: string | null
  seenAt: string
  tries: number
}

export type Listing<Row> = {
  totalCount: number
  pageInfo: { hasNextPage: boolean; endCursor: string | null }
  nodes: Row[]
}
