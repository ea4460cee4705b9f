// The national portal's gateway for one town, over HTTP.
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Emulator, RunningEmulator } from '#connector'
import { agencies, gatewayOf, online, search, truthOf } from './rows.ts'
import type { Gateway, Row } from './rows.ts'

type Behaviour = Parameters<RunningEmulator['behave']>[0]

/** The portal's gateway for one town: catalogue, search and agency list, a total on each row, no change times. */
export default (async (options) => {
  const gateway = gatewayOf(options)
  let behaviour: Behaviour = 'normal'

  const server = createServer((request, response) => {
    serve(gateway, behaviour, request, response).catch((error: unknown) => response.destroy(error as Error))
  })
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve),
  )
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    settings: { url: `http://${host}/jsp/rest.jsp`, pageSize: 500 },
    hosts: [host],
    truth: (stream) => truthOf(gateway, stream),
    dirt: (stream) => (stream === 'agencies' ? 0 : 1),
    behave: (next) => {
      behaviour = next
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}) satisfies Emulator

/** The gateway's answer to the parameters of a call. */
function answer(gateway: Gateway, params: Readonly<Record<string, unknown>>): unknown {
  const paged = (rows: readonly Row[], size: unknown, page: unknown): readonly Row[] => {
    const count = Math.min(Math.max(Number(size) || 10, 1), 1_000)
    return rows.slice((Number(page) - 1) * count, Number(page) * count)
  }
  switch (params['service']) {
    case 'get_ds_tthc_da_cong_bo_dvc_service': {
      const audience = { 1: 'CITIZEN', 5: 'BUSINESS' } as const
      const chosen = audience[params['pObjectType'] as 1 | 5]
      return chosen === undefined ? [] : paged(online(gateway, chosen), params['p_Page_Size'], params['p_Page_Index'])
    }
    case 'procedure_advanced_search_service_v2':
      return paged(search(gateway), params['recordPerPage'], params['pageIndex'])
    case 'get_list_agency_service_v2':
      return agencies(gateway)
    default:
      return { error: 'service not found' }
  }
}

async function serve(
  gateway: Gateway,
  behaviour: Behaviour,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const say = (status: number, type: string, body: string, headers: Record<string, string> = {}): void => {
    response.writeHead(status, { 'content-type': `${type};charset=UTF-8`, ...headers }).end(body)
  }
  const json = (status: number, body: unknown, headers?: Record<string, string>): void =>
    say(status, 'application/json', JSON.stringify(body), headers)
  if (request.method !== 'POST' || request.url !== '/jsp/rest.jsp') return json(404, { error: 'not found' })
  if (behaviour === 'unauthorised') return json(401, { error: 'unauthorised' })
  if (behaviour === 'forbidden') return json(403, { error: 'forbidden' })
  if (behaviour === 'throttled') return json(429, { error: 'too many requests' }, { 'retry-after': '7' })
  if (behaviour === 'unavailable') return json(503, { error: 'unavailable' })
  if (behaviour === 'html')
    return say(200, 'text/html', '<!DOCTYPE html><html><body><form>Đăng nhập</form></body></html>')
  if (behaviour === 'unknown-structure') return json(200, { result: { items: [] } })
  let params: unknown
  try {
    params = JSON.parse(new URLSearchParams(Buffer.concat(chunks).toString('utf8')).get('params') ?? '')
  } catch {
    return json(200, { error: 'params' })
  }
  return json(200, answer(gateway, params as Record<string, unknown>))
}
