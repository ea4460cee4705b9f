// Watches a page for errors and requests.
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'

export type Watch = {
  /** What was seen that must not be: requests that left the origin, console errors, exceptions, policy violations. */
  faults(): Promise<string[]>
  /** Runs something that fails on purpose: the console's own lines about failed loads do not count meanwhile. */
  expectingFailedLoads(action: () => Promise<void>): Promise<void>
}

/** Watches a page from before its first request. The one of an origin's own is the page's `baseUrl`. */
export async function watch(page: Page, baseUrl: string): Promise<Watch> {
  const seen: string[] = []
  let planted = false
  const origin = new URL(baseUrl).origin
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(`${origin}/`) && !/^(data|blob):/.test(url)) seen.push(`request left the origin: ${url}`)
  })
  page.on('console', (message) => {
    if (message.type() !== 'error') return
    if (planted && message.text().startsWith('Failed to load resource')) return
    seen.push(`console error: ${message.text().slice(0, 300)}`)
  })
  page.on('pageerror', (error) => seen.push(`exception: ${error.message}`))
  await page.addInitScript(() => {
    const violations: string[] = []
    Object.assign(window, { policyViolations: violations })
    document.addEventListener('securitypolicyviolation', (event) => {
      violations.push(`${event.violatedDirective}: ${event.blockedURI.slice(0, 80)}`)
    })
  })
  return {
    async faults() {
      const violations = await page.evaluate(
        () => (window as unknown as { policyViolations: string[] }).policyViolations,
      )
      return [...seen, ...violations.map((violation) => `policy violation: ${violation}`)]
    },
    async expectingFailedLoads(action) {
      planted = true
      await action()
      planted = false
    },
  }
}

/** The accessibility faults of a page, one line each; `exclude` takes selectors of parts that are not ours to mend. */
export async function accessibilityFaults(page: Page, exclude: readonly string[] = []): Promise<string[]> {
  const builder = new AxeBuilder({ page })
  for (const selector of exclude) builder.exclude(selector)
  const { violations, passes } = await builder.analyze()
  if (passes.length === 0) throw new Error('the accessibility check looked at nothing')
  return violations.map((violation) => {
    const targets = violation.nodes.slice(0, 4).map((node) => node.target.join(' '))
    return `${violation.id} (${violation.nodes.length}): ${targets.join(' | ')}`
  })
}
