// Durations and sizes in words: `5m`, `64MB`.
const milliseconds = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const bytes = { kB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 } as const

/** The milliseconds of `500ms`, `10s`, `5m`, `24h`, `7d`; null for any other text, for zero and for more than 20 years. */
export function duration(text: string): number | null {
  const value = quantity(text, milliseconds)
  return value !== null && value >= 1 && value <= 20 * 366 * milliseconds.d ? value : null
}

/** The bytes of `512kB`, `64MB`, `1GB` (1 kB = 1024 bytes); null for any other text and for zero. */
export function size(text: string): number | null {
  const value = quantity(text, bytes)
  return value !== null && value >= 1 ? value : null
}

function quantity(text: string, units: Readonly<Record<string, number>>): number | null {
  const match = /^(\d{1,9}) ?([a-zA-Z]{1,2})$/.exec(text)
  const unit = match?.[2] === undefined || !Object.hasOwn(units, match[2]) ? undefined : units[match[2]]
  return unit === undefined ? null : Number(match?.[1]) * unit
}
