import { keepToken, mintToken, NoDevelopmentIssuer } from '../reader/development-token.ts'
import { AskFailure, ask } from './ask.ts'

export type Credentials = {
  /** `asking`: the reader has to paste a token. */
  state(): 'trying' | 'development' | 'asking' | 'pasted'
  subscribe(listener: () => void): () => void
  paste(token: string): void
  /** Sends an operation with the present token; a refused one is minted once more, or asked for again. */
  ask<Data>(query: string, variables?: Record<string, unknown>): Promise<Data>
}

const OPERATOR = { scope: 'operation:read operation:write', agency: 'H53', purposes: [] }

/** Whom the console speaks as. Tokens live in memory alone: a reload asks again. */
export function openCredentials(): Credentials {
  const listeners = new Set<() => void>()
  const keeper = keepToken(OPERATOR, mintToken, () => performance.now())
  let state: ReturnType<Credentials['state']> = 'trying'
  let pasted = ''

  function become(next: typeof state): void {
    if (next === state) return
    state = next
    for (const listener of listeners) listener()
  }

  // A token may be pasted while an answer is awaited: what comes late speaks of the token before, and changes nothing.
  const isPasted = (): boolean => state === 'pasted'

  async function token(): Promise<string> {
    if (isPasted()) return pasted
    try {
      const held = await keeper.current()
      if (isPasted()) return pasted
      become('development')
      return held.token
    } catch (error) {
      if (isPasted()) return pasted
      if (error instanceof NoDevelopmentIssuer) become('asking')
      throw new AskFailure('NO_TOKEN', error instanceof Error ? error.message : String(error), { cause: error })
    }
  }

  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    paste(next) {
      pasted = next.trim()
      become(pasted === '' ? 'asking' : 'pasted')
    },
    async ask<Data>(query: string, variables?: Record<string, unknown>): Promise<Data> {
      const used = await token()
      try {
        return await ask<Data>(used, query, variables)
      } catch (error) {
        if (!(error instanceof AskFailure) || error.code !== 'UNAUTHENTICATED') throw error
        if (isPasted() && used === pasted) {
          become('asking')
          throw error
        }
        if (!isPasted()) keeper.drop()
        return ask<Data>(await token(), query, variables)
      }
    },
  }
}
