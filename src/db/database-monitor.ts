// Keeps something of the database in memory: reads it again whenever NOTIFY announces a change.
import pg from 'pg'

export interface MonitorOptions {
  /** The channel of NOTIFY that announces a change. */
  readonly channel: string
  /** What `pg_stat_activity` shows. */
  readonly name: string
  /** Reads everything that is kept. Never called twice at once. */
  readonly read: (from: pg.Client) => Promise<void>
  readonly onError: (error: unknown) => void
  /** How often it is read without a NOTIFY, in milliseconds; this finds a connection that died in silence. Default: never. */
  readonly everyMs?: number
}

export interface DatabaseMonitor {
  /** Safe to repeat. */
  close(): Promise<void>
}

/** What a monitor remembers between its connections. */
interface MonitorState {
  readonly url: string
  readonly options: MonitorOptions
  client: pg.Client | null
  closed: boolean
  retry: NodeJS.Timeout | undefined
  timer: NodeJS.Timeout | undefined
}

/**
 * Calls `read` before this settles, and again within a moment of each change that NOTIFY announces. The monitor has a
 * connection of its own; when that is lost, what was read last stays valid until `read` has run over a new one. Rejects
 * where the first connection or reading fails.
 */
export async function monitorDatabase(url: string, options: MonitorOptions): Promise<DatabaseMonitor> {
  const state: MonitorState = { url, options, client: null, closed: false, retry: undefined, timer: undefined }
  await connect(state)
  return {
    close: async () => {
      state.closed = true
      clearTimeout(state.retry)
      clearInterval(state.timer)
      const { client } = state
      state.client = null
      await client?.end()
    },
  }
}

async function connect(state: MonitorState): Promise<void> {
  const { channel, name, read, everyMs } = state.options
  const client = new pg.Client({
    connectionString: state.url,
    application_name: name,
    keepAlive: true,
    connectionTimeoutMillis: 5000,
    query_timeout: 5000,
  })
  const readAgain = oneAtATime(() => read(client))
  const lose = (error: unknown): void => {
    if (state.client === client) state.client = null
    client.end().catch(() => undefined)
    if (state.closed) return
    state.options.onError(error)
    reconnect(state)
  }
  client.on('error', lose)
  client.on('notification', () => void readAgain().catch(lose))
  try {
    await client.connect()
    await client.query(`listen ${pg.escapeIdentifier(channel)}`)
    await readAgain()
  } catch (error) {
    client.end().catch(() => undefined)
    throw error
  }
  state.client = client
  clearInterval(state.timer)
  if (everyMs !== undefined) {
    state.timer = setInterval(() => void readAgain().catch(lose), everyMs)
    state.timer.unref()
  }
}

/** Tries a new connection every quarter of a second until there is one. */
function reconnect(state: MonitorState): void {
  clearInterval(state.timer)
  if (state.closed || state.retry !== undefined) return
  state.retry = setTimeout(() => {
    state.retry = undefined
    connect(state).catch((error: unknown) => {
      if (state.closed) return
      state.options.onError(error)
      reconnect(state)
    })
  }, 250)
  state.retry.unref()
}

/** The act, never twice at once: a call that comes while it runs lets it run once more afterwards. */
function oneAtATime(act: () => Promise<void>): () => Promise<void> {
  let running = false
  let again = false
  return async () => {
    again = true
    if (running) return
    running = true
    try {
      while (again) {
        again = false
        await act()
      }
    } finally {
      running = false
    }
  }
}
