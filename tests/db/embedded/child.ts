// A process of its own that opens a home's database and waits to be killed, for embedded.test.ts.
import { openEmbedded } from '../../../src/db/embedded/embedded.ts'

const embedded = await openEmbedded({ home: process.argv[2] ?? '' })
process.stdout.write(`${JSON.stringify({ adopted: embedded.adopted, url: embedded.url })}\n`)
process.on('SIGTERM', () => void embedded.stop().then(() => process.exit(0)))
setInterval(() => {}, 60_000)
