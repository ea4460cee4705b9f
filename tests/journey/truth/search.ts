// What a search must find.
import { openAgencies } from './agencies.ts'
import type { Client, Row } from '../client.ts'
import { documentsInMessages } from './documents.ts'
import type { Province } from '../province.ts'

/** Without diacritics and case. */
const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('đ', 'd')

/** A text for each type, and the codes of all rows that hold each of its words. */
export function searchedTexts(province: Province): Record<string, { text: string; expected: string[] }> {
  const agencies = openAgencies()
  agencies.learn(province)
  const holding = (text: string, rows: readonly (readonly [code: string, ...texts: string[]])[]) => {
    const words = plain(text).split(' ')
    const found = rows.flatMap(([code, ...texts]) =>
      words.every((word) => plain([code, ...texts].join(' ')).includes(word)) ? [code] : [],
    )
    return { text, expected: [...new Set(found)].toSorted() }
  }
  const dossier = province.facts('Dossier')[3]!.record.code
  return {
    DOSSIER: holding(
      dossier.toLowerCase(),
      province.facts('Dossier').map(({ record }) => [record.code]),
    ),
    DOCUMENT: holding(
      'mat ong ho tro',
      documentsInMessages(province, agencies).map(({ content }) => [content.code!, content.subject]),
    ),
    REPORT: holding(
      'bao cao 2026-M01',
      province.facts('Report').map(({ record }) => [record.code, record.title, record.period.code]),
    ),
    INDICATOR: holding(
      'tiep nhan',
      province.facts('Observation').map(({ record }) => [record.indicator.code, record.indicator.name ?? '']),
    ),
    CAMERA: holding(
      'cam-0007',
      province.facts('Camera').map(({ record }) => [record.code, record.name ?? '']),
    ),
    AGENCY: holding(
      'hoa thanh phong',
      [...agencies.expected().values()].map(({ code, name }) => [code, name]),
    ),
    ADMINISTRATIVE_UNIT: holding(
      'tan ninh phuong',
      province.town.units.map(({ code, name }) => [code, name]),
    ),
    PROCEDURE: holding(
      'Đăng ký TẠM TRÚ',
      province.facts('Procedure').map(({ record }) => [record.code, record.name]),
    ),
  }
}

/** Codes of everything of one type that a text finds, page after page. */
export async function searched(client: Client, type: string, text: string): Promise<string[]> {
  const names = ['Dossier', 'Report', 'Indicator', 'Camera', 'Agency', 'AdministrativeUnit', 'Procedure']
  const selection = names.map((name) => `... on ${name} { code }`).join(' ')
  const rows = await client.all<Row & { code?: string; printed?: string }>(
    'search',
    `__typename ${selection.replace('... on Agency { code }', '... on Agency { canonical: code }')} ... on Document { printed: code }`,
    { args: `text: ${JSON.stringify(text)}, types: [${type}]` },
  )
  return [...new Set(rows.map((row) => String(row.code ?? row.printed ?? row['canonical'])))].toSorted()
}
