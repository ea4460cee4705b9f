// A dossier of one-stop as the hub means it.
import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import type { SourceRecord } from '#connector'
import { closeAll, normalised } from './one-stop.ts'
import type { Settings } from './one-stop.ts'

afterEach(closeAll)

describe('a dossier', () => {
  const folder = new URL('../fixtures/', import.meta.url)
  const files = readdirSync(folder)
  it.each(files)('is normalised as the fixture %s says', (file) => {
    const { records, expected, settings } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as {
      records: SourceRecord[]
      expected: unknown[]
      settings?: Settings
    }
    expect(records.map((record) => normalised(record, settings))).toEqual(expected)
  })

  it('of a status that only the setting statusNames knows is taken with it and rejected without it', () => {
    const record = {
      id: 'a',
      code: 'A',
      dossierStatus: { name: [{ languageId: 228, name: 'chờ bổ sung'.normalize('NFD') }] },
    }
    const settings = {
      statusNames: { 'Chờ bổ sung': 'SUPPLEMENT_REQUIRED', 'Đang xử lý': 'ACCEPTED' },
    } as unknown as Settings
    expect(normalised(record)).toMatchObject({ reject: 'UNKNOWN_VALUE', at: 'dossierStatus.name' })
    expect(normalised(record, settings)).toMatchObject({ record: { status: 'SUPPLEMENT_REQUIRED' } })
    const ordinary = { ...record, dossierStatus: { name: 'Đang xử lý' } }
    expect(normalised(ordinary, settings)).toMatchObject({ record: { status: 'ACCEPTED' } })
    expect(normalised(ordinary)).toMatchObject({ record: { status: 'PROCESSING' } })
  })

  it.each([
    ['1960', 1960],
    [1960, 1960],
    ['0/0/1960', 1960],
    ['05/1960', 1960],
    ['31-12-1960', 1960],
    ['1960-12-31', 1960],
    ['2000-12-31T17:00:00.000Z', 2001],
    ['2000-12-31T16:59:59.999+0000', 2000],
    ['1950-12-31T17:00:00.000+0000', 1951],
    ['1951-01-01T00:00:00', 1951],
    ['1950-12-31T15:30:00.000+0000', 'AMBIGUOUS'],
    ['12/31/1960', 'BAD_DATE'],
    ['30/02/1960', 'BAD_DATE'],
    ['1960-02-30', 'BAD_DATE'],
    ['0060', 'BAD_DATE'],
    ['60', 'BAD_DATE'],
    [-312_345_678_000, 'BAD_DATE'],
    [{}, 'WRONG_TYPE'],
  ] as const)('with the birthday %j gives %j', (birthday, wanted) => {
    const outcome = normalised({
      id: 'a',
      code: 'A',
      dossierStatus: { name: 'Đang xử lý' },
      applicant: { data: { fullname: 'Lê Thị Hòa', birthday } },
    })
    if (typeof wanted === 'number') expect(outcome).toMatchObject({ record: { applicant: { birthYear: wanted } } })
    else expect(outcome).toMatchObject({ reject: wanted, at: 'applicant.data.birthday' })
  })
})
