// The scalars of the schema: how their values are read and written.
import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql'

// Values pass as the texts that the database made: a library's DateTime would turn them into Date and lose the offset.

const dateTime = /^(\d{4})-(\d{2})-(\d{2})T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-](0\d|1[0-4]):[0-5]\d)$/
const date = /^(\d{4})-(\d{2})-(\d{2})$/
const decimal = /^-?\d{1,100}(\.\d{1,100})?$/

function isDay(match: RegExpExecArray | null): boolean {
  if (match === null) return false
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  const found = new Date(Date.UTC(2000, month - 1, day))
  found.setUTCFullYear(year, month - 1, day)
  return year > 0 && found.getUTCMonth() === month - 1 && found.getUTCDate() === day
}

function textScalar(name: string, expected: string, valid: (text: string) => boolean): GraphQLScalarType {
  // The message names what is expected and never the value: it may be a personal one.
  const parse = (value: unknown): string => {
    if (typeof value === 'string' && valid(value)) return value
    throw new GraphQLError(`${name}: ${expected}`, { extensions: { code: 'BAD_USER_INPUT' } })
  }
  return new GraphQLScalarType({
    name,
    parseValue: parse,
    parseLiteral: (node: ValueNode) => parse(node.kind === Kind.STRING ? node.value : null),
    serialize: (value) => String(value),
  })
}

/** Resolvers of the schema's scalars, by name. */
export const scalars = {
  DateTime: textScalar('DateTime', 'ISO 8601 with offset, 2026-03-05T08:00:00+07:00', (text) =>
    isDay(dateTime.exec(text)),
  ),
  Date: textScalar('Date', 'a date, 2026-03-05', (text) => isDay(date.exec(text))),
  Decimal: textScalar('Decimal', 'an exact decimal as text, 1234.50', (text) => decimal.test(text)),
  AgencyCode: textScalar('AgencyCode', 'an agency code of at most 35 characters', (text) => /^[\w.]{1,35}$/.test(text)),
} as const
