import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { foldCase } from '#connector'
import type { Emulator, RunningEmulator, Truth } from '#connector'
import { catalogueOf } from './data.ts'
import type { CatalogueEntry } from './data.ts'

type Row = Record<string, string>
type Behaviour = Parameters<RunningEmulator['behave']>[0]

/** The gateway repairs nothing: some names are decomposed, some lost a letter in one list and kept it in the other. */
const sentName = (entry: CatalogueEntry, audience: 'CITIZEN' | 'BUSINESS' | null): string => {
  const number = Number(entry.id)
  if (audience === 'BUSINESS' && number % 97 === 1) return entry.name.replace(/[ạảãàáâ]/, '\uFFFD')
  return number % 41 === 0 ? entry.name.normalize('NFD') : entry.name
}

/** The portal's gateway for one town: catalogue, search and agency list, a total on each row, no change times. */
export default (async ({ town, size, now, port = 0 }) => {
  const catalogue = catalogueOf(town, size)
  let behaviour: Behaviour = 'normal'

  const online = (audience: 'CITIZEN' | 'BUSINESS'): Row[] => {
    const type = audience === 'CITIZEN' ? '1' : '5'
    const rows: Row[] = []
    for (const entry of catalogue.at(now())) {
      if (!entry.audiences.includes(audience)) continue
      const used = entry.weight + Math.floor(now().getTime() / 86_400_000)
      rows.push({
        TTHC_MA: entry.code,
        TYPE: type,
        NAME: sentName(entry, audience),
        ISNGANHDOC: entry.weight % 3 === 0 ? '1' : '0',
        WEIGHT: String(used),
      })
    }
    rows.push(
      audience === 'CITIZEN'
        ? { TTHC_MA: '9.000001', TYPE: '9', NAME: 'Thủ tục của đối tượng chưa khai báo', ISNGANHDOC: '0', WEIGHT: '1' }
        : { TTHC_MA: '9.000002', TYPE: '5', NAME: '', ISNGANHDOC: '0', WEIGHT: '1' },
    )
    return rows.map((row) => ({ ...row, TOTAL_RECORDS: String(rows.length) }))
  }
  const nameOf = new Map(catalogue.agencies.map(({ code, name }) => [code, name]))
  const publisher = town.agencies.find(({ parent }) => parent === null)?.name ?? ''
  const search = (): Row[] => {
    const rows: Row[] = catalogue.at(now()).map((entry) => ({
      ID: entry.id,
      PROCEDURE_CODE: entry.code,
      PROCEDURE_NAME: sentName(entry, null),
      PUBLISHED_AGENCY: publisher,
      IMPLEMENTATION_AGENCY: nameOf.get(entry.agency) ?? 'Ủy ban nhân dân cấp xã',
      QDCBID: String(115_000 + (Number(entry.id) % 60)),
      FIELD_NAME: entry.field,
    }))
    rows.push({
      ID: '499999',
      PROCEDURE_CODE: '9.000003',
      PROCEDURE_NAME: '',
      PUBLISHED_AGENCY: publisher,
      IMPLEMENTATION_AGENCY: '',
      QDCBID: '',
      FIELD_NAME: '',
    })
    return rows.map((row, index) => ({ ...row, AMOUNT: String(rows.length), ROW_STT: String(index + 1) }))
  }
  const agencies = (): Row[] =>
    catalogue.agencies.map(({ id, code, name }) => ({ ID: id, AGENCY_NAME: name, NAME: name, CODE: code }))

  const answer = (params: Readonly<Record<string, unknown>>): unknown => {
    const paged = (rows: readonly Row[], size: unknown, page: unknown): readonly Row[] => {
      const count = Math.min(Math.max(Number(size) || 10, 1), 1_000)
      return rows.slice((Number(page) - 1) * count, Number(page) * count)
    }
    switch (params['service']) {
      case 'get_ds_tthc_da_cong_bo_dvc_service': {
        const audience = { 1: 'CITIZEN', 5: 'BUSINESS' } as const
        const chosen = audience[params['pObjectType'] as 1 | 5]
        return chosen === undefined ? [] : paged(online(chosen), params['p_Page_Size'], params['p_Page_Index'])
      }
      case 'procedure_advanced_search_service_v2':
        return paged(search(), params['recordPerPage'], params['pageIndex'])
      case 'get_list_agency_service_v2':
        return agencies()
      default:
        return { error: 'service not found' }
    }
  }

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
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
    return json(200, answer(params as Record<string, unknown>))
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => response.destroy(error as Error))
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`

  const onlineTruth = (audience: 'CITIZEN' | 'BUSINESS'): Truth[] =>
    catalogue
      .at(now())
      .filter(({ audiences }) => audiences.includes(audience))
      .map((entry) => ({
        entity: 'Procedure',
        key: entry.code,
        record: {
          code: entry.code,
          name: sentName(entry, audience).normalize('NFC').trim(),
          field: null,
          agency: null,
          audience,
        },
      }))
  const truth = (stream: string): readonly Truth[] => {
    if (stream === 'citizen-procedures') return onlineTruth('CITIZEN')
    if (stream === 'business-procedures') return onlineTruth('BUSINESS')
    if (stream === 'agencies') {
      return catalogue.agencies.map(({ id, code, name }) => ({
        entity: 'Agency',
        key: id,
        record: { code, otherCodes: [], name, parentCode: null, externalId: id },
      }))
    }
    const byCode = new Map(catalogue.agencies.map((agency) => [agency.code, agency]))
    const bearers = Map.groupBy(catalogue.agencies, ({ name }) => foldCase(name))
    const only = (name: string | undefined) =>
      name !== undefined && bearers.get(foldCase(name))?.length === 1 ? name : null
    const codeOf = (name: string) => bearers.get(foldCase(name))![0]!
    return catalogue.at(now()).map((entry) => {
      const name = only(byCode.get(entry.agency)?.name) ?? only(publisher)
      const agency = name === null ? null : { code: codeOf(name).code, name, externalId: codeOf(name).id }
      return {
        entity: 'Procedure',
        key: entry.id,
        record: { code: entry.code, name: entry.name, field: entry.field, agency, audience: null },
      }
    })
  }
  return {
    settings: { url: `http://${host}/jsp/rest.jsp`, pageSize: 500 },
    hosts: [host],
    truth,
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
