// The bundler's process: every page into a folder, with compressed copies.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { build } from 'vite'
import { PAGES } from './page-names.ts'
import { pageConfig } from './vite.config.ts'

/**
 * Bundles every page into `<outDir>/<page>/` and lays a `.br` and a `.gz` beside each text file. Runs in a process of its
 * own (`build.ts` starts it), because the bundler reads and sets NODE_ENV of the process that it runs in.
 */
async function bundle(outDir: string): Promise<void> {
  for (const page of PAGES) {
    await build(pageConfig(page, join(outDir, page)))
    await compress(join(outDir, page))
  }
}

async function compress(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const texts = entries.filter((entry) => entry.isFile() && /\.(js|css|html|svg)$/.test(entry.name))
  await Promise.all(
    texts.map(async (entry) => {
      const path = join(entry.parentPath, entry.name)
      const bytes = await readFile(path)
      const params = { [constants.BROTLI_PARAM_QUALITY]: 8 }
      await writeFile(`${path}.br`, await promisify(brotliCompress)(bytes, { params }))
      await writeFile(`${path}.gz`, await promisify(gzip)(bytes, { level: 9 }))
    }),
  )
}

const target = process.argv[2]
if (target === undefined) throw new Error('bundle.ts wants the folder to write to')
await bundle(target)
