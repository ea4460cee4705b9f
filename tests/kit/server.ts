// The tests' own PostgreSQL, for the long runs that are no vitest run.
import type { TestProject } from 'vitest/node'
import setup from './global-setup.ts'

/** The tests' own PostgreSQL with its migrated template, outside a test run. */
export async function openServer(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  let url = ''
  const stop = await setup({ provide: (_name: string, value: string) => (url = value) } as unknown as TestProject)
  return { url, stop }
}
