// The rows of the small hub.

/** A few fixed rows of an invented province, as the root value of the stand-in; `pause`, `resume` and `run` change them. */

const NOW = Date.now()
const ago = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString()

type Row = Record<string, unknown>
type SourceRow = Row & { id: string; state: string; streams: { id: string }[] }

function listing(nodes: Row[], first = 20): Row {
  const page = nodes.slice(0, first)
  return {
    nodes: page,
    edges: page.map((node, index) => ({ cursor: `c${index}`, node })),
    totalCount: nodes.length,
    pageInfo: { hasNextPage: nodes.length > first, hasPreviousPage: false, startCursor: 'c0', endCursor: `c${first}` },
  }
}

function stream(id: string, entity: string, recordCount: number, minutes: number | null): Row & { id: string } {
  const lastSuccessAt = minutes === null ? null : ago(minutes)
  return {
    id,
    entity,
    recordCount,
    lastSuccessAt,
    cursor: minutes === null ? null : `{"updatedSince":"${ago(minutes)}"}`,
  }
}

function source(id: string, title: string, state: string, rest: Row & { streams: SourceRow['streams'] }): SourceRow {
  return { id, connector: id, title, state, quarantineCount: 0, failure: null, nextRunAt: ago(-4), ...rest }
}

const FAILURES = {
  config: {
    code: 'CONFIG_INVALID',
    message: 'login refused with HTTP 401: check the setting units[0].password',
    whoActs: 'operator',
    since: ago(190),
  },
  unavailable: {
    code: 'SOURCE_UNAVAILABLE',
    message: 'no answer within 15 s from 10.20.30.40:8443',
    whoActs: 'clock',
    since: ago(47),
  },
}

function run(index: number, sourceId: string, streamId: string, state: string, rest: Row = {}): Row {
  const started = 3 + index * 5
  return {
    __typename: 'Run',
    id: `run-${index}`,
    source: sourceId,
    stream: streamId,
    state,
    startedAt: ago(started),
    finishedAt: ago(started - 1.2),
    pages: 12,
    read: 594,
    written: 37,
    unchanged: 557,
    removed: 0,
    rejected: 0,
    failure: null,
    ...rest,
  }
}

const sourcesOfTown = () => [
  source('one-stop', 'Cổng dịch vụ công, một cửa', 'HEALTHY', {
    lastSuccessAt: ago(2),
    lagSeconds: 128,
    recordCount: 20_113,
    quarantineCount: 3,
    streams: [stream('dossiers', 'Dossier', 20_113, 2)],
  }),
  source('procedure-catalogue', 'Danh mục thủ tục hành chính', 'HEALTHY', {
    lastSuccessAt: ago(58),
    lagSeconds: 3_480,
    recordCount: 2_395,
    streams: [stream('citizen', 'Procedure', 1_790, 58), stream('business', 'Procedure', 605, 58)],
  }),
  source('e-office', 'Trục liên thông văn bản', 'FAILING', {
    lastSuccessAt: ago(200),
    lagSeconds: 12_000,
    recordCount: 5_004,
    failure: FAILURES.config,
    streams: [stream('documents', 'Document', 5_004, 200)],
  }),
  source('reporting-sdmx', 'Hệ thống thông tin báo cáo', 'LATE', {
    lastSuccessAt: ago(95),
    lagSeconds: 5_700,
    recordCount: 60_210,
    failure: FAILURES.unavailable,
    streams: [stream('observations', 'Observation', 60_210, 95)],
  }),
  source('reporting-workbook', 'Tệp báo cáo Excel', 'PAUSED', {
    lastSuccessAt: ago(1_500),
    lagSeconds: 90_000,
    recordCount: 0,
    nextRunAt: null,
    streams: [stream('reports', 'Report', 0, 1_500)],
  }),
  source('camera', 'Camera an ninh', 'NEVER_RUN', {
    lastSuccessAt: null,
    lagSeconds: null,
    recordCount: 0,
    nextRunAt: ago(-1),
    streams: [stream('cameras', 'Camera', 0, null), stream('events', 'CameraEvent', 0, null)],
  }),
]

const runsOfTown = () => [
  run(0, 'one-stop', 'dossiers', 'SUCCEEDED_WITH_REJECTS', { rejected: 3 }),
  run(1, 'e-office', 'documents', 'FAILED', {
    failure: FAILURES.config,
    pages: 0,
    read: 0,
    written: 0,
    unchanged: 0,
  }),
  run(2, 'reporting-sdmx', 'observations', 'RUNNING', { finishedAt: null }),
  ...Array.from({ length: 24 }, (_, index) => run(index + 3, 'one-stop', 'dossiers', 'SUCCEEDED')),
]

const waitingOfTown = () =>
  ['status', 'agency.id', 'receivedAt'].map((path, index) => ({
    __typename: 'QuarantinedRecord',
    id: `q-${index}`,
    source: 'one-stop',
    stream: 'dossiers',
    key: `H53.21-26112${index}-000${index}`,
    reason: ['UNKNOWN_STATUS: "Chờ liên thông thuế"', 'MISSING', 'NOT_A_DATE'][index],
    path,
    seenAt: ago(2 + index),
    tries: index + 1,
    raw: null,
  }))

/** One town a server, so that what one test pauses is running in the next. */
export function openTown(): Row {
  const [sources, runs, waiting] = [sourcesOfTown(), runsOfTown(), waitingOfTown()]
  const find = (id: string) => {
    const found = sources.find((candidate) => candidate.id === id)
    if (found === undefined) throw new Error(`no source ${id}`)
    return found
  }
  const agencies = [
    ['H53.21', 'Ủy ban nhân dân phường Đông Lĩnh'],
    ['H53.22', 'Ủy ban nhân dân xã Bình Thượng'],
  ].map(([code, name]) => ({ __typename: 'Agency', id: `agency-${code}`, code, name, otherCodes: [], unit: null }))

  return {
    sources: () => sources,
    runs: (wanted: { source?: string; state?: string; first?: number; after?: string }) => {
      const kept = runs.filter(
        (one) =>
          (wanted.source == null || one['source'] === wanted.source) &&
          (wanted.state == null || one['state'] === wanted.state),
      )
      return listing(wanted.after == null ? kept : kept.slice(Number(wanted.after.slice(1))), wanted.first)
    },
    quarantine: (wanted: { source?: string; first?: number }) =>
      listing(
        waiting.filter((one) => wanted.source == null || one.source === wanted.source),
        wanted.first,
      ),
    pauseSource: ({ id }: { id: string }) => Object.assign(find(id), { state: 'PAUSED', nextRunAt: null }),
    resumeSource: ({ id }: { id: string }) => Object.assign(find(id), { state: 'HEALTHY', nextRunAt: ago(-5) }),
    runSource: ({ id }: { id: string }) => {
      const started = find(id).streams.map((one, index) =>
        run(runs.length + index, id, one.id, 'RUNNING', { startedAt: ago(0), finishedAt: null }),
      )
      runs.unshift(...started)
      return started
    },
    agency: () => ({
      __typename: 'Agency',
      id: 'agency-H53',
      code: 'H53',
      otherCodes: ['000.00.00.H53'],
      name: 'Ủy ban nhân dân tỉnh',
      parent: null,
      children: () => listing(agencies),
    }),
    dossiers: () =>
      listing([
        {
          __typename: 'Dossier',
          id: 'd-1',
          code: 'H53.21-261120-0007',
          subject: 'Đăng ký biến động quyền sử dụng đất',
          status: 'PROCESSING',
          channel: 'ONLINE',
          receivedAt: ago(3_000),
          dueAt: ago(-900),
          overdue: false,
          agency: agencies[0],
          procedure: null,
        },
      ]),
  }
}
