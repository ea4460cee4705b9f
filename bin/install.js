// What every entry does first. Plain JavaScript that also an older Node runs: the project's own Node comes with node_modules.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, lstatSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
const least = [24, 12]

/** Installs the packages where they are missing or older than package-lock.json; ends the process when that fails. */
export function install() {
  const lock = join(root, 'package-lock.json')
  if (!isStale(lock)) return
  process.stderr.write('Đang cài các gói, khoảng hai phút … / Installing packages, about two minutes …\n')
  // npm warns of each package that wants a newer Node than the one npm runs on; ours comes with the packages.
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--include=dev', '--include=optional']
  const npm = process.env.npm_execpath ?? ''
  const script = /\.[cm]?js$/.test(npm) && existsSync(npm)
  const options = { cwd: root, stdio: ['ignore', process.stderr, process.stderr] }
  const result = script
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' })
  if (result.status !== 0) fail('npm ci không thành công, xem ở trên / npm ci failed, see above')
  writeFileSync(stampOf(), digest(lock))
}

const stampOf = () => join(root, 'node_modules', '.installed-lock')
const digest = (path) => createHash('sha256').update(readFileSync(path)).digest('hex')

function isStale(lock) {
  // npm ci empties the folder that a link leads to, which is somebody else's: the owner of the link keeps it fresh.
  if (lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) return false
  const installed = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(installed)) return true
  if (!existsSync(lock) || statSync(lock).mtimeMs <= statSync(installed).mtimeMs) return false
  // A checkout touches the file also where it changes nothing.
  return !existsSync(stampOf()) || readFileSync(stampOf(), 'utf8') !== digest(lock)
}

/** The path of the Node that runs the product: the one among the packages, else the running one where it is new enough. */
export function ownNode() {
  const system = process.platform === 'win32' ? 'win' : process.platform
  const file = process.platform === 'win32' ? 'node.exe' : 'node'
  const packaged = join(root, 'node_modules', `node-${system}-${process.arch}`, 'bin', file)
  if (existsSync(packaged)) return packaged
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > least[0] || (major === least[0] && minor >= least[1])) return process.execPath
  return fail(
    `Cần Node ≥ ${least.join('.')} trên máy này (đang có ${process.versions.node}) / ` +
      `This machine (${process.platform}-${process.arch}) needs Node ≥ ${least.join('.')}, found ${process.versions.node}`,
  )
}

/** The surroundings of what we start: our own Node first on the path. */
export function surroundings() {
  const separator = process.platform === 'win32' ? ';' : ':'
  return { ...process.env, PATH: [dirname(ownNode()), process.env.PATH ?? ''].join(separator) }
}

/**
 * Runs a file under our own Node with this process's terminal, hands every signal on, and ends with its exit code. The channel
 * between both tells the file when this process is gone without a word.
 */
export function hand(args, cwd = process.cwd()) {
  // graphql-js leaves out its checks for developers there.
  const env = { NODE_ENV: 'production', ...surroundings() }
  const child = spawn(ownNode(), args, { cwd, stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // Ctrl-C at a terminal reaches the child by itself.
      if (signal === 'SIGINT' && process.stdin.isTTY) return
      child.kill(signal)
    })
  }
  child.on('error', (error) => fail(error.message))
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))
}

export function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}
