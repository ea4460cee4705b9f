import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './tests/kit/longest-first.ts'

// The processes of the run, and those that tests start, compile a source once and read it from here then.
process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'hub-compiled')

export default defineConfig({
  // One graphql for our code and for the packages: two copies do not know each other's types.
  resolve: {
    alias: [
      { find: /^graphql$/, replacement: fileURLToPath(new URL('node_modules/graphql/index.js', import.meta.url)) },
    ],
  },
  test: {
    include: ['tests/**/*.test.ts', 'connectors/**/*.test.ts'],
    // The quick checks run only what needs no database.
    globalSetup: process.env['TEST_DATABASE'] === 'none' ? [] : ['tests/kit/global-setup.ts'],
    // Limits for what is stuck: on a machine that does other work a test takes many times as long.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
    sequence: { sequencer: LongestFirst },
    // Most of the long ones wait for processes and sources that they started: four keep two cores busy.
    maxWorkers: 4,
  },
})
