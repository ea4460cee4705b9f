// Sends the sandbox's operations as the chosen role.
import type { Fetcher, FetcherOpts, FetcherParams } from '@graphiql/toolkit'
import { GraphQLError } from 'graphql'
import type { ExecutionResult } from 'graphql'
import { keepToken, mintToken, NoDevelopmentIssuer } from '../reader/development-token.ts'
import type { TokenKeeper } from '../reader/development-token.ts'
import { chosenOperation } from './chosen-operation.ts'
import { readEvents } from './event-stream.ts'
import { roleOf } from './roles.ts'
import type { Role } from './roles.ts'

export type TokenState =
  | { kind: 'none' }
  | { kind: 'waiting' }
  | { kind: 'minted'; token: string; expiresAt: string }
  | { kind: 'failed'; reason: string }

export type LastRun = { status: number; milliseconds: number; cost: number | null }

export type CallerState = {
  role: Role
  token: TokenState
  /** False once the hub said that it has no development issuer. */
  issuer: boolean
  /** The reader's own token, where there is no issuer. */
  pasted: string
  lastRun: LastRun | null
}

type Answer = {
  data?: Record<string, unknown> | null
  errors?: ExecutionResult['errors']
  extensions?: Record<string, unknown>
}

export type Caller = {
  state(): CallerState
  subscribe(listener: () => void): () => void
  chooseRole(id: string): void
  paste(token: string): void
  /** Renews the token when it is about to expire. Called now and then, so that the shown one is always good. */
  renew(): void
  /** Sends an operation as the present role; also the one that reads the schema. */
  fetcher: Fetcher
}

/** A state whose listeners hear of each change. */
function keepState(initial: CallerState) {
  const listeners = new Set<() => void>()
  let state = initial
  return {
    state: () => state,
    change(part: Partial<CallerState>): void {
      state = { ...state, ...part }
      for (const listener of listeners) listener()
    },
    subscribe(listener: () => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** One keeper of tokens a role, made on first use; null for a role without a token. */
function keepersOfRoles(): (role: Role) => TokenKeeper | null {
  const keepers = new Map<string, TokenKeeper>()
  return (role) => {
    if (role.token === null) return null
    const known = keepers.get(role.id)
    if (known !== undefined) return known
    const keeper = keepToken(role.token, mintToken, () => performance.now())
    keepers.set(role.id, keeper)
    return keeper
  }
}

/** The request of an operation as a role sends it. */
const requestOf = (
  role: Role,
  token: string | null,
  params: FetcherParams,
  options: FetcherOpts | undefined,
  accept: string,
): RequestInit => ({
  method: 'POST',
  headers: {
    accept,
    'content-type': 'application/json',
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    ...(role.purpose === null ? {} : { 'x-hub-purpose': role.purpose }),
    ...(options?.headers as Record<string, string> | undefined),
  },
  body: JSON.stringify(params),
})

/** Keeps who the sandbox speaks as. Tokens live in memory alone. */
export function openCaller(role: string | null): Caller {
  const keeperOf = keepersOfRoles()
  const kept = keepState({ role: roleOf(role), token: { kind: 'none' }, issuer: true, pasted: '', lastRun: null })
  const { state, change } = kept

  async function tokenFor(chosen: Role): Promise<string | null> {
    const keeper = keeperOf(chosen)
    if (keeper === null) return null
    if (!state().issuer) return state().pasted === '' ? null : state().pasted
    try {
      const minted = await keeper.current()
      if (state().role === chosen) {
        const { token } = state()
        if (token.kind !== 'minted' || token.token !== minted.token) change({ token: { kind: 'minted', ...minted } })
      }
      return minted.token
    } catch (error) {
      if (error instanceof NoDevelopmentIssuer) change({ issuer: false, token: { kind: 'none' } })
      else if (state().role === chosen) change({ token: { kind: 'failed', reason: messageOf(error) } })
      return state().pasted === '' ? null : state().pasted
    }
  }

  async function post(path: string, params: FetcherParams, options: FetcherOpts | undefined, accept: string) {
    const chosen = state().role
    const send = async (): Promise<Response> =>
      fetch(path, requestOf(chosen, await tokenFor(chosen), params, options, accept))
    const first = await send()
    const keeper = keeperOf(chosen)
    if (first.status !== 401 || keeper === null || !state().issuer) return first
    keeper.drop()
    return send()
  }

  async function execute(params: FetcherParams, options: FetcherOpts | undefined) {
    const started = performance.now()
    const answer = await post('/graphql', params, options, 'application/graphql-response+json, application/json;q=0.9')
    const text = await answer.text()
    const result = parseResult(text, answer.status)
    if (params.operationName !== 'IntrospectionQuery') {
      const milliseconds = Math.round(performance.now() - started)
      change({ lastRun: { status: answer.status, milliseconds, cost: costOf(result) } })
    }
    return result
  }

  async function fetcher(
    asked: FetcherParams,
    options?: FetcherOpts,
  ): Promise<Answer | AsyncGenerator<ExecutionResult>> {
    const chosen = chosenOperation(asked.query, asked.operationName)
    const params = chosen === null ? asked : { ...asked, operationName: chosen.name }
    if (chosen?.isSubscription !== true) return execute(params, options)
    const answer = await post('/graphql/stream', params, options, 'text/event-stream')
    if (!answer.ok || answer.body === null) return parseResult(await answer.text(), answer.status)
    return readEvents(answer.body)
  }

  function showToken(): void {
    change({ token: state().role.token === null || !state().issuer ? { kind: 'none' } : { kind: 'waiting' } })
    void tokenFor(state().role)
  }

  showToken()
  return {
    state,
    subscribe: kept.subscribe,
    chooseRole(id) {
      const next = roleOf(id)
      if (next === state().role) return
      change({ role: next, lastRun: null })
      showToken()
    },
    paste: (token) => change({ pasted: token.trim() }),
    renew: () => void tokenFor(state().role),
    fetcher: fetcher as Fetcher,
  }
}

function parseResult(text: string, status: number): Answer {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value
  } catch {
    // not JSON: said below in the form that the answer pane draws
  }
  return { errors: [new GraphQLError(`HTTP ${status}: ${text.slice(0, 300)}`)] }
}

function costOf(result: Answer): number | null {
  const extensions = result.extensions
  if (typeof extensions !== 'object' || extensions === null || !('cost' in extensions)) return null
  return typeof extensions.cost === 'number' ? extensions.cost : null
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
