// Archives that are no workbooks, or bombs.
import { deflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { gridOf } from '../workbook/grid.ts'

describe('an archive', () => {
  it.each([
    ['inflates to more than 64 MB', zip('xl/a.xml', 70_000_000), 'TOO_LARGE'],
    ['inflates more than 200 times', zip('xl/a.xml', 8_000_000), 'TOO_LARGE'],
    ['leads out of itself', zip('../../a.xml', 10), 'MALFORMED'],
    ['has a broken directory', broken(zip('xl/a.xml', 10)), 'MALFORMED'],
    ['is none', Buffer.from('<html>'), 'MALFORMED'],
    ['hides its size', zip('xl/workbook.xml', 8_000_000, 10), 'MALFORMED'],
  ])('is refused when it %s', async (_title, bytes, code) => {
    await expect(gridOf('a.xlsx', bytes, null)).rejects.toMatchObject({ code })
  })
})

/** An archive of one deflated entry of so many zero bytes; `stated`: the size that its directory gives. */
function zip(entry: string, size: number, stated = size): Buffer {
  const packed = deflateRawSync(Buffer.alloc(size))
  const title = Buffer.from(entry)
  const header = (signature: number, length: number): Buffer => {
    const bytes = Buffer.alloc(length)
    bytes.writeUInt32LE(signature, 0)
    const at = length === 30 ? 4 : 6
    bytes.writeUInt16LE(20, at)
    bytes.writeUInt16LE(8, at + 4)
    bytes.writeUInt32LE(packed.length, at + 14)
    bytes.writeUInt32LE(stated, at + 18)
    bytes.writeUInt16LE(title.length, at + 22)
    return bytes
  }
  const local = Buffer.concat([header(0x04034b50, 30), title, packed])
  const directory = Buffer.concat([header(0x02014b50, 46), title])
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(local.length, 16)
  return Buffer.concat([local, directory, end])
}

function broken(archive: Buffer): Buffer {
  return archive.fill(0, archive.length - 70, archive.length - 30)
}
