// Makes malformed records of a good one.
import type { Json, SourceRecord } from '#connector'

const deep = (levels: number): Json => {
  let value: Json = 'x'
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { a: value }
  return value
}

/** What a member may turn into when a source goes wrong. */
const wrong: readonly (readonly [string, Json])[] = [
  ['null', null],
  ['an empty text', ''],
  ['a text', 'không rõ'],
  ['a text with NUL', 'a\u0000b'],
  ['a lone surrogate', 'a\ud800b'],
  ['a long text', 'x'.repeat(100_000)],
  ['a word of JavaScript', 'constructor'],
  ['__proto__', '__proto__'],
  ['a date that is none', '2025-02-30T25:61:00Z'],
  ['a huge number as text', '1e400'],
  ['zero', 0],
  ['a negative fraction', -1.5],
  ['a large number', 1e300],
  ['true', true],
  ['an empty list', []],
  ['a list of null', [null]],
  ['a list of lists', [[['x']]]],
  ['a list of texts', ['x', 'y']],
  ['an empty object', {}],
  ['an object', { a: { b: 1 } }],
  [
    'an object with __proto__',
    JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}') as Json,
  ],
  ['deep nesting', deep(1_000)],
]

/** One malformed record and what was done to it. */
export interface Malformed {
  readonly what: string
  readonly record: SourceRecord
}

/** Every member of a record dropped, doubled or turned into each wrong thing, one at a time, at every depth. */
export function* malformed(record: SourceRecord): Generator<Malformed> {
  yield { what: 'an empty record', record: {} }
  yield { what: 'a record with an unknown member', record: { ...record, 'một cái mới': deep(10) } }
  yield { what: 'a record with __proto__', record: withMember(record, '__proto__', { polluted: true }) }
  for (const path of pathsOf(record, [])) {
    const at = path.join('.')
    yield { what: `${at} dropped`, record: changed(record, path, undefined) as SourceRecord }
    for (const [name, value] of wrong) {
      yield { what: `${at} as ${name}`, record: changed(record, path, value) as SourceRecord }
    }
  }
}

type Path = readonly (string | number)[]

/** Of a list only the first two items: the others have their mapping. */
function* pathsOf(value: Json, path: Path): Generator<Path> {
  if (path.length > 0) yield path
  if (typeof value !== 'object' || value === null || path.length > 12) return
  const members: readonly (readonly [string | number, Json])[] = Array.isArray(value)
    ? value.slice(0, 2).map((item: Json, at) => [at, item] as const)
    : Object.entries(value as SourceRecord)
  for (const [name, member] of members) yield* pathsOf(member, [...path, name])
}

function changed(value: Json, [name, ...rest]: Path, into: Json | undefined): Json {
  if (name === undefined) return into as Json
  if (Array.isArray(value)) {
    const copy: Json[] = [...(value as readonly Json[])]
    if (rest.length === 0 && into === undefined) copy.splice(Number(name), 1)
    else copy[Number(name)] = changed(copy[Number(name)]!, rest, into)
    return copy
  }
  const copy: Record<string, Json> = { ...(value as SourceRecord) }
  if (rest.length === 0 && into === undefined) delete copy[name]
  else copy[name] = changed(copy[name]!, rest, into)
  return copy
}

function withMember(record: SourceRecord, name: string, value: Json): SourceRecord {
  const copy = { ...record }
  Object.defineProperty(copy, name, { value, enumerable: true, configurable: true, writable: true })
  return copy
}
