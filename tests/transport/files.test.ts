// Tests of reading files of named folders.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Files } from '#connector'
import { openFiles } from '../../src/transport/files.ts'

const root = mkdtempSync(join(tmpdir(), 'files-'))
const folder = join(root, 'inbox')
mkdirSync(join(folder, 'deeper'), { recursive: true })
writeFileSync(join(root, 'outside.txt'), 'outside')
writeFileSync(join(folder, 'b.csv'), 'b')
writeFileSync(join(folder, 'a báo cáo.csv'), 'aa')
writeFileSync(join(folder, '.hidden'), 'h')
writeFileSync(join(folder, 'large.csv'), 'x'.repeat(101))
symlinkSync(join(root, 'outside.txt'), join(folder, 'link.csv'))
symlinkSync(root, join(folder, 'linked'))
utimesSync(join(folder, 'b.csv'), 1_780_000_000, 1_780_000_000)
afterAll(() => rmSync(root, { recursive: true }))

const files: Files = openFiles({ maxBytes: 100 })
const failed = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no failure',
    (error: unknown) => error,
  )

describe('files of a folder', () => {
  it('are listed by name, without folders, links and hidden ones', async () => {
    const listed = await files.list(folder)
    expect(listed.map(({ name, bytes }) => [name, bytes])).toEqual([
      ['a báo cáo.csv', 2],
      ['b.csv', 1],
      ['large.csv', 101],
    ])
    expect(listed[1]!.changedAt).toBe(1_780_000_000_000)
  })

  it('are read whole', async () => {
    expect(Buffer.from(await files.read(folder, 'a báo cáo.csv')).toString()).toBe('aa')
  })

  it.each([
    '../outside.txt',
    '/etc/passwd',
    'deeper/x',
    '..',
    '.',
    '',
    '.hidden',
    'linked/outside.txt',
    'a\\b',
    'b.csv\0',
    'c:x',
  ])('are not read by the name %o', async (name) =>
    expect(await failed(files.read(folder, name))).toMatchObject({ code: 'CONFIG_INVALID' }),
  )

  it('are not read through a link, over the limit, from a folder or when gone', async () => {
    expect(await failed(files.read(folder, 'link.csv'))).toMatchObject({ code: 'SOURCE_CHANGED' })
    expect(await failed(files.read(folder, 'large.csv'))).toMatchObject({ code: 'SOURCE_CHANGED', reason: 'TOO_LARGE' })
    expect(await failed(files.read(folder, 'deeper'))).toMatchObject({ code: 'SOURCE_CHANGED' })
    expect(await failed(files.read(folder, 'gone.csv'))).toMatchObject({ code: 'SOURCE_CHANGED' })
  })

  it('are CONFIG_INVALID when the folder is missing, is a file or is not among the allowed ones', async () => {
    expect(await failed(files.list(join(root, 'missing')))).toMatchObject({ code: 'CONFIG_INVALID' })
    expect(await failed(files.list(join(root, 'outside.txt')))).toMatchObject({ code: 'CONFIG_INVALID' })
    const bound = openFiles({ folders: [folder] })
    expect(await failed(bound.list(root))).toMatchObject({ code: 'CONFIG_INVALID' })
    expect(await failed(bound.read(root, 'outside.txt'))).toMatchObject({ code: 'CONFIG_INVALID' })
    expect(await bound.list(folder)).toHaveLength(3)
  })

  it('are not touched once the signal has aborted', async () => {
    const reason = new Error('stopped')
    expect(await failed(files.list(folder, AbortSignal.abort(reason)))).toBe(reason)
    expect(await failed(files.read(folder, 'b.csv', AbortSignal.abort(reason)))).toBe(reason)
  })
})
