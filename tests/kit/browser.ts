import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const INSTALLED = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

const FONTS_FILE = 'hub-fonts.conf'

type Candidate = { path: string; env: Record<string, string> }

/**
 * A real Chromium with a profile of its own that its close removes: the one that `CHROME_PATH` names, the one packed in
 * npm (Linux on x64; with its own libraries where the machine lacks some), or one found on the machine. When none
 * starts, `missing` says why for each that was tried, so that cases can be skipped by name with a reason.
 */
export async function startBrowser(): Promise<
  { browser: Browser; missing: null } | { browser: null; missing: string }
> {
  const failures: string[] = []
  for await (const candidate of candidates(failures)) {
    try {
      return { browser: await launch(candidate), missing: null }
    } catch (error) {
      failures.push(`${candidate.path}: ${firstLine(error)}`)
    }
  }
  return { browser: null, missing: failures.join('; ') || 'no Chromium was found' }
}

async function* candidates(failures: string[]): AsyncGenerator<Candidate> {
  const named = process.env['CHROME_PATH']
  if (named !== undefined && named !== '') yield { path: named, env: {} }
  if (process.platform === 'linux' && process.arch === 'x64') {
    const folder = await unpack().catch(
      (error: unknown) => void failures.push(`the packed Chromium: ${firstLine(error)}`),
    )
    if (folder !== undefined) {
      const path = join(folder, 'chromium')
      yield { path, env: {} }
      yield {
        path,
        env: { LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'), FONTCONFIG_FILE: join(folder, FONTS_FILE) },
      }
    }
  }
  for (const path of INSTALLED) if (existsSync(path)) yield { path, env: {} }
}

async function launch({ path, env }: Candidate): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: path,
    args: FLAGS,
    env: { ...process.env, ...env },
    timeout: 30_000,
  })
  try {
    const page = await browser.newPage()
    await page.setContent('<p>Việt</p>')
    const drawn = await page.locator('p').boundingBox()
    if (drawn === null || drawn.height === 0) throw new Error('draws no text')
    await page.close()
    return browser
  } catch (error) {
    await browser.close().catch(() => undefined)
    throw error
  }
}

/** The folder with the unpacked Chromium, made once a version and user; several processes may ask at once. */
async function unpack(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium')
  const packageFolder = dirname(dirname(entry))
  const { version } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8')) as { version: string }
  const { uid } = userInfo()
  const folder = join(tmpdir(), `hub-chromium-${version}-${uid}`)
  if (await isOwn(folder, uid)) return folder
  const fresh = `${folder}.new-${randomUUID()}`
  await mkdir(fresh, { mode: 0o700 })
  try {
    // the package unpacks into the temporary folder of its process, under names that all its users would share
    const script = `
      import chromium, { inflate } from ${JSON.stringify(pathToFileURL(entry).href)}
      await chromium.executablePath()
      await inflate(${JSON.stringify(join(packageFolder, 'bin', 'al2023.tar.br'))})`
    await runNode(script, { ...process.env, TMPDIR: fresh })
    // the packed font settings name folders of another machine
    const dirs = `<dir>${folder}/fonts</dir><cachedir>${folder}/font-cache</cachedir>`
    await writeFile(join(fresh, FONTS_FILE), `<?xml version="1.0"?><fontconfig>${dirs}</fontconfig>\n`)
    await rename(fresh, folder).catch(async (error: unknown) => {
      if (!(await isOwn(folder, uid))) throw error
    })
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
  return folder
}

/** Somebody else may have made a folder of that name in the shared temporary folder: theirs is not started. */
async function isOwn(folder: string, uid: number): Promise<boolean> {
  const found = await lstat(folder).catch(() => null)
  if (found === null) return false
  if (!found.isDirectory() || (uid >= 0 && found.uid !== uid)) throw new Error(`${folder} belongs to somebody else`)
  return true
}

async function runNode(script: string, env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const code = await new Promise<number | null>((done, fail) => child.once('error', fail).once('close', done))
  if (code !== 0) throw new Error(`unpacking ended with ${code}: ${said.trim().split('\n').slice(-1).join('')}`)
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
}
