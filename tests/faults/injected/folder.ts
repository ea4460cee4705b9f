import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateRawSync, crc32 } from 'node:zlib'
import { expectEnds, type Fault } from './fault.ts'
import { harmsOf, presentKeys } from './harm.ts'
import type { Subject } from '../subject/subject.ts'
import type { World } from '../world.ts'
import { underLoad } from '../../kit/under-load.ts'

const onlyFolder = (subject: Subject): string | null => (subject.kind === 'folder' ? null : 'the source is no folder')

/** Some files of the folder become other bytes for a while under their own times, which reports bear, and then what they were. */
async function withFiles(world: World, bytes: (own: Buffer) => Buffer, look: () => Promise<void>): Promise<void> {
  const folder = String(world.settings['folder'])
  const names = readdirSync(folder).filter((name) => name.endsWith('.xlsx') && !/^[~.]|Lịch/.test(name))
  const some = names
    .toSorted()
    .slice(-3)
    .map((name) => join(folder, name))
  const kept = some.map((path) => ({ path, own: readFileSync(path), at: statSync(path).mtimeMs / 1000 }))
  try {
    for (const { path, own, at } of kept) {
      writeFileSync(path, bytes(own))
      utimesSync(path, at, at)
    }
    await look()
  } finally {
    for (const { path, own, at } of kept) {
      writeFileSync(path, own)
      utimesSync(path, at, at)
    }
  }
}

/** A zip of one entry that inflates to 80 MB. */
function zipBomb(): Buffer {
  const name = Buffer.from('xl/worksheets/sheet1.xml')
  const content = Buffer.alloc(80 * 1_048_576, 0x20)
  const packed = deflateRawSync(content)
  const head = Buffer.alloc(30)
  head.writeUInt32LE(0x04034b50, 0)
  head.writeUInt16LE(20, 4)
  head.writeUInt16LE(8, 8)
  head.writeUInt32LE(crc32(content), 14)
  head.writeUInt32LE(packed.length, 18)
  head.writeUInt32LE(content.length, 22)
  head.writeUInt16LE(name.length, 26)
  const central = Buffer.alloc(46)
  central.writeUInt32LE(0x02014b50, 0)
  central.writeUInt16LE(20, 4)
  central.writeUInt16LE(20, 6)
  head.copy(central, 10, 8, 30)
  central.writeUInt16LE(name.length, 28)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(central.length + name.length, 12)
  end.writeUInt32LE(head.length + name.length + packed.length, 16)
  return Buffer.concat([head, name, packed, central, name, end])
}

export const folderFaults: readonly Fault[] = [
  {
    id: 'F10',
    title: 'files are cut in the middle',
    without: onlyFolder,
    async inject(world, trial) {
      const before = await presentKeys(world)
      await withFiles(
        world,
        (own) => own.subarray(0, Math.floor(own.length / 2)),
        async () => expectEnds(trial, await world.sync(), ['SOURCE_CHANGED'], 'files that are cut'),
      )
      for (const harm of await harmsOf(world, before)) trial.expect(false, () => `files that are cut: ${harm}`)
    },
  },
  {
    id: 'F12',
    title: 'workbooks that inflate without end',
    without: onlyFolder,
    async inject(world, trial) {
      const before = await presentKeys(world)
      const rss = process.memoryUsage().rss
      const started = performance.now()
      await withFiles(world, zipBomb, async () => expectEnds(trial, await world.sync(), ['SOURCE_CHANGED'], 'bombs'))
      trial.expect(performance.now() - started < underLoad(10_000), () => 'bombs held the run')
      const grown = Math.round((process.memoryUsage().rss - rss) / 1_048_576)
      trial.expect(grown < 300, () => `bombs: memory grew by ${grown} MB`)
      for (const harm of await harmsOf(world, before)) trial.expect(false, () => `bombs: ${harm}`)
    },
  },
]
