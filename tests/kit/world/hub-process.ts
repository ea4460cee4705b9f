// Commands of the hub as processes of their own, each with a home of its own.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const main = join(import.meta.dirname, '..', '..', '..', 'src', 'cli', 'main.ts')

/** The surroundings of a hub of its own: nothing of this machine's hub, the smallest demonstration, a free port. */
export function surroundings(home: string, more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const foreign = /^(HUB_|PORT$|HOST$|DATABASE_URL$|LOG_LEVEL$|NODE_OPTIONS$|VITEST)/
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name))
  return { ...Object.fromEntries(kept), HUB_HOME: home, PORT: '0', HUB_DEMO_SCALE: '0.01', ...more }
}

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs `hub …` to its end. */
export async function hub(
  home: string,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...args], { env: surroundings(home, more), timeout: 240_000 })
  const said = listenTo(child)
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out: said.out, err: said.err }
}

export interface HubProcess {
  readonly child: ChildProcess
  readonly said: { readonly out: string; readonly err: string }
  /** Settles with the rest of the output's first match; rejects with the output when the process ends before it. */
  until(pattern: RegExp): Promise<RegExpExecArray>
  /** Settles with the exit code. */
  end(signal: NodeJS.Signals): Promise<number | null>
}

/** Starts a command that goes on. */
export function begin(home: string, args: readonly string[], more: Readonly<Record<string, string>> = {}): HubProcess {
  const child = spawn(process.execPath, [main, ...args], { env: surroundings(home, more) })
  const said = listenTo(child)
  const closed = once(child, 'close') as Promise<[number | null]>
  let ended = false
  void closed.then(() => (ended = true))
  return {
    child,
    said,
    async until(pattern) {
      for (;;) {
        const found = pattern.exec(said.out)
        if (found !== null) return found
        if (ended) throw new Error(`ended before ${pattern}:\n${said.out}\n${said.err}`)
        await sleep(25)
      }
    },
    async end(signal) {
      child.kill(signal)
      return (await closed)[0]
    },
  }
}

function listenTo(child: ChildProcess): { out: string; err: string } {
  const said = { out: '', err: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (said.out += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said.err += text))
  return said
}

/** Removes a home whose processes have ended, with the place that root's database takes outside it. */
export function removeHome(home: string): void {
  try {
    const { outside } = JSON.parse(readFileSync(join(home, 'postgres.json'), 'utf8')) as { outside?: string }
    if (outside !== undefined) rmSync(outside, { recursive: true, force: true })
  } catch {
    // The home was never opened.
  }
  rmSync(home, { recursive: true, force: true })
}
