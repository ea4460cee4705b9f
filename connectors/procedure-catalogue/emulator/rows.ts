// The rows of the gateway's lists, and what the hub must make of them.
import { foldCase } from '#connector'
import type { EmulatorOptions, Truth } from '#connector'
import { catalogueOf } from './data.ts'
import type { CatalogueEntry } from './data.ts'

export type Row = Record<string, string>
type Audience = 'CITIZEN' | 'BUSINESS'

/** The catalogue of a town with its clock. */
export interface Gateway extends Pick<EmulatorOptions, 'now'> {
  readonly catalogue: ReturnType<typeof catalogueOf>
  /** The name of the agency that publishes all procedures. */
  readonly publisher: string
}

export const gatewayOf = ({ town, size, now }: EmulatorOptions): Gateway => ({
  catalogue: catalogueOf(town, size),
  publisher: town.agencies.find(({ parent }) => parent === null)?.name ?? '',
  now,
})

/** The gateway repairs nothing: some names are decomposed, some lost a letter in one list and kept it in the other. */
const sentName = (entry: CatalogueEntry, audience: Audience | null): string => {
  const number = Number(entry.id)
  if (audience === 'BUSINESS' && number % 97 === 1) return entry.name.replace(/[ạảãàáâ]/, '\uFFFD')
  return number % 41 === 0 ? entry.name.normalize('NFD') : entry.name
}

/** The list of one audience, a row of dirt at its end. */
export function online({ catalogue, now }: Gateway, audience: Audience): Row[] {
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

/** The whole catalogue as the search answers it, a row of dirt at its end. */
export function search({ catalogue, publisher, now }: Gateway): Row[] {
  const nameOf = new Map(catalogue.agencies.map(({ code, name }) => [code, name]))
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

export const agencies = ({ catalogue }: Gateway): Row[] =>
  catalogue.agencies.map(({ id, code, name }) => ({ ID: id, AGENCY_NAME: name, NAME: name, CODE: code }))

/** What the hub must make of a stream at the present time. */
export function truthOf(gateway: Gateway, stream: string): readonly Truth[] {
  const { catalogue, publisher, now } = gateway
  if (stream === 'citizen-procedures') return onlineTruth(gateway, 'CITIZEN')
  if (stream === 'business-procedures') return onlineTruth(gateway, 'BUSINESS')
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

const onlineTruth = ({ catalogue, now }: Gateway, audience: Audience): Truth[] =>
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
