// The keys of one issuer, fetched when needed and kept while the issuer does not answer.
import { readKeys } from './key-set.ts'
import type { JwksLoader, VerificationKey } from './key-set.ts'

const minutes = 60_000

export interface KeySourceOptions {
  readonly load: JwksLoader
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Called for a failed fetch and for refused keys; never with a token. */
  readonly alarm: (what: string, cause?: unknown) => void
}

export interface KeySource {
  /** The key of that `kid`, or null. Fetches at most three times in ten seconds, whatever is asked. */
  key(kid: string): Promise<VerificationKey | null>
  /** Grows when the keys change: proofs by an older set have to be made again. */
  generation(): number
}

/**
 * An issuer's keys, fetched on first use and again after ten minutes, in the background. When the issuer does not answer, or
 * all its keys are refused, the last good ones are used for a day. An unknown `kid` causes one refresh, from a budget of two
 * that refills every fifteen seconds, and is remembered as unknown for thirty seconds.
 */
export function openKeySource({ load, now, alarm }: KeySourceOptions): KeySource {
  let keys: ReadonlyMap<string, VerificationKey> = new Map()
  let generation = 0
  let fetchedAt = -Infinity
  let triedAt = -Infinity
  let budget = 2
  let refilledAt = now()
  let going: Promise<void> | null = null
  const unknown = new Map<string, number>()

  async function refresh(): Promise<void> {
    triedAt = now()
    try {
      const read = await readKeys(await load(AbortSignal.timeout(5_000)))
      if (read.refused.length > 0) alarm(`keys refused: ${read.refused.join(', ').slice(0, 500)}`)
      if (read.usable.size === 0) throw new Error('No usable key in the JWKS document')
      const next = new Map(read.usable)
      for (const [kid, key] of keys) if (!next.has(kid) && read.refusedNames.has(kid)) next.set(kid, key)
      keys = next
      fetchedAt = now()
      generation += 1
      unknown.clear()
    } catch (cause) {
      alarm('the keys could not be fetched', cause)
    }
  }

  function once(): Promise<void> {
    going ??= refresh().finally(() => {
      going = null
    })
    return going
  }

  function mayRefresh(): boolean {
    const steps = Math.floor((now() - refilledAt) / 15_000)
    if (steps > 0) {
      budget = Math.min(2, budget + steps)
      refilledAt += steps * 15_000
    }
    if (budget === 0) return false
    budget -= 1
    return true
  }

  async function key(kid: string): Promise<VerificationKey | null> {
    const age = now() - fetchedAt
    if (age > 24 * 60 * minutes) {
      if (going !== null || now() - triedAt > 5_000) await once()
    } else if (age > 10 * minutes && now() - triedAt > 30_000) {
      void once()
    }
    if (now() - fetchedAt > 24 * 60 * minutes) return null
    const found = keys.get(kid)
    if (found !== undefined) return found
    if ((unknown.get(kid) ?? 0) > now()) return null
    if (going !== null) await going
    else if (mayRefresh()) await once()
    const late = keys.get(kid)
    if (late !== undefined) return late
    if (unknown.size >= 1_000) unknown.delete(unknown.keys().next().value ?? '')
    unknown.set(kid, now() + 30_000)
    return null
  }

  return { key, generation: () => generation }
}
