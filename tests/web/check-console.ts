// Goes through the console in a browser as an operator does.
import { join } from 'node:path'
import type { Page, Route } from 'playwright-core'
import { expect } from 'vitest'
import { accessibilityFaults, watch } from './watch.ts'

const WAIT = { timeout: 20_000 }
const LOCAL_TIME = /\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d/

/**
 * Goes through the console as an operator does and fails at the first promise that is not kept. Needs a hub with a
 * development issuer and at least one source; pauses one and lets it run again. Pictures go to `pictures` when given.
 */
export async function checkConsole(page: Page, baseUrl: string, pictures?: string): Promise<void> {
  const watched = await watch(page, baseUrl)
  await page.goto(`${baseUrl}/console`)
  const rows = page.locator('[data-source]')
  await rows.first().waitFor(WAIT)
  await page.locator('[data-run]').first().waitFor(WAIT)
  expect(await rows.locator('td:nth-child(2) [data-state]').count()).toBe(await rows.count())
  await page.locator('[data-part=sources]').filter({ hasText: LOCAL_TIME }).waitFor(WAIT)
  if (pictures !== undefined) await page.screenshot({ path: join(pictures, 'console.png') })

  await checkKeyboard(page)
  expect(await accessibilityFaults(page)).toEqual([])
  await checkActions(page)
  await checkAddress(page)
  await checkPolling(page)
  await watched.expectingFailedLoads(() => checkThreeStates(page))

  await page.getByRole('button', { name: 'English' }).click()
  await page.getByRole('heading', { name: 'Operations console' }).waitFor(WAIT)
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('en')
  expect(await accessibilityFaults(page)).toEqual([])
  expect(await watched.faults()).toEqual([])
}

/** Skip link, main, then by Tab to the first source, opened by Enter; the address says which is open. */
async function checkKeyboard(page: Page): Promise<void> {
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('main')
  for (let presses = 0; presses < 6; presses += 1) {
    await page.keyboard.press('Tab')
    if (await page.evaluate(() => document.activeElement?.classList.contains('open'))) break
  }
  await page.keyboard.press('Enter')
  await page.locator('[data-stream]').first().waitFor(WAIT)
  expect(new URL(page.url()).searchParams.get('open')).not.toBeNull()
}

async function checkActions(page: Page): Promise<void> {
  const id = await page.locator('[data-source]:has([data-action=pause])').first().getAttribute('data-source')
  const row = page.locator(`[data-source="${id}"]`)
  await row.locator('[data-action=pause]').click()
  await row.locator('td:nth-child(2) [data-state=PAUSED]').waitFor(WAIT)
  await page.locator('[data-part=said]').filter({ hasText: 'tạm dừng' }).waitFor(WAIT)
  await row.locator('[data-action=resume]').click()
  await row.locator('td:nth-child(2) [data-state]:not([data-state=PAUSED])').waitFor(WAIT)
  await row.locator('[data-action=run]').click()
  await page.locator('[data-part=said]').filter({ hasText: 'Đã yêu cầu chạy' }).waitFor(WAIT)
}

/** A filter goes into the address, holds through a reload and is undone by Back. */
async function checkAddress(page: Page): Promise<void> {
  const filter = page.locator('[data-part=state-filter]')
  await filter.selectOption('FAILED')
  await page.waitForURL(/state=FAILED/)
  await page.reload()
  await page.locator('[data-source]').first().waitFor(WAIT)
  expect(await filter.inputValue()).toBe('FAILED')
  await page.goBack()
  await page.waitForURL((url) => !url.search.includes('state='))
  await page.locator('[data-run]').first().waitFor(WAIT)
  expect(await filter.inputValue()).toBe('')
}

/** The page asks by itself, and not while nobody sees it. */
async function checkPolling(page: Page): Promise<void> {
  let asked = 0
  const count = (): void => void (asked += 1)
  page.on('request', count)
  await page.waitForTimeout(3_500)
  expect(asked).toBeGreaterThan(0)
  await page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
  })
  await page.waitForTimeout(500)
  asked = 0
  await page.waitForTimeout(3_500)
  expect(asked).toBe(0)
  await page.evaluate(() => {
    Reflect.deleteProperty(document, 'visibilityState')
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
  })
  page.off('request', count)
}

/** An error, a zero and no data look different; figures read before stay on the page, with their time. */
async function checkThreeStates(page: Page): Promise<void> {
  await page.route('**/graphql', (route) => route.abort())
  await page.locator('[data-part=problem]').filter({ hasText: 'NETWORK' }).first().waitFor(WAIT)
  await page.locator('[data-part=problem]').filter({ hasText: LOCAL_TIME }).first().waitFor(WAIT)
  expect(await page.locator('[data-source]').count()).toBeGreaterThan(0)
  expect(await accessibilityFaults(page)).toEqual([])
  await page.unroute('**/graphql')
  await page
    .locator('[data-part=problem]')
    .first()
    .waitFor({ state: 'detached', ...WAIT })

  await page.route('**/graphql', (route) =>
    answerSources(route, [sourceRow('zero', 'HEALTHY'), sourceRow('new', 'NEVER_RUN')]),
  )
  await page.locator('[data-source=zero]').waitFor(WAIT)
  expect(await page.locator('[data-source=zero] td:nth-child(6)').innerText()).toBe('0')
  expect(await page.locator('[data-source=new] td:nth-child(6)').innerText()).toBe('chưa có')
  await page.unroute('**/graphql')

  await page.route('**/graphql', (route) => answerSources(route, []))
  await page.locator('[data-part=sources] [data-part=empty]').waitFor(WAIT)
  expect(await page.locator('[data-part=problem]').count()).toBe(0)
  await page.unroute('**/graphql')
  await page.locator('[data-source]').first().waitFor(WAIT)
}

function sourceRow(id: string, state: string): object {
  return {
    id,
    connector: id,
    title: id,
    state,
    lastSuccessAt: null,
    nextRunAt: null,
    lagSeconds: null,
    recordCount: 0,
    quarantineCount: 0,
    failure: null,
    streams: [],
  }
}

/** Answers the console's list of sources with these rows, the latest runs with none, and lets the rest through. */
async function answerSources(route: Route, sources: object[]): Promise<void> {
  const { query } = route.request().postDataJSON() as { query: string }
  if (query.includes('ConsoleSources')) return route.fulfill({ json: { data: { sources } } })
  if (query.includes('ConsoleLastRuns')) return route.fulfill({ json: { data: {} } })
  return route.continue()
}
