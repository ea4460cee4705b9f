import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { WorkerGiven } from './process.ts'
import { shortLimits, type World } from '../world.ts'

export interface WorkerChild {
  readonly pid: number
  /** What it has said, line by line. */
  readonly said: readonly string[]
  readonly complained: () => string
  /** From its start to its being ready to work, in milliseconds; settles when it is. */
  readonly ready: Promise<number>
  /** It works from now on. */
  go(): Promise<void>
  tell(word: string): void
  signal(signal: NodeJS.Signals): void
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
  /** Ends it, if it has not ended. */
  end(): Promise<void>
}

export interface ChildOptions extends Partial<
  Pick<WorkerGiven, 'leaseMs' | 'pageMs' | 'name' | 'databaseUrl' | 'limits'>
> {
  /** The boundary at which it kills itself. */
  readonly killAt?: number
  readonly heapMb?: number
}

const children = new Set<WorkerChild>()

/** Starts a worker of the world in a process of its own; it works once it is told to. */
export function startChild(world: World, options: ChildOptions = {}): WorkerChild {
  const { killAt, heapMb, ...more } = options
  const given: WorkerGiven = {
    databaseUrl: world.database.url,
    settings: world.settings,
    hosts: world.hosts,
    limits: shortLimits,
    leaseMs: 1_000,
    pageMs: 20_000,
    name: 'child',
    clockMs: world.engine.now().getTime() - Date.now(),
    ...more,
  }
  const here = import.meta.dirname
  const args = [
    ...(heapMb === undefined ? [] : [`--max-old-space-size=${heapMb}`]),
    '--import',
    join(here, 'kill-hook.ts'),
    join(here, 'process.ts'),
  ]
  const foreign = /^(HUB_|VITEST|NODE_OPTIONS|FAULTS_)/
  const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)))
  const kill = killAt === undefined ? {} : { FAULTS_KILL_AT: String(killAt) }
  const started = performance.now()
  const child = spawn(process.execPath, args, { env: { ...kept, ...kill, FAULTS_WORKER: JSON.stringify(given) } })
  const said: string[] = []
  let complaints = ''
  child.stdout
    .setEncoding('utf8')
    .on('data', (text: string) => said.push(...text.split('\n').filter((line) => line !== '')))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints = `${complaints}${text}`.slice(-20_000)))
  child.stdin.on('error', () => undefined)
  let over = false
  const ended = once(child, 'close').then(([code, signal]) => {
    over = true
    world.logged.push(...complaints.split('\n'))
    children.delete(made)
    return { code: code as number | null, signal: signal as NodeJS.Signals | null }
  })
  const until = async (word: string): Promise<void> => {
    while (!said.includes(word) && !over) await sleep(5)
  }
  const made: WorkerChild = {
    pid: child.pid ?? 0,
    said,
    complained: () => complaints,
    ready: until('ready').then(() => performance.now() - started),
    async go() {
      await made.ready
      child.stdin.write('go\n')
      await until('going')
    },
    tell: (word) => void child.stdin.write(`${word}\n`),
    signal: (signal) => void child.kill(signal),
    ended,
    async end() {
      if (over) return
      child.kill('SIGCONT')
      child.kill('SIGKILL')
      await ended
    },
  }
  children.add(made)
  return made
}

/** No process that a trial started is left. */
export async function endChildren(): Promise<void> {
  for (const child of children) await child.end()
}
