// The sandbox's bar: role, token, schema and last run.
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { languageOf } from '../reader/language.ts'
import { Languages } from '../reader/languages.tsx'
import { localClock } from '../reader/local-time.ts'
import { ROLES } from './roles.ts'
import type { Caller, CallerState } from './caller.ts'

export type SchemaSize = { queries: number; types: number }

type Props = {
  caller: Caller
  state: CallerState
  schema: SchemaSize | null
  said: string
  say: (text: string) => void
}

/** The bar above the editor: whom the sandbox speaks as, what that role carries and sees, and how the last run went. */
export function RoleBar({ caller, state, schema, said, say }: Props) {
  const { t, i18n } = useTranslation()
  const language = languageOf(i18n)
  const roleId = useId()
  const { role, lastRun } = state

  return (
    <header className="bar">
      <a className="skip" href="#editor">
        {t('skip')}
      </a>
      <div className="bar-row">
        <h1>
          {t('title')} <span>{t('product')}</span>
        </h1>
        <label htmlFor={roleId}>{t('role')}</label>
        <select
          id={roleId}
          data-part="role"
          value={role.id}
          onChange={(event) => {
            caller.chooseRole(event.target.value)
            say('')
          }}
        >
          {ROLES.map((choice) => (
            <option key={choice.id} value={choice.id}>
              {choice.title[language]}
            </option>
          ))}
        </select>
        <span className="said grow" role="status">
          {said}
        </span>
        <a href="/console">{t('toConsole')}</a>
        <Languages />
      </div>
      <div className="bar-row facts">
        {role.token === null ? null : (
          <>
            <Fact name={t('scopes')} value={role.token.scope} />
            <Fact name={t('agency')} value={role.token.agency ?? t('none')} />
            <Fact name={t('purpose')} value={role.purpose ?? t('none')} />
          </>
        )}
        <span data-part="token">
          <TokenText state={state} />
        </span>
        <span className="grow" />
        <span data-part="schema" data-role={schema === null ? '' : role.id}>
          {schema === null ? t('schemaWaiting') : t('schema', schema)}
        </span>
        {lastRun === null ? null : (
          <span data-part="last-run">
            {t('lastRun', { status: lastRun.status, ms: lastRun.milliseconds })}
            {lastRun.cost === null ? null : `, ${t('cost', { cost: lastRun.cost })}`}
          </span>
        )}
      </div>
      {state.issuer ? null : <PastedToken caller={caller} pasted={state.pasted} />}
    </header>
  )
}

/** Where there is no development issuer, the reader brings a token. */
function PastedToken({ caller, pasted }: { caller: Caller; pasted: string }) {
  const { t } = useTranslation()
  const pasteId = useId()
  return (
    <div className="bar-row">
      <span>{t('noIssuer')}</span>
      <label htmlFor={pasteId}>{t('pastedToken')}</label>
      <input
        id={pasteId}
        type="password"
        autoComplete="off"
        value={pasted}
        onChange={(event) => caller.paste(event.target.value)}
      />
    </div>
  )
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <span>
      {name}: <code>{value}</code>
    </span>
  )
}

function TokenText({ state }: { state: CallerState }) {
  const { t } = useTranslation()
  switch (state.token.kind) {
    case 'minted':
      return t('tokenUntil', { time: localClock(state.token.expiresAt) })
    case 'waiting':
      return t('tokenWaiting')
    case 'failed':
      return t('tokenFailed', { reason: state.token.reason })
    case 'none':
      return t('tokenNone')
  }
}
