// Refuses archives that are no workbooks or unpack to too much.
import { Unreadable } from './unreadable.ts'

const maxInflated = 64 * 1_048_576
const maxEntries = 2000
const maxRatio = 200
/** Below this size a high ratio does no harm: empty style sheets of small workbooks reach it. */
const ratioFrom = 4 * 1_048_576

/**
 * Throws Unreadable for an archive that must not be inflated, by its central directory alone: more than 64 MB or 2,000 entries,
 * a ratio over 200, entries outside the archive's own folder, encrypted ones or ones of unknown size. The inflating that
 * follows goes by the same directory and writes no more than the sizes that stand in it.
 */
export function guardZip(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = endRecord(view)
  const entries = view.getUint16(end + 10, true)
  let at = view.getUint32(end + 16, true)
  if (entries > maxEntries)
    throw new Unreadable('TOO_LARGE', `the archive has ${entries} entries; expected at most ${maxEntries}`)
  let inflated = 0
  let packed = 0
  for (let index = 0; index < entries; index++) {
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== 0x02014b50) {
      throw new Unreadable('MALFORMED', 'the directory of the archive is broken')
    }
    const flags = view.getUint16(at + 8, true)
    const [compressed, size] = [view.getUint32(at + 20, true), view.getUint32(at + 24, true)]
    const length = view.getUint16(at + 28, true)
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + length))
    if ((flags & 1) !== 0) throw new Unreadable('MALFORMED', 'the workbook is protected by a password')
    if (size === 0xffffffff || compressed === 0xffffffff)
      throw new Unreadable('TOO_LARGE', 'an entry of the archive is over 4 GB')
    if (name.startsWith('/') || name.includes('\\') || name.split('/').includes('..')) {
      throw new Unreadable('MALFORMED', 'an entry of the archive leads out of it')
    }
    inflated += size
    packed += compressed
    if (inflated > maxInflated) throw new Unreadable('TOO_LARGE', 'the workbook is over 64 MB when inflated')
    at += 46 + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  if (packed > view.byteLength) throw new Unreadable('MALFORMED', 'the entries of the archive overlap')
  if (inflated > ratioFrom && inflated > maxRatio * view.byteLength) {
    throw new Unreadable('TOO_LARGE', `the workbook inflates more than ${maxRatio} times`)
  }
}

function endRecord(view: DataView): number {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 65_557); at--) {
    if (view.getUint32(at, true) === 0x06054b50) return at
  }
  throw new Unreadable('MALFORMED', 'the file is no workbook (.xlsx)')
}
