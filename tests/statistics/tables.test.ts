import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { statisticTables } from '../../src/statistics/index.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

const columnsOf = async (table: string) => {
  const { rows } = await database.pool.query(
    `select column_name as name, data_type as type, is_nullable as nullable, collation_name as collation
     from information_schema.columns where table_name = $1 order by ordinal_position`,
    [table],
  )
  return rows as unknown[]
}

describe('the tables of statistics', () => {
  it('are those that dossiers have', async () => {
    await statisticTables(database.db, {
      published: 'copy_published',
      key: 'dossier_id',
      columns: {
        agency_id: 'bigint',
        agency_path: 'text collate "C" not null',
        procedure_id: 'bigint',
        status: 'text not null',
        received_at: 'timestamptz',
        due_limit: 'timestamptz',
        finished_at: 'timestamptz',
        processing_days: 'integer',
        overdue: 'boolean not null',
      },
      agency: { id: 'agency_id', path: 'agency_path' },
      releasedCells: 'copy_released_cell',
      measures: ['overdue', 'rate'],
    })
    expect(await columnsOf('copy_published')).toHaveLength(10)
    expect(await columnsOf('copy_published')).toEqual(await columnsOf('dossier_published'))
    expect(await columnsOf('copy_released_cell')).toHaveLength(7)
    expect(await columnsOf('copy_released_cell')).toEqual(await columnsOf('dossier_released_cell'))
  })

  it('may be read by the reading role, and not written', async () => {
    const { rows } = await database.pool.query(
      `select table_name as name, privilege_type as may from information_schema.role_table_grants
       where grantee = 'hub_reader' and table_name like 'copy_%' order by 1`,
    )
    expect(rows).toEqual([
      { name: 'copy_published', may: 'SELECT' },
      { name: 'copy_released_cell', may: 'SELECT' },
    ])
  })
})
