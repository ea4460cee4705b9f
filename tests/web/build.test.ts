// The build of the browser pages: when it happens (on two small pages), and what the built pages are.
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { buildPages } from '../../src/web/build.ts'
import { answerPage, CONTENT_SECURITY_POLICY } from '../../src/web/serve.ts'
import { root } from '../rules/house.ts'

const outDir = join(root, 'dist', 'web')

describe('the build of the pages', () => {
  let folder: string
  const built = () => join(folder, 'dist', 'web')

  // A checkout with a space in its path and the smallest pages; it notes each time that the bundler is loaded.
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hub pages '))
    for (const name of ['build.ts', 'bundle.ts', 'page-names.ts', 'vite.config.ts']) {
      cpSync(join(root, 'src', 'web', name), join(folder, 'src', 'web', name))
    }
    for (const page of ['sandbox', 'console']) {
      mkdirSync(join(folder, 'src', 'web', page))
      writeFileSync(join(folder, 'src', 'web', page, 'index.html'), '<script type="module" src="./main.tsx"></script>')
      writeFileSync(join(folder, 'src', 'web', page, 'main.tsx'), `document.title = '${page} before'`)
    }
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    writeFileSync(join(folder, 'package-lock.json'), '{}')
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    writeFileSync(
      join(folder, 'note.mjs'),
      `import { appendFileSync } from 'node:fs'
       import { registerHooks } from 'node:module'
       registerHooks({ resolve(name, context, next) {
         if (name === 'vite') appendFileSync(${JSON.stringify(join(folder, 'loads'))}, 'x')
         return next(name, context)
       } })`,
    )
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const loads = (): number => (existsSync(join(folder, 'loads')) ? readFileSync(join(folder, 'loads')).length : 0)
  const script = async (page: string): Promise<string> => {
    const [name] = (await readdir(join(built(), page, 'assets'))).filter((file) => file.endsWith('.js'))
    return readFile(join(built(), page, 'assets', name!), 'utf8')
  }
  const build = (): Promise<{ readonly code: number | null; readonly said: string }> => {
    const text = `
      const { buildPages } = await import(${JSON.stringify(pathToFileURL(join(folder, 'src/web/build.ts')).href)})
      await buildPages({ outDir: ${JSON.stringify(built())}, log: console.log }).catch((error) => {
        console.log(error.name + ': ' + error.message)
        process.exitCode = 1
      })`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', text], {
      env: { ...process.env, NODE_OPTIONS: `--import ${pathToFileURL(join(folder, 'note.mjs')).href}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    for (const pipe of [child.stdout, child.stderr]) {
      pipe.setEncoding('utf8').on('data', (words: string) => (said += words))
    }
    return new Promise((done, fail) => child.once('error', fail).once('close', (code) => done({ code, said })))
  }

  it('happens once for two processes at once, leaves nothing else behind, and a later start does not load the bundler', async () => {
    const both = await Promise.all([build(), build()])
    expect(both.map(({ code }) => code)).toEqual([0, 0])
    expect(both.filter(({ said }) => said.includes('built in')).length).toBe(1)
    expect(await readdir(join(folder, 'dist'))).toEqual(['web'])
    expect((await readdir(built())).toSorted()).toEqual(['console', 'sandbox', 'stamp.json'])
    const before = loads()
    expect(before).toBeGreaterThan(0)
    expect(await build()).toEqual({ code: 0, said: '' })
    expect(loads()).toBe(before)
  })

  it('happens again, once, when a source or a package has changed, also past the lock of a process that died', async () => {
    await build()
    writeFileSync(join(folder, 'src', 'web', 'console', 'main.tsx'), "document.title = 'console after'")
    writeFileSync(`${built()}.lock`, '2147483646')
    expect((await build()).said).toContain('built in')
    expect(await script('console')).toContain('console after')
    expect(await build()).toEqual({ code: 0, said: '' })
    expect(await readdir(join(folder, 'dist'))).toEqual(['web'])
    writeFileSync(join(folder, 'package-lock.json'), '{ "changed": true }')
    expect((await build()).said).toContain('built in')
  })

  it('says who acts where the sources do not build, and leaves the pages of before', async () => {
    await build()
    writeFileSync(join(folder, 'src', 'web', 'sandbox', 'main.tsx'), "import './gone.ts'")
    const { code, said } = await build()
    expect(code).toBe(1)
    expect(said).toMatch(
      /PageBuildFailure: The browser pages do not build: a developer repairs src\/web[\s\S]*gone\.ts/,
    )
    expect(await script('sandbox')).toContain('sandbox before')
    expect(await readdir(join(folder, 'dist'))).toEqual(['web'])
  })

  it('is not missed where the pages come built; without them and without a bundler it says who acts', async () => {
    await build()
    rmSync(join(folder, 'node_modules'))
    expect(await build()).toEqual({ code: 0, said: '' })
    rmSync(built(), { recursive: true })
    const { code, said } = await build()
    expect(code).toBe(1)
    expect(said).toContain('this installation has no bundler: the operator installs the development packages')
  })
})

// The real pages, built at the first run and kept.
beforeAll(() => buildPages({ outDir, log: () => undefined }), 300_000)

describe('the built pages', () => {
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
