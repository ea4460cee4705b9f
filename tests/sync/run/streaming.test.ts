// Tests that long runs keep memory flat.
import { expect, it } from 'vitest'
import { streamRecords } from './streaming.ts'

/** How many records: `STREAMING_RECORDS=1000000` for the whole figure, which takes minutes. */
const records = Number(process.env['STREAMING_RECORDS'] ?? 30_000)

it(`streams ${records.toLocaleString('en')} records, new and in a census, without keeping them in memory`, async () => {
  const streamed = await streamRecords(records)
  for (const { kind, seconds, liveMb, heapMb } of streamed) {
    const figures = `${seconds.toFixed(1)} s, ${liveMb.toFixed(1)} MB live at most, ${heapMb.toFixed(1)} MB with garbage`
    if (records > 100_000) console.log(`${kind} of ${records} records: ${figures}`)
    expect(liveMb, figures).toBeLessThan(30)
    expect(heapMb, figures).toBeLessThan(256)
  }
}, 3_600_000)
