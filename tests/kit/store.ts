import type { Page, RunningEmulator } from '#connector'
import { defaultSettings } from './settings.ts'
import type { Subject } from './conformance/subject.ts'

/** What the hub would hold of one stream: records by key, and what it set aside. */
export interface Store {
  readonly records: Map<string, unknown>
  /** `CODE at path` of each rejection. */
  readonly rejected: string[]
}

/** Normalises pages and applies the outcomes in their order. */
export function fold(
  subject: Subject,
  running: Pick<RunningEmulator, 'settings'>,
  stream: string,
  pages: readonly Page[],
  store: Store = { records: new Map(), rejected: [] },
): Store {
  const { manifest, normalise } = subject.connector
  const settings = { ...defaultSettings(manifest.config), ...running.settings } as never
  const { key } = manifest.streams[stream]!
  for (const record of pages.flatMap((page) => page.records)) {
    const outcome = normalise[stream]!(record, settings)
    if ('record' in outcome) store.records.set(String(record[key]), outcome.record)
    else if ('reject' in outcome) store.rejected.push(`${outcome.reject} at ${outcome.at}`)
    else for (const stored of store.records.keys()) if (matches(stored, outcome.remove)) store.records.delete(stored)
  }
  return store
}

/** Whether a key is meant by `remove`: itself, or a pattern with whole segments between `|` given as `*`. */
export function matches(key: string, pattern: string): boolean {
  const [parts, wanted] = [key.split('|'), pattern.split('|')]
  return parts.length === wanted.length && wanted.every((part, at) => part === '*' || part === parts[at])
}
