// How values of PostgreSQL columns come into JavaScript.
import pg from 'pg'

type Parse = (text: string) => unknown

const offset = 7 * 3_600_000

/**
 * Vietnam's text of an instant as PostgreSQL writes it in ISO style, with any offset:
 * `2026-03-05T08:00:00.000+07:00`, six decimals where there are microseconds. `infinity` and years BC stay as written.
 */
export function instantText(text: string): string {
  const match =
    /^(\d{4,6})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?$/.exec(text)
  if (match === null) return text
  const [, year, month, day, hour, minute, second, fraction = '', sign, zoneHour, zoneMinute = '0', zoneSecond = '0'] =
    match
  const local = new Date(0)
  local.setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  local.setUTCHours(Number(hour), Number(minute), Number(second))
  const zone = (Number(zoneHour) * 3600 + Number(zoneMinute) * 60 + Number(zoneSecond)) * 1000
  const vietnam = new Date(local.getTime() - (sign === '-' ? -zone : zone) + offset)
  const micros = fraction.padEnd(6, '0')
  const decimals = micros.endsWith('000') ? micros.slice(0, 3) : micros
  return `${vietnam.toISOString().slice(0, -5)}.${decimals}+07:00`
}

/** A number where JavaScript represents it exactly, else its text. */
function integer(text: string): number | string {
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : text
}

const asIs: Parse = (text) => text
const parserOf = pg.types.getTypeParser as (oid: number, format?: string) => Parse
const textArray = parserOf(1009) as (text: string) => (string | null)[]
const listOf =
  (parse: Parse): Parse =>
  (text) =>
    textArray(text).map((item) => (item === null ? null : parse(item)))

// Type numbers: pg_type.oid, the same in every PostgreSQL.
const parsers = new Map<number, Parse>([
  [20, integer], // int8
  [1016, listOf(integer)],
  [1082, asIs], // date
  [1182, listOf(asIs)],
  [1114, asIs], // timestamp
  [1115, listOf(asIs)],
  [1184, instantText], // timestamptz
  [1185, listOf(instantText)],
  [1186, asIs], // interval
  [1187, listOf(asIs)],
  [1700, asIs], // numeric
  [1231, listOf(asIs)],
])

/** The parser of a column by its type's number, for a pool's `types`. Our pools ask only for the text format. */
export function columnParser(oid: number, format?: 'text' | 'binary'): Parse {
  const own = format === 'binary' ? undefined : parsers.get(oid)
  return own ?? parserOf(oid, format)
}
