// npm test: every check and test; npm run test:quick (--quick): without the tests that start a process, an emulator or a
// browser; npm run check (--check): the checks, and the tests that need no database. The last line is
// `N passed, N failed, N skipped`: each check counts as one test.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { install, ownNode, root, surroundings } from './install.js'
import { countResults, summary } from './count.js'
import { sortTests } from './live-tests.js'

install()
const rung = process.argv.includes('--check') ? 'check' : process.argv.includes('--quick') ? 'quick' : 'all'
const sources = [
  'src',
  'connectors',
  'tests',
  'migrations',
  'schema',
  'bin',
  'codegen.ts',
  'hub.config.ts',
  'vitest.config.ts',
]
const present = sources.filter((name) => existsSync(join(root, name)))
const code = present.filter((name) => name !== 'schema')

const checks = [
  { title: 'format', args: [tool('oxfmt'), '--check', ...present] },
  {
    title: 'lint',
    args: [tool('oxlint'), '--type-aware', '--deny-warnings', ...code],
  },
  { title: 'types', args: [tool('typescript', 'tsc'), '--noEmit', '-p', '.'] },
  { title: 'generated code', args: ['codegen.ts', '--check'], needs: 'codegen.ts' },
  { title: 'dead code', args: [tool('knip'), '--no-progress'], needs: 'knip.json' },
]
const checkTests = ['tests/rules', 'tests/contract', 'tests/config']

const total = { passed: 0, failed: 0, skipped: 0 }
process.on('SIGINT', () => {}) // the running stage ends by it, then the sum is printed
for (const { title, args, needs } of checks) {
  if (needs !== undefined && !existsSync(join(root, needs))) continue
  const begun = Date.now()
  const { status, output } = await run(args, 'kept')
  const seconds = ((Date.now() - begun) / 1000).toFixed(1)
  process.stdout.write(`${status === 0 ? '✓' : '✗'} ${title} (${seconds} s)\n`)
  if (status !== 0) process.stdout.write(`${output.trimEnd()}\n`)
  total[status === 0 ? 'passed' : 'failed'] += 1
}
const tests = await runTests(filesOf(rung))
for (const outcome of Object.keys(total)) total[outcome] += tests[outcome]
process.exitCode = total.failed === 0 ? 0 : 1
process.stdout.write(`${summary(total)}\n`)

/** What the rung runs; nothing named: all. Says what it leaves out. */
function filesOf(rung) {
  if (rung === 'all') return []
  if (rung === 'check') return checkTests.filter((path) => existsSync(join(root, path)))
  const { living, quick } = sortTests(root)
  process.stdout.write(
    `Bỏ qua ${living.length} tệp · left out, npm test runs them: ${living.length} files that start a process, an emulator or a browser\n` +
      living.map((path) => `  ${path}\n`).join(''),
  )
  return quick
}

async function runTests(files) {
  const folder = mkdtempSync(join(tmpdir(), 'hub-results-'))
  const report = join(folder, 'results.json')
  // Node reads the settings file by itself: nothing is written into packages that another account installed.
  const loader = ['--configLoader', 'native']
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  try {
    const { status } = await run([tool('vitest'), 'run', ...loader, ...reporters, ...files], 'shown')
    return countResults(existsSync(report) ? readFileSync(report, 'utf8') : '', status)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The program of a package, as its package.json names it. */
function tool(name, program = name) {
  const folder = join(root, 'node_modules', name)
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return join(folder, typeof bin === 'string' ? bin : bin[program])
}

function run(args, output) {
  return new Promise((done) => {
    const stdio = output === 'kept' ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit']
    const child = spawn(ownNode(), args, { cwd: root, stdio, env: testEnvironment() })
    const chunks = []
    child.stdout?.on('data', (chunk) => chunks.push(chunk))
    child.stderr?.on('data', (chunk) => chunks.push(chunk))
    child.on('error', (error) => done({ status: 1, output: error.message }))
    child.on('close', (status) => done({ status: status ?? 1, output: Buffer.concat(chunks).toString() }))
  })
}

/** Without the settings of a hub of this machine. */
function testEnvironment() {
  const ours = (name) =>
    (name.startsWith('HUB_') && name !== 'HUB_SAMPLES') || /^(PORT|HOST|DATABASE_URL|LOG_LEVEL)$/.test(name)
  const kept = Object.entries(surroundings()).filter(([name]) => !ours(name))
  return { ...Object.fromEntries(kept), ...(rung === 'check' ? { TEST_DATABASE: 'none' } : {}) }
}
