// node tests/kit/products/main.ts [port]
//   The products' schema for a comparison from outside. DATABASE_URL: a database in which the schema `products` is made anew;
//   without it an embedded one in a temporary folder. Prints `Ready URL`; ends at SIGINT or SIGTERM.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEmbedded } from '../../../src/db/embedded/embedded.ts'
import { openDatabase } from '../../../src/db/open.ts'
import { openProducts } from './products.ts'

const given = process.env['DATABASE_URL']
const home = given === undefined ? mkdtempSync(join(tmpdir(), 'products-')) : null
const embedded = home === null ? null : await openEmbedded({ home })
const database = openDatabase(given ?? embedded!.url, { max: 8, applicationName: 'products' })
const products = await openProducts(database, { port: Number(process.argv[2] ?? 0) })
console.log(`Ready ${products.url}`)

await new Promise<void>((resolve) => {
  process.once('SIGINT', () => resolve())
  process.once('SIGTERM', () => resolve())
})
await products.close()
await database.close()
await embedded?.stop()
if (home !== null) rmSync(home, { recursive: true, force: true })
