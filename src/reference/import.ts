// Imports a folder of official tables.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Kysely, Transaction } from 'kysely'
import type { Tables } from '../db/tables.ts'
import { settleAgencies } from '../domains/agency/index.ts'
import { storeAgencies } from './agencies.ts'
import { ReferenceDataError } from './error.ts'
import { storeImportedDays } from './holidays.ts'
import { storeProcedures } from './procedures.ts'
import { type ImportedFile, type ImportReport, reportLines } from './report.ts'
import { expectedJson, expectedTable, type Recognised, recogniseCsv, recogniseJson } from './recognise.ts'
import { storeUnits, type Tally } from './units/store.ts'
import { mergeUnitTables } from './units/merge.ts'

export interface ImportOptions {
  /** Called with one line for each file when it has been read and when it has been stored. */
  readonly onProgress?: (line: string) => void
}

interface ReadFile {
  readonly name: string
  readonly found: Recognised | null
  readonly notes: readonly string[]
}

const none: Tally = { inserted: 0, updated: 0, unchanged: 0 }

/**
 * Stores the official tables of a folder; files are known by their headings, not by their names, and one that
 * is not known is listed as skipped. Nothing that the tables leave out is removed. All files are read before anything is
 * stored; then units, agencies, procedures and days are stored each in a transaction of its own. Safe to repeat: the second
 * time all is unchanged. Throws ReferenceDataError for a malformed file, which names file, row, what was found and expected.
 */
export async function importReference(
  db: Kysely<Tables>,
  folder: string,
  { onProgress }: ImportOptions = {},
): Promise<ImportReport> {
  const files = await readFolder(folder)
  const say = ({ name, found }: ReadFile, done: string): void =>
    onProgress?.(found === null ? `${name}: skipped` : `${name}: ${found.kind}, ${found.rows.length} rows ${done}`)
  for (const file of files) say(file, 'read')

  const stored = new Map<string, Tally>()
  const notes = new Map<string, string[]>(files.map((file) => [file.name, [...file.notes]]))
  const store = async (kinds: readonly Recognised['kind'][], write: () => Promise<void>): Promise<void> => {
    const concerned = files.filter(({ found }) => found !== null && kinds.includes(found.kind))
    if (concerned.length === 0) return
    await write()
    for (const file of concerned) say(file, 'stored')
  }
  const each = (
    kinds: readonly Recognised['kind'][],
    write: (trx: Transaction<Tables>, found: Recognised) => Promise<Tally>,
  ): Promise<void> =>
    store(kinds, () =>
      db.transaction().execute(async (trx) => {
        for (const { name, found } of files) {
          if (found !== null && kinds.includes(found.kind)) stored.set(name, await write(trx, found))
        }
      }),
    )

  const merged = mergeUnitTables({
    conversion: rowsOf(files, 'conversion-table'),
    oldCommunes: rowsOf(files, 'old-communes'),
    present: rowsOf(files, 'present-units'),
  })
  for (const { file, text } of merged.notes) notes.get(file)?.push(text)
  let [units, changes] = [none, none]
  await store(['conversion-table', 'old-communes', 'present-units', 'units', 'unit-changes'], () =>
    db.transaction().execute(async (trx) => {
      const result = await storeUnits(trx, unitSet(files, merged), 'replace')
      for (const [file, tally] of result.byFile) stored.set(file, tally)
      ;({ units, changes } = result)
      // Agencies know their units by name, so they look again.
      if (units.inserted + units.updated > 0) await settleAgencies(trx)
    }),
  )
  await each(['agencies', 'agency-codes'], (trx, found) =>
    found.kind === 'agencies' || found.kind === 'agency-codes' ? storeAgencies(trx, found.rows) : noRows(),
  )
  await each(['procedures'], (trx, found) =>
    found.kind === 'procedures' ? storeProcedures(trx, found.rows) : noRows(),
  )
  await each(['holidays'], (trx, found) => (found.kind === 'holidays' ? storeImportedDays(trx, found.rows) : noRows()))

  const { onlyInOldTable, onlyInConversion, withoutOldCode } = merged
  const report = {
    files: files.map(({ name, found }): ImportedFile => ({
      name,
      kind: found?.kind ?? 'skipped',
      rows: found?.rows.length ?? 0,
      ...(stored.get(name) ?? none),
      notes: notes.get(name) ?? [],
    })),
    units,
    changes,
    onlyInOldTable,
    onlyInConversion,
    withoutOldCode,
  }
  return { ...report, lines: reportLines(report) }
}

/** The units and changes of all files; of several rows of one unit the first counts. */
const unitSet = (files: readonly ReadFile[], merged: ReturnType<typeof mergeUnitTables>) => ({
  units: firstOfEach([...merged.units, ...rowsOf(files, 'units')], ({ code, validFrom }) => `${code} ${validFrom}`),
  changes: firstOfEach(
    [...merged.changes, ...rowsOf(files, 'unit-changes')],
    ({ fromCode, fromValidFrom, toCode }) => `${fromCode} ${fromValidFrom} ${toCode}`,
  ),
})

const noRows = (): Promise<Tally> => Promise.resolve(none)

async function readFolder(folder: string): Promise<ReadFile[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    const found = cause instanceof Error ? cause.message : ''
    throw new ReferenceDataError({ file: folder, row: null }, found, 'a folder that can be read', { cause })
  })
  const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name)
  return Promise.all(
    names.toSorted().map(async (name): Promise<ReadFile> => {
      const [csv, json] = [/\.csv$/i.test(name), /\.json$/i.test(name)]
      if (!csv && !json) return { name, found: null, notes: ['expected a .csv or .json file'] }
      const bytes = await readFile(join(folder, name))
      const found = csv ? recogniseCsv(name, bytes) : recogniseJson(name, bytes)
      if (found === null) return { name, found, notes: [`expected ${csv ? expectedTable : expectedJson}`] }
      const only = found.kind === 'fields' ? ['fields come with the procedures; nothing is made of their list'] : []
      return { name, found, notes: only }
    }),
  )
}

type RowOf<K extends Recognised['kind']> = Extract<Recognised, { kind: K }>['rows'][number]

function rowsOf<K extends Recognised['kind']>(files: readonly ReadFile[], kind: K): RowOf<K>[] {
  return files.flatMap(({ found }) => (found?.kind === kind ? (found.rows as readonly RowOf<K>[]) : []))
}

/** What several files name is taken from the first, published tables before the project's own form. */
const firstOfEach = <R>(rows: readonly R[], key: (row: R) => string): R[] =>
  [...new Map(rows.toReversed().map((row) => [key(row), row])).values()].toReversed()
