import pg from 'pg'
import type { AgencyRange, PlaceOf } from '../access/caller.ts'

/** The province: whoever belongs to it sees every row, also those of agencies that no list knows yet. */
export const provinceCode = 'H53'

export interface AgencyPlaces {
  readonly placeOf: PlaceOf
  close(): Promise<void>
}

/**
 * Where every agency stands, in memory and kept up with the database: a change of the tree is heard by NOTIFY hub_agency and
 * holds within a moment on every hub of the database.
 */
export async function watchAgencyPlaces(url: string, onError: (error: unknown) => void): Promise<AgencyPlaces> {
  let places: ReadonlyMap<string, AgencyRange> = new Map()
  let client: pg.Client | null = null
  let closed = false
  let retry: NodeJS.Timeout | undefined

  async function refresh(from: pg.Client): Promise<void> {
    const { rows } = await from.query<{ code: string; path: string; path_end: string; province: boolean }>(
      `select c.code, a.path, a.path_end,
         a.id = (select p.agency_id from agency_code p where p.code = $1) as province
       from agency_code c join agency a on a.id = c.agency_id`,
      [provinceCode],
    )
    places = new Map(
      rows.map((row) => [row.code, row.province ? { from: null, to: null } : { from: row.path, to: row.path_end }]),
    )
  }

  async function connect(): Promise<void> {
    const opened = new pg.Client({ connectionString: url, application_name: 'hub agencies' })
    opened.on('error', (error) => {
      onError(error)
      again()
    })
    opened.on('notification', () => void refresh(opened).catch(onError))
    await opened.connect()
    await opened.query('listen hub_agency')
    await refresh(opened)
    client = opened
  }

  function again(): void {
    client = null
    if (closed || retry !== undefined) return
    retry = setTimeout(() => {
      retry = undefined
      connect().catch((error: unknown) => {
        onError(error)
        again()
      })
    }, 1000)
    retry.unref()
  }

  await connect()
  return {
    placeOf: (code) => (code === provinceCode ? { from: null, to: null } : (places.get(code) ?? null)),
    close: async () => {
      closed = true
      clearTimeout(retry)
      await client?.end()
    },
  }
}
