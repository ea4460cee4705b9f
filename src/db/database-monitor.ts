import pg from 'pg'

export interface MonitorOptions {
  /** The channel of NOTIFY that tells of a change. */
  readonly channel: string
  /** What `pg_stat_activity` shows. */
  readonly name: string
  /** Reads what is watched, whole. Called once at a time. */
  readonly read: (from: pg.Client) => Promise<void>
  readonly onError: (error: unknown) => void
  /** How often it is read without being told, in milliseconds: a connection that died in silence is found out so. Default: never. */
  readonly everyMs?: number
}

export interface DatabaseMonitor {
  /** Safe to repeat. */
  close(): Promise<void>
}

/**
 * Reads something of the database when it settles, and again within a moment of each change that is told by NOTIFY. Has a connection of its
 * own; when that is lost, what was read last holds until there is another one, over which it is read anew. Rejects where
 * the first connection or reading fails.
 */
export async function monitorDatabase(url: string, options: MonitorOptions): Promise<DatabaseMonitor> {
  const { channel, name, read, onError, everyMs } = options
  let client: pg.Client | null = null
  let closed = false
  let retry: NodeJS.Timeout | undefined
  let timer: NodeJS.Timeout | undefined

  async function connect(): Promise<void> {
    const opened = new pg.Client({
      connectionString: url,
      application_name: name,
      keepAlive: true,
      connectionTimeoutMillis: 5000,
      query_timeout: 5000,
    })
    let reading = false
    let again = false
    async function readAnew(): Promise<void> {
      again = true
      if (reading) return
      reading = true
      try {
        while (again) {
          again = false
          await read(opened)
        }
      } finally {
        reading = false
      }
    }
    const lose = (error: unknown): void => {
      if (client === opened) client = null
      opened.end().catch(() => undefined)
      if (closed) return
      onError(error)
      reconnect()
    }
    opened.on('error', lose)
    opened.on('notification', () => void readAnew().catch(lose))
    try {
      await opened.connect()
      await opened.query(`listen ${pg.escapeIdentifier(channel)}`)
      await readAnew()
    } catch (error) {
      opened.end().catch(() => undefined)
      throw error
    }
    client = opened
    clearInterval(timer)
    if (everyMs !== undefined) {
      timer = setInterval(() => void readAnew().catch(lose), everyMs)
      timer.unref()
    }
  }

  function reconnect(): void {
    clearInterval(timer)
    if (closed || retry !== undefined) return
    retry = setTimeout(() => {
      retry = undefined
      connect().catch((error: unknown) => {
        if (closed) return
        onError(error)
        reconnect()
      })
    }, 250)
    retry.unref()
  }

  await connect()
  return {
    close: async () => {
      closed = true
      clearTimeout(retry)
      clearInterval(timer)
      const open = client
      client = null
      await open?.end()
    },
  }
}
