// Makes procedures and agencies of the records of procedure-catalogue.
import { normalising, reader, reject } from '#connector'
import type { Audience, Connector, Normalised, Reader, SourceRecord } from '#connector'
import type { manifest } from './manifest.ts'

/** A key that begins with `?` was given by `read` to a row that has none. */
function keyOf(row: Reader, name: string): string {
  const key = row.text(name)
  return key.startsWith('?') ? reject('MISSING', name) : key
}

const catalogueRow =
  (type: string, audience: Audience) =>
  (record: SourceRecord): Normalised<'Procedure'> =>
    normalising(() => {
      const row = reader(record)
      const code = keyOf(row, 'TTHC_MA')
      const found = row.maybeScalar('TYPE') ?? reject('MISSING', 'TYPE')
      if (found !== type) reject('UNKNOWN_VALUE', 'TYPE', { found: found.slice(0, 80), expected: type })
      return { code, name: row.text('NAME'), field: null, agency: null, audience }
    })

export const normalise = {
  'citizen-procedures': catalogueRow('1', 'CITIZEN'),
  'business-procedures': catalogueRow('5', 'BUSINESS'),
  'procedure-details': (record) =>
    normalising<'Procedure'>(() => {
      const row = reader(record)
      keyOf(row, 'ID')
      const agency = row.maybeObject('agency')
      return {
        code: row.text('PROCEDURE_CODE'),
        name: row.text('PROCEDURE_NAME'),
        field: row.maybeText('FIELD_NAME'),
        agency:
          agency === null
            ? null
            : { code: agency.text('CODE'), name: agency.maybeText('NAME'), externalId: agency.maybeText('ID') },
        audience: null,
      }
    }),
  agencies: (record) =>
    normalising<'Agency'>(() => {
      const row = reader(record)
      const externalId = keyOf(row, 'ID')
      return { code: row.text('CODE'), otherCodes: [], name: row.text('NAME'), parentCode: null, externalId }
    }),
} satisfies Connector<typeof manifest>['normalise']
