// Compares the table types with the migrated database.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'

interface Column {
  readonly table: string
  readonly name: string
  readonly nullable: boolean
}

/** Tables, columns and what may be null, as the text of a `tables.ts` says. */
function declaredColumns(text: string): string[] {
  const mappings = new Map(
    [...text.matchAll(/export interface (\w+Table) \{\n([^}]*)\}/g)].map((found) => [found[1], found[2]!]),
  )
  const tables = /export interface \w*Tables \{\n([^}]*)\}/.exec(text)![1]!
  return [...tables.matchAll(/^ {2}(\w+): (\w+)$/gm)].flatMap(([, table, shape]) =>
    [...mappings.get(shape)!.matchAll(/^ {2}(\w+): (.+)$/gm)].map(([, name, type]) =>
      described({ table: table!, name: name!, nullable: type!.includes('| null') }),
    ),
  )
}

const described = ({ table, name, nullable }: Column): string => `${table}.${name}${nullable ? ' null' : ''}`

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

describe('the tables', () => {
  it('are typed as the migrations leave them, column by column', async () => {
    const { rows } = await database.pool.query<Column>(`
      select c.table_name as table, c.column_name as name,
        c.is_nullable = 'YES' and c.is_generated = 'NEVER' as nullable
      from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
      where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.table_name not like 'kysely%'`)
    expect(rows.length).toBeGreaterThan(100)
    const source = join(import.meta.dirname, '..', '..', 'src')
    const files = ['db/tables.ts', ...globSync('domains/*/tables.ts', { cwd: source })]
    expect(files.length).toBeGreaterThan(5)
    const declared = files.flatMap((name) => declaredColumns(readFileSync(join(source, name), 'utf8')))
    expect(declared.toSorted()).toEqual(rows.map(described).toSorted())
  })

  it('show a column that is missing, or may be null and is not said to be', () => {
    const text =
      'export interface ATable {\n  x: string\n  y: number | null\n}\nexport interface Tables {\n  a: ATable\n}\n'
    expect(declaredColumns(text)).toEqual(['a.x', 'a.y null'])
  })
})
