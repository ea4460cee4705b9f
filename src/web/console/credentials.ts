// The console's session with the hub.
import { mintToken, NoDevelopmentIssuer } from '../reader/development-token.ts'
import { AskFailure, ask } from './ask.ts'
import { endSession, hasSession, openSession } from './session.ts'

export type Credentials = {
  /** `asking`: the reader has to paste a token. */
  state(): 'trying' | 'open' | 'asking'
  subscribe(listener: () => void): () => void
  paste(token: string): void
  /** Ends the session, on the hub's side of the browser too; the reader is asked for a token. */
  leave(): Promise<void>
  /** Sends an operation in the present session; a refused one is opened once more, or a token is asked for. */
  ask<Data>(query: string, variables?: Record<string, unknown>): Promise<Data>
}

const OPERATOR = { scope: 'operation:read operation:write', agency: 'H53', purposes: [] }
const MINTED_MINUTES = 15

/** Whom the console speaks as. The hub keeps the token in a cookie that no script reads: a reload goes on with it. */
export function openCredentials(now: () => number = () => performance.now()): Credentials {
  const listeners = new Set<() => void>()
  let state: ReturnType<Credentials['state']> = 'trying'
  let session: { readonly opened: Promise<void>; readonly pasted: boolean; readonly until: number } | null = null
  let failure: AskFailure | null = null

  function become(next: typeof state): void {
    if (next === state) return
    state = next
    for (const listener of listeners) listener()
  }

  function begin(opened: Promise<void>, pasted: boolean, minutes = Infinity): NonNullable<typeof session> {
    const begun = { opened, pasted, until: now() + minutes * 60_000 }
    session = begun
    // What comes late speaks of a session before, and changes nothing.
    opened.then(
      () => session === begun && become('open'),
      (error: unknown) => session === begun && fail(error),
    )
    return begun
  }

  function fail(error: unknown): void {
    session = null
    failure = error instanceof AskFailure ? error : new AskFailure('NO_TOKEN', String(error), { cause: error })
    if (error instanceof NoDevelopmentIssuer || failure.code === 'UNAUTHENTICATED') become('asking')
  }

  async function minted(): Promise<void> {
    const { token } = await mintToken(OPERATOR, `${MINTED_MINUTES}m`)
    await openSession(token)
  }

  function present(): NonNullable<typeof session> {
    if (state === 'asking' && session === null) throw failure ?? new AskFailure('NO_TOKEN', 'no token')
    if (session !== null && now() < session.until) return session
    if (session !== null) return begin(minted(), false, MINTED_MINUTES - 1)
    const first = async (): Promise<void> => {
      if (state !== 'trying' || !(await hasSession())) await minted()
    }
    return begin(first(), false, MINTED_MINUTES - 1)
  }

  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    paste(text) {
      const token = text.trim()
      if (token !== '') begin(openSession(token), true)
    },
    async leave() {
      session = null
      failure = new AskFailure('NO_TOKEN', 'the session has been ended')
      become('asking')
      await endSession()
    },
    async ask<Data>(query: string, variables?: Record<string, unknown>): Promise<Data> {
      const used = present()
      try {
        await used.opened
        return await ask<Data>(query, variables)
      } catch (error) {
        if (error instanceof NoDevelopmentIssuer) throw new AskFailure('NO_TOKEN', error.message, { cause: error })
        if (!(error instanceof AskFailure) || error.code !== 'UNAUTHENTICATED') throw error
        if (session === used && used.pasted) fail(error)
        if (session === null && state === 'asking') throw error
        const next = session === used ? begin(minted(), false, MINTED_MINUTES - 1) : present()
        await next.opened.catch((cause: unknown) => {
          throw cause instanceof NoDevelopmentIssuer ? error : cause
        })
        return ask<Data>(query, variables)
      }
    },
  }
}
