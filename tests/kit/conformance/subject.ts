// Loads a connector with its emulator and fixtures.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Connector, Emulator, Page, Range, RunningEmulator, SourceRecord, Town } from '#connector'
import { contextFor } from './context.ts'
import type { ClosableTransport } from './context.ts'
import { smallTown } from '../world/small-town.ts'

export interface Fixture {
  readonly file: string
  readonly stream: string
  readonly settings?: Readonly<Record<string, unknown>>
  readonly records: readonly SourceRecord[]
  readonly expected: readonly unknown[]
}

/** A connector with all that the kit needs to try it. */
export interface Subject {
  readonly name: string
  readonly connector: Connector
  readonly emulator: Emulator
  readonly fixtures: readonly Fixture[]
  readonly town: Town
}

/** The connector of a folder, by its files: index.ts, emulator/ and fixtures/. */
export async function loadSubject(folder: string): Promise<Subject> {
  const load = async (file: string): Promise<unknown> =>
    ((await import(/* @vite-ignore */ pathToFileURL(join(folder, file)).href)) as { default: unknown }).default
  const fixtures = join(folder, 'fixtures')
  const files = existsSync(fixtures) ? readdirSync(fixtures).filter((file) => file.endsWith('.json')) : []
  return {
    name: basename(folder),
    connector: (await load('index.ts')) as Connector,
    emulator: (await load('emulator/index.ts')) as Emulator,
    fixtures: files.map((file) => ({ ...(JSON.parse(readFileSync(join(fixtures, file), 'utf8')) as Fixture), file })),
    town: smallTown,
  }
}

export type Behaviour = Parameters<RunningEmulator['behave']>[0]

export interface Trial {
  readonly running: RunningEmulator
  /** Moves the clock on; settles when the source shows it. */
  advance(milliseconds: number): Promise<void>
  /** Settles when the source answers so. */
  behave(behaviour: Behaviour): Promise<void>
  /** A new context on each call, its transport closed with the trial. */
  context(options?: TrialContext): ReturnType<typeof contextFor>
  /** Every page of a range. */
  pages(stream: string, range?: Range, options?: TrialContext): Promise<Page[]>
}
export interface TrialContext {
  readonly signal?: AbortSignal
  readonly settings?: Readonly<Record<string, unknown>>
}

/** How much of the source's main thing an emulator holds where a rule does not need more. */
export const ordinarySize = 60
const endless = 5_000

/** Runs `use` with an emulator whose clock is an hour after the town was founded, and ends the emulator. */
export async function trial<T>(subject: Subject, use: (trial: Trial) => Promise<T>, size = ordinarySize): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'emulator-'))
  let time = subject.town.foundedAt.getTime() + 3_600_000
  const now = (): Date => new Date(time)
  const transports: ClosableTransport[] = []
  const running = await subject.emulator({ town: subject.town, size, now, folder })
  const context: Trial['context'] = (options = {}) => {
    const made = contextFor(subject.connector, running, { now, ...options })
    transports.push(made.transport)
    return made
  }
  // A server looks at the clock when it is asked; a folder has to be written, which its emulator does within a second.
  const shown = (): Promise<void> =>
    readsFolder(running) ? new Promise((resolve) => setTimeout(resolve, 1_300)) : Promise.resolve()
  try {
    return await use({
      running,
      advance(milliseconds) {
        time += milliseconds
        return milliseconds === 0 ? Promise.resolve() : shown()
      },
      behave(behaviour) {
        running.behave(behaviour)
        return shown()
      },
      context,
      async pages(stream, range = { all: true }, options = {}) {
        const pages: Page[] = []
        for await (const page of subject.connector.read(context(options), stream, range)) {
          pages.push(page)
          if (pages.length > endless) throw new Error(`${stream} does not end: more than ${endless} pages`)
        }
        return pages
      },
    })
  } finally {
    for (const transport of transports) await transport.close()
    await running.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

export const streamsOf = (subject: Subject): string[] => Object.keys(subject.connector.manifest.streams)

/** Whether the source is a folder: it has no host and nobody logs in. */
export const readsFolder = (running: RunningEmulator): boolean => running.hosts.length === 0

/** Settings with pages as small as the manifest lets them be (at least 7), so that there are several. */
export function smallPages(subject: Subject, running: RunningEmulator): Record<string, unknown> {
  const smaller: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(subject.connector.manifest.config)) {
    if (field.kind === 'number' && /page|limit|rows|batch/i.test(name)) smaller[name] = Math.max(field.min ?? 1, 7)
  }
  return { ...running.settings, ...smaller }
}

/** Every text of an error, of what caused it and of what they carry. */
export function allText(error: unknown, depth = 0): string {
  if (!(error instanceof Error) || depth > 8) return typeof error === 'string' ? error : (JSON.stringify(error) ?? '')
  const own = Object.entries(error).map(([name, value]) => `${name}=${allText(value, depth + 1)}`)
  const several = error instanceof AggregateError ? error.errors.map((one) => allText(one, depth + 1)) : []
  return [error.message, error.stack ?? '', allText(error.cause, depth + 1), ...own, ...several].join('\n')
}

/** What was thrown; undefined when nothing was. */
export async function thrownBy(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work()
  } catch (error) {
    return error
  }
  return undefined
}

export const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined

export const described = (error: unknown): string =>
  error === undefined
    ? 'no failure'
    : `${String(codeOf(error) ?? 'no code')} (${error instanceof Error ? error.message : typeof error})`
