// Fetches the schema that a subgraph publishes.
import type { Transport } from '../../transport/exchange.ts'

/**
 * The SDL that a subgraph publishes by `_service`, as Federation 1 and 2 both have it. Throws what the transport throws, or
 * an Error that says what came instead; never with the answer's own text.
 */
export async function fetchSdl(
  transport: Transport,
  url: string,
  headers: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<string> {
  const answer = await transport.exchange(
    {
      url,
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query: '{_service{sdl}}' }),
      expect: 'json',
      repeatable: true,
    },
    signal,
  )
  const sdl = textAt(answer.json(), ['data', '_service', 'sdl'])
  if (sdl === null || sdl.trim() === '') {
    throw new Error('the answer to { _service { sdl } } has no SDL; expected a Federation subgraph')
  }
  return sdl
}

function textAt(value: unknown, path: readonly string[]): string | null {
  let at = value
  for (const name of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return null
    at = (at as Record<string, unknown>)[name]
  }
  return typeof at === 'string' ? at : null
}
