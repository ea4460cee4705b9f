import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

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
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // Most of the long ones wait for processes and sources that they started: three keep two cores busy.
    maxWorkers: 3,
  },
})
