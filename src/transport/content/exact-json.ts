// Reads JSON without losing anything: exact numbers, repeated members.
/** The deepest nesting of lists and objects that is read. */
const maxDepth = 2_000

/**
 * The value of a JSON text with nothing lost. A number that JavaScript cannot represent exactly (an integer beyond 2^53, an
 * amount of 20 digits, `1e400`) comes as its text, as it was written. A member that an object repeats comes as the list of
 * its values, in order, unless they are equal: code that expects one value sees that there is none. `__proto__` is an
 * ordinary member. Throws SyntaxError, without any of the text in it, for what is not JSON or nests deeper than 2,000.
 *
 * @example
 * exactJson('{"fee": 12345678901234567890, "code": 1, "code": 2}') // { fee: '12345678901234567890', code: [1, 2] }
 */
export function exactJson(text: string): unknown {
  const reader: Reader = { text, at: 0 }
  const value = valueAt(reader, 0)
  if (nextCode(reader) !== -1) throw unexpected(reader)
  return value
}

interface Reader {
  readonly text: string
  at: number
}

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a]
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d]
const numberAt = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const words: readonly (readonly [string, unknown])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
]

function valueAt(reader: Reader, depth: number): unknown {
  const code = nextCode(reader)
  if (code === quote) return stringAt(reader)
  if (code === openObject) return objectAt(reader, depth + 1)
  if (code === openList) return listAt(reader, depth + 1)
  if (code === 0x2d || (code >= 0x30 && code <= 0x39)) {
    numberAt.lastIndex = reader.at
    const source = numberAt.exec(reader.text)?.[0]
    if (source === undefined) throw unexpected(reader)
    reader.at += source.length
    return exactNumber(source)
  }
  const word = words.find(([name]) => reader.text.startsWith(name, reader.at))
  if (word === undefined) throw unexpected(reader)
  reader.at += word[0].length
  return word[1]
}

function objectAt(reader: Reader, depth: number): Record<string, unknown> {
  if (depth > maxDepth) throw new SyntaxError(`JSON is nested deeper than ${maxDepth}`)
  const object: Record<string, unknown> = {}
  const repeated = new Map<string, unknown[]>()
  reader.at++
  if (nextCode(reader) === closeObject) {
    reader.at++
    return object
  }
  for (;;) {
    if (nextCode(reader) !== quote) throw unexpected(reader)
    const name = stringAt(reader)
    if (nextCode(reader) !== colon) throw unexpected(reader)
    reader.at++
    const value = valueAt(reader, depth)
    if (Object.hasOwn(object, name)) {
      const values = repeated.get(name) ?? [object[name]]
      repeated.set(name, [...values, value])
    } else if (name === '__proto__') {
      Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
    } else {
      object[name] = value
    }
    const after = nextCode(reader)
    if (after !== comma && after !== closeObject) throw unexpected(reader)
    reader.at++
    if (after === closeObject) break
  }
  for (const [name, values] of repeated) {
    const texts = new Set(values.map((value) => JSON.stringify(value)))
    if (texts.size > 1)
      Object.defineProperty(object, name, { value: values, enumerable: true, configurable: true, writable: true })
  }
  return object
}

function listAt(reader: Reader, depth: number): unknown[] {
  if (depth > maxDepth) throw new SyntaxError(`JSON is nested deeper than ${maxDepth}`)
  const list: unknown[] = []
  reader.at++
  if (nextCode(reader) === closeList) {
    reader.at++
    return list
  }
  for (;;) {
    list.push(valueAt(reader, depth))
    const after = nextCode(reader)
    if (after !== comma && after !== closeList) throw unexpected(reader)
    reader.at++
    if (after === closeList) return list
  }
}

/** The text from quote to quote; JSON.parse reads one with an escape or a control character. */
function stringAt(reader: Reader): string {
  const { text } = reader
  const start = reader.at + 1
  let plain = true
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      reader.at = at + 1
      if (plain) return text.slice(start, at)
      try {
        return JSON.parse(text.slice(start - 1, at + 1)) as string
      } catch {
        reader.at = start
        throw unexpected(reader)
      }
    }
    if (code === backslash) {
      plain = false
      at++
    } else if (code < 0x20) {
      plain = false
    }
  }
  throw unexpected({ text, at: text.length })
}

/** Moves to the next character that is no white space and answers its code; -1 at the end. */
function nextCode(reader: Reader): number {
  const { text } = reader
  for (; reader.at < text.length; reader.at++) {
    const code = text.charCodeAt(reader.at)
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code
  }
  return -1
}

function unexpected(reader: Reader): SyntaxError {
  return new SyntaxError(
    reader.at >= reader.text.length ? 'JSON ends too early' : `JSON is broken at position ${reader.at}`,
  )
}

function exactNumber(source: string): number | string {
  const value = Number(source)
  if (source.length <= 15 && !/[eE]/.test(source)) return value
  if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER) return source
  return sameDecimal(String(value), source) ? value : source
}

/** Whether two decimals in JSON's writing are the same number. */
function sameDecimal(a: string, b: string): boolean {
  const [one, two] = [significant(a), significant(b)]
  return one.digits === two.digits && one.exponent === two.exponent && one.negative === two.negative
}

/** `-12.50e3` is 125 · 10², negative: the digits without zeros at either end, and the power of ten of the last one. */
function significant(text: string): { digits: string; exponent: number; negative: boolean } {
  const [mantissa = '', power = '0'] = text.toLowerCase().replace(/^-/, '').split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const all = `${whole}${fraction}`.replace(/^0+/, '')
  const digits = all.replace(/0+$/, '')
  if (digits === '') return { digits, exponent: 0, negative: false }
  return {
    digits,
    exponent: Number(power) - fraction.length + all.length - digits.length,
    negative: text.startsWith('-'),
  }
}
