import type { Connector, Normalised, Rejection, SourceRecord } from '../contract/connector.ts'
import type { EntityName, EntityRecord } from '../contract/entity.ts'
import type { Box } from '../db/box.ts'

/** What is to be done with one record of a page. */
export type Outcome =
  | {
      readonly do: 'store'
      readonly key: string
      readonly record: EntityRecord[EntityName]
      readonly hash: Buffer
      readonly index: number
    }
  | { readonly do: 'remove'; readonly key: string; readonly evidence: string; readonly index: number }
  | { readonly do: 'quarantine'; readonly key: string | null; readonly rejection: Rejection; readonly index: number }

/** The outcomes of a page's records, in their order. A connector's `normalise` that throws is a bug and passes through. */
export function outcomesOf(
  connector: Connector,
  settings: Readonly<Record<string, unknown>>,
  stream: string,
  records: readonly SourceRecord[],
  box: Box,
): Outcome[] {
  const keyName = connector.manifest.streams[stream]!.key
  const normalise = connector.normalise[stream] as (record: SourceRecord, settings: unknown) => Normalised<EntityName>
  return records.map((source, index): Outcome => {
    const given = Object.hasOwn(source, keyName) ? source[keyName] : undefined
    const key =
      typeof given === 'string' && given !== '' && !given.includes('\u0000') && given.isWellFormed() ? given : null
    if (key === null) return { do: 'quarantine', key: null, rejection: { reject: 'MISSING', at: keyName }, index }
    const outcome = normalise(source, settings)
    if ('reject' in outcome) return { do: 'quarantine', key, rejection: outcome, index }
    if ('remove' in outcome) return { do: 'remove', key: outcome.remove, evidence: outcome.evidence, index }
    return { do: 'store', key, record: outcome.record, hash: box.hash(canonical(outcome.record), 'record'), index }
  })
}

/** The same text for the same value, whatever the order of its members. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const members = Object.keys(value).sort()
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical((value as Record<string, unknown>)[name])}`).join(',')}}`
}

/** Whether a stored key matches a removal: whole segments between `|` may be `*`. */
export function matches(pattern: string, key: string): boolean {
  if (!pattern.includes('*')) return pattern === key
  const [wanted, found] = [pattern.split('|'), key.split('|')]
  return wanted.length === found.length && wanted.every((segment, place) => segment === '*' || segment === found[place])
}
