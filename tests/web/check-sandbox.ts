// Goes through the sandbox in a browser as a developer does.
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { accessibilityFaults, watch } from './watch.ts'

const WAIT = { timeout: 20_000 }
const VIETNAMESE = /[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệịỉĩọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]/i

/** Parts of the stock editor that break a rule and are not ours: each is listed with the rule that it breaks. */
const STOCK_EDITOR = [
  '.monaco-editor', // color-contrast: dimmed line numbers, the colour of a token
  '.graphiql-tabs', // nested-interactive: a button to close inside each tab
]

/**
 * Goes through the sandbox as a reader does and fails at the first promise that is not kept. Needs a hub with a
 * development issuer and the province's agency H53. Pictures go to `pictures` when it is given.
 */
export async function checkSandbox(page: Page, baseUrl: string, pictures?: string): Promise<void> {
  const watched = await watch(page, baseUrl)
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(baseUrl).origin })
  await page.goto(`${baseUrl}/sandbox`)

  const schema = page.locator('[data-part=schema]')
  await expectText(page, '[data-part=schema]', /\d+ truy vấn/)
  await page.locator('.graphiql-query-editor .view-line').first().waitFor(WAIT)
  const openSchema = await schema.innerText()

  // by keyboard alone: skip link, role, next role
  await page.keyboard.press('Tab')
  expect(await focused(page)).toContain('skip')
  await page.keyboard.press('Tab')
  expect(await focused(page)).toContain('role')
  await page.keyboard.press('ArrowDown')
  await expectText(page, '.facts', /dossier:masked/)
  await expectText(page, '[data-part=token]', /\d\d:\d\d:\d\d \(\+07:00\)/)
  await page.keyboard.press('ArrowUp')
  await expectText(page, '[data-part=token]', /Không gửi token/)

  // an open example answers in Vietnamese, set in the font that has its letters
  await page.locator('[data-example=agencies]').focus()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Control+Enter')
  await expectText(page, '.result-window .view-lines', VIETNAMESE)
  await expectText(page, '[data-part=last-run]', /HTTP 200/)
  expect(
    await page.locator('.result-window .view-lines').evaluate((node) => getComputedStyle(node).fontFamily),
  ).toMatch(/^"JetBrains Mono Variable"/)
  expect(await page.evaluate(() => document.fonts.check("14px 'JetBrains Mono Variable'", 'ệữ'))).toBe(true)
  expect(await page.evaluate(() => [...document.fonts].some((face) => /fira/i.test(face.family)))).toBe(false)

  // another role sees another schema and gets another answer
  await page.locator('[data-example=sources]').click()
  await expectText(page, '[data-part=token]', /\d\d:\d\d:\d\d/)
  await expectText(page, '[data-part=schema][data-role=operator]', /\d+ truy vấn/)
  expect(await schema.innerText()).not.toBe(openSchema)
  await page.locator('.graphiql-execute-button').click()
  await expectText(page, '.result-window .view-lines', /"recordCount":\s\d+/)
  if (pictures !== undefined) await page.screenshot({ path: join(pictures, 'sandbox.png') })
  await watched.expectingFailedLoads(async () => {
    await page.locator('[data-part=role]').selectOption('anonymous')
    await expectText(page, '[data-part=schema][data-role=anonymous]', /\d+ truy vấn/)
    await page.locator('.graphiql-execute-button').click()
    await expectText(page, '.result-window .view-lines', /"errors"/)
  })
  expect(await schema.innerText()).toBe(openSchema)

  await checkSharing(page, baseUrl)

  await page.getByRole('button', { name: 'English' }).click()
  await expectText(page, 'h1', /GraphQL sandbox/)
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('en')
  expect(await accessibilityFaults(page, STOCK_EDITOR)).toEqual([])
  expect(await watched.faults()).toEqual([])
}

/** A link opens the same operation as the same role, and the curl command is one. */
async function checkSharing(page: Page, baseUrl: string): Promise<void> {
  await page.locator('[data-part=role]').selectOption('operator')
  await page.locator('[data-part=curl]').click()
  await expectText(page, '.said', /curl/)
  const command = await page.evaluate(() => navigator.clipboard.readText())
  expect(command).toMatch(/^curl -sS '.*\/graphql'[\s\S]*authorization: Bearer [\s\S]*ConsoleSources|query Sources/)
  await page.locator('[data-part=share]').click()
  await expectText(page, '.said', /liên kết/)
  const link = await page.evaluate(() => navigator.clipboard.readText())
  expect(link).toMatch(/\/sandbox#op=[\w-]+$/)
  const second = await page.context().newPage()
  await watch(second, baseUrl)
  await second.goto(link)
  await expectText(second, '.graphiql-query-editor .view-lines', /query\sSources/)
  expect(await second.locator('[data-part=role]').inputValue()).toBe('operator')
  await second.close()
}

async function expectText(page: Page, selector: string, pattern: RegExp): Promise<void> {
  await page.locator(selector).filter({ hasText: pattern }).first().waitFor(WAIT)
}

async function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement
    return `${element?.className ?? ''} ${element?.getAttribute('data-part') ?? ''}`
  })
}
