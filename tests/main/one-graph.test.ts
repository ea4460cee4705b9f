// The hub owns one graph: what asks it, serves it or composes it with others shares it.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { openProgram } from '../../src/cli/program.ts'
import { ask } from '../../src/main/ask.ts'
import { composeGraph } from '../../src/main/graph.ts'
import { removeHome } from '../kit/world/hub-process.ts'
import { freshDatabase, type FreshDatabase } from '../kit/database.ts'

vi.mock('../../src/main/ask.ts', { spy: true })
vi.mock('../../src/main/graph.ts', { spy: true })

const home = mkdtempSync(join(tmpdir(), 'hub one graph '))
let fresh: FreshDatabase

beforeAll(async () => {
  fresh = await freshDatabase()
  for (const [name, value] of Object.entries({ HUB_HOME: home, DATABASE_URL: fresh.url, HUB_DEMO_SCALE: '0.01' })) {
    vi.stubEnv(name, value)
  }
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await fresh.drop()
  removeHome(home)
})

it('hub sync composes the schema once, however often it asks how far its runs are', async () => {
  const lines = vi.spyOn(console, 'log').mockReturnValue(undefined)
  let code: number | undefined
  await openProgram((exit) => (code = exit)).parseAsync(['sync', 'one-stop', '--json'], { from: 'user' })
  const runs = lines.mock.calls.map(([line]) => JSON.parse(String(line)) as { readonly state: string })
  lines.mockRestore()
  expect(code).toBe(0)
  expect(runs.length).toBeGreaterThan(0)
  expect(runs.every(({ state }) => state.startsWith('SUCCEEDED'))).toBe(true)
  expect(vi.mocked(ask).mock.calls.length).toBeGreaterThan(1)
  expect(vi.mocked(composeGraph)).toHaveBeenCalledTimes(1)
})
