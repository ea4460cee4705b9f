// Makes observations of the records of reporting-sdmx.
import { decimal, normalising, reader, reject } from '#connector'
import type { Normalise, Reader, RejectCode } from '#connector'
import type { manifest } from './manifest.ts'
import { period } from './period.ts'

const faults: ReadonlySet<string> = new Set<RejectCode>(['MALFORMED', 'UNKNOWN_VALUE', 'AMBIGUOUS', 'MISSING'])

/** An observation from one record; a record with `remove` becomes the removal of the keys that its key matches. */
export const observation: Normalise<typeof manifest, 'Observation'> = (record) =>
  normalising<'Observation'>(() => {
    const source = reader(record)
    const fault = source.maybeObject('fault')
    if (fault !== null) {
      const [code, found] = [fault.text('code'), fault.maybeText('found')]
      reject(faults.has(code) ? (code as RejectCode) : 'MALFORMED', fault.text('at'), found === null ? {} : { found })
    }
    const key = source.text('key')
    const flow = source.text('flow')
    if (source.maybeBoolean('remove') === true) return { remove: key, evidence: 'SDMX action Delete' }

    const dimensions = source.objects('dimensions')
    const time = one(dimensions, 'TIME_PERIOD') ?? reject('MISSING', 'dimensions.TIME_PERIOD')
    const written = time.text('value')
    const when = period(written) ?? reject('BAD_DATE', `${time.at}.value`, { found: written.slice(0, 40) })
    const indicator = used(one(dimensions, 'INDICATOR'))
    const attributes = source.maybeObject('attributes') ?? reader({})
    const unit = attributes.maybeScalar('UNIT_MEASURE')
    return {
      indicator: {
        code: indicator?.text('value') ?? flow,
        name: indicator === null ? source.maybeText('flowName') : indicator.maybeText('name'),
        unit,
      },
      areaCode: used(one(dimensions, 'REF_AREA'))?.text('value') ?? null,
      areaName: null,
      dimensions: dimensions
        .map((dimension) => ({ name: dimension.text('id'), value: dimension.text('value') }))
        .filter(({ name, value }) => !mapped.has(name) && value !== '~'),
      period: when,
      value: valueOf(source),
      unit,
      multiplier: multiplierOf(attributes),
      status: attributes.maybeScalar('OBS_STATUS'),
      report: null,
    }
  })

const mapped: ReadonlySet<string> = new Set(['INDICATOR', 'REF_AREA', 'TIME_PERIOD'])

/** A dimension that the message switches off with `~` says nothing. */
const used = (dimension: Reader | null): Reader | null => (dimension?.maybeText('value') === '~' ? null : dimension)

function one(dimensions: readonly Reader[], id: string): Reader | null {
  const [first, second] = dimensions.filter((dimension) => dimension.text('id') === id)
  if (second !== undefined) reject('AMBIGUOUS', `${second.at}.id`, { found: id })
  return first ?? null
}

function valueOf(source: Reader): string | null {
  const text = source.maybeScalar('value')
  if (text === null || text === 'NaN') return null
  if (typeof source.value['value'] === 'boolean') reject('WRONG_TYPE', 'value', { expected: 'number' })
  return decimal(text, 'plain') ?? reject('BAD_NUMBER', 'value', { found: text.slice(0, 40), expected: 'decimal' })
}

function multiplierOf(attributes: Reader): number | null {
  const text = attributes.maybeScalar('UNIT_MULT')
  if (text === null) return null
  const power = Number(text)
  if (!/^[+-]?\d{1,2}$/.test(text))
    reject('BAD_NUMBER', 'attributes.UNIT_MULT', { found: text.slice(0, 40), expected: 'power of ten' })
  return power
}
