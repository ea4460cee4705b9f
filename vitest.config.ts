import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts', 'connectors/**/*.test.ts'],
    // The quick checks run only what needs no database.
    globalSetup: process.env['TEST_DATABASE'] === 'none' ? [] : ['tests/kit/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
})
