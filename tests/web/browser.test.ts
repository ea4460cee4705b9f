// Both pages in a real browser.
import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildPages } from '../../src/web/build.ts'
import { startBrowser } from '../kit/browser.ts'
import { checkConsole, checkSandbox } from './pages.ts'
import { accessibilityFaults, watch } from './watch.ts'
import { openStandIn } from './stand-in.ts'
import type { StandIn } from './stand-in.ts'

const PAGES = fileURLToPath(new URL('../../dist/web', import.meta.url))
const PICTURES = fileURLToPath(new URL('../../docs/screenshots', import.meta.url))

const { browser, missing } = await startBrowser()
const pictures = process.env['UPDATE_SCREENSHOTS'] === '1' ? PICTURES : undefined

async function withPage(check: (page: Page) => Promise<void>): Promise<void> {
  if (browser === null) throw new Error(missing)
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'vi-VN' })
  try {
    await check(await context.newPage())
  } finally {
    await context.close()
  }
}

describe.skipIf(browser === null)('in a real browser', () => {
  let hub: StandIn
  beforeAll(async () => {
    await buildPages({ outDir: PAGES, log: () => undefined })
    if (pictures !== undefined) await mkdir(pictures, { recursive: true })
    hub = await openStandIn({ pages: PAGES })
  })
  afterAll(async () => {
    await hub?.close()
    await browser?.close()
  })

  it('the sandbox speaks as each role, answers in Vietnamese, works by keyboard and never leaves its origin', async () => {
    await withPage((page) => checkSandbox(page, hub.url, pictures))
    expect(hub.minted[0]).toMatchObject({ scope: 'dossier:read dossier:masked', agency: 'H53.21', ttl: '15m' })
  })

  it('the sandbox names the purpose of a read of personal data', async () => {
    await withPage(async (page) => {
      await page.goto(`${hub.url}/sandbox`)
      await page.locator('[data-part=role]').selectOption('case-handler')
      await page.locator('[data-part=schema][data-role=case-handler]').waitFor()
    })
    expect(hub.asked.findLast((one) => one.operationName === 'IntrospectionQuery')).toMatchObject({
      purpose: 'dossier-handling',
      authorization: expect.stringMatching(/^Bearer /),
    })
  })

  it('the console shows every source, acts on them, shows an error, a zero and no data differently, and polls while seen', async () => {
    await withPage((page) => checkConsole(page, hub.url, pictures))
  })

  it('the console asks for a token where the hub mints none, and says when one is refused', async () => {
    const bare = await openStandIn({ pages: PAGES, issuer: false })
    try {
      await withPage(async (page) => {
        await page.goto(`${bare.url}/console`)
        const field = page.getByLabel('Token (trang không đọc lại được)')
        await field.fill('not-a-token')
        await page.keyboard.press('Enter')
        await page.getByText('Token bị từ chối hoặc đã hết hạn.').waitFor()
        await field.fill(Buffer.from('{"scope":"operation:read"}').toString('base64url'))
        await page.keyboard.press('Enter')
        await page.locator('[data-source]').first().waitFor()
        await page.getByText('Token này chỉ xem, không thao tác.').waitFor()
        expect(await page.locator('[data-source] [data-action]').count()).toBe(0)
        const readable = () => JSON.stringify({ ...localStorage, ...sessionStorage, cookie: document.cookie })
        expect(await page.evaluate(readable)).not.toContain('eyJ')
        await page.reload()
        await page.locator('[data-source]').first().waitFor()
        await page.locator('[data-action=leave]').click()
        await field.waitFor()
        await page.reload()
        await field.waitFor()
      })
    } finally {
      await bare.close()
    }
  })

  it('the watch over a page sees a request that leaves, an inline script, an exception and an unlabelled image', async () => {
    await withPage(async (page) => {
      const watched = await watch(page, hub.url)
      await page.goto(`${hub.url}/console`)
      await page.locator('[data-source]').first().waitFor()
      expect(await watched.faults()).toEqual([])
      await page.evaluate(async () => {
        const script = document.createElement('script')
        script.textContent = 'window.planted = true'
        document.body.append(script, document.createElement('img'))
        setTimeout(() => {
          throw new Error('planted')
        })
        new Image().src = 'http://127.0.0.1:9/planted.png'
        await new Promise((done) => setTimeout(done, 300))
      })
      const faults = (await watched.faults()).join('\n')
      expect(faults).toContain('request left the origin: http://127.0.0.1:9/planted.png')
      expect(faults).toContain('policy violation: script-src-elem: inline')
      expect(faults).toContain('exception: planted')
      expect((await accessibilityFaults(page)).join('\n')).toContain('image-alt')
    })
  })
})
