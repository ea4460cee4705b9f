import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildPages } from '../../src/web/build.ts'
import { answerPage, CONTENT_SECURITY_POLICY } from '../../src/web/serve.ts'

const BUILD = fileURLToPath(new URL('../../src/web/build.ts', import.meta.url))
let folder: string
let outDir: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub pages '))
  outDir = join(folder, 'web')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('the build of the pages', () => {
  it('two processes at once make one build and leave nothing else behind; a third does nothing', async () => {
    const said = await Promise.all([buildInAProcess(), buildInAProcess()])
    expect(said.filter((text) => text.includes('built in')).length).toBe(1)
    expect(await readdir(folder)).toEqual(['web'])
    expect((await readdir(outDir)).toSorted()).toEqual(['console', 'sandbox', 'stamp.json'])
    const lines: string[] = []
    await buildPages({ outDir, log: (line) => lines.push(line) })
    expect(lines).toEqual([])
  }, 120_000)

  it('builds again when the stamp is of other sources, and takes the lock of a process that died', async () => {
    await writeFile(join(outDir, 'stamp.json'), JSON.stringify({ stamp: 'of other sources' }))
    await writeFile(`${outDir}.lock`, '2147483646')
    const lines: string[] = []
    await buildPages({ outDir, log: (line) => lines.push(line) })
    expect(lines.length).toBe(2)
    expect(await readdir(folder)).toEqual(['web'])
  }, 120_000)

  it('names no address outside the origin in the pages, and holds no inline script or style', async () => {
    for (const page of ['sandbox', 'console']) {
      const html = await readFile(join(outDir, page, 'index.html'), 'utf8')
      expect(html).not.toMatch(/https?:|<style|<script(?![^>]*\bsrc=)/)
      expect(html).toContain(`src="/${page}/assets/`)
    }
  })

  it('keeps what a first visit loads within bounds', async () => {
    const compressed = async (page: string) => {
      const names = await readdir(join(outDir, page, 'assets'))
      const sizes = names
        .filter((name) => name.endsWith('.gz'))
        .map((name) => readFile(join(outDir, page, 'assets', name)))
      return (await Promise.all(sizes)).reduce((all, bytes) => all + bytes.length, 0)
    }
    expect(await compressed('console')).toBeLessThan(250_000)
    expect(await compressed('sandbox')).toBeLessThan(2_500_000)
  })
})

describe('the answer for a page', () => {
  it('is the page at its path, compressed as accepted, and null for a path that is no page’s', async () => {
    const page = await answerPage(outDir, { path: '/console', acceptEncoding: 'gzip, br' })
    expect(page?.status).toBe(200)
    expect(page?.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'content-encoding': 'br' })
    expect((await answerPage(outDir, { path: '/sandbox/' }))?.body.toString()).toContain('<div id="page">')
    const gzip = await answerPage(outDir, { path: '/sandbox', acceptEncoding: 'gzip, br;q=0' })
    expect(gzip?.headers['content-encoding']).toBe('gzip')
    expect(await answerPage(outDir, { path: '/graphql' })).toBeNull()
    expect(await answerPage(outDir, { path: '/consoles' })).toBeNull()
  })

  it('lets a hashed file be kept for ever and asks for the page again', async () => {
    const [name] = (await readdir(join(outDir, 'console', 'assets'))).filter((file) => file.endsWith('.woff2'))
    const font = await answerPage(outDir, { path: `/console/assets/${name}` })
    expect(font?.headers).toMatchObject({ 'content-type': 'font/woff2' })
    expect(font?.headers['cache-control']).toContain('immutable')
    expect((await answerPage(outDir, { path: '/console' }))?.headers['cache-control']).toBe('no-cache')
  })

  it.each(['/console/assets/../index.html', '/console/assets/..', '/console/assets/%2e%2e', '/console/../stamp.json'])(
    'does not leave its folder for %s',
    async (path) => {
      const answer = await answerPage(outDir, { path })
      expect(answer === null || answer.status === 404).toBe(true)
    },
  )

  it('bears a policy that lets scripts come from the origin alone, and styles too on the console', () => {
    for (const policy of Object.values(CONTENT_SECURITY_POLICY)) {
      expect(policy).toContain("default-src 'none'; script-src 'self';")
      expect(policy).not.toMatch(/unsafe-eval|blob:|https?:|\*/)
    }
    expect(CONTENT_SECURITY_POLICY.console).not.toContain('unsafe')
  })
})

function buildInAProcess(): Promise<string> {
  const script = `
    const { buildPages } = await import(${JSON.stringify(BUILD)})
    await buildPages({ outDir: ${JSON.stringify(outDir)}, log: console.log })`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('close', (code) => (code === 0 ? done(said) : fail(new Error(said))))
  })
}
