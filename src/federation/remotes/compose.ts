// Composes the subgraphs, and refuses what would take something from clients.
import { buildSchema, findBreakingChanges, type GraphQLError, parse } from 'graphql'

/** One subgraph's part: its SDL as `_service` gives it. */
export interface Part {
  readonly name: string
  readonly url: string
  readonly sdl: string
}

export interface Composed {
  readonly supergraph: string
  /** The schema that clients see. */
  readonly publicSdl: string
}

export type Composition = Composed | { readonly problems: readonly string[] }

const isComposed = (composition: Composition): composition is Composed => 'supergraph' in composition

/**
 * The supergraph of these parts, or what is wrong with them, a line each. The first part is the hub's own: whatever its
 * clients could ask of it alone they can still ask, or the composition is refused. The composer is loaded on first use.
 */
export async function composeParts(parts: readonly Part[]): Promise<Composition> {
  const [own] = parts
  if (own === undefined) throw new Error('there is nothing to compose')
  const whole = await composed(parts)
  if (!isComposed(whole) || parts.length === 1) return whole
  const alone = await composed([own])
  if (!isComposed(alone)) return alone
  const taken = findBreakingChanges(buildSchema(alone.publicSdl), buildSchema(whole.publicSdl))
  if (taken.length === 0) return whole
  return { problems: taken.map(({ type, description }) => `takes from ${own.name}: ${type}: ${description}`) }
}

const kept = new Map<string, Promise<Composition>>()
const maxKept = 16

/** The same parts are composed once: a poll that brings nothing new costs nothing. */
function composed(parts: readonly Part[]): Promise<Composition> {
  const key = JSON.stringify(parts)
  const known = kept.get(key)
  if (known !== undefined) return known
  if (kept.size >= maxKept) kept.delete(kept.keys().next().value ?? '')
  const made = composeAnew(parts)
  kept.set(key, made)
  return made
}

async function composeAnew(parts: readonly Part[]): Promise<Composition> {
  const { composeServices } = await import('@theguild/federation-composition')
  try {
    const result = composeServices(parts.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })))
    if (result.supergraphSdl !== undefined) {
      return { supergraph: result.supergraphSdl, publicSdl: result.publicSdl }
    }
    return { problems: result.errors.map(lineOf) }
  } catch (error) {
    // The composer's own faults, and an SDL that does not parse: the part is refused, the hub goes on.
    return { problems: [error instanceof Error ? error.message.split('\n')[0]! : String(error)] }
  }
}

function lineOf(error: GraphQLError): string {
  const code = error.extensions['code']
  return `${typeof code === 'string' ? `${code}: ` : ''}${error.message}`
}
