// The sandbox's pane of saved operations.
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react'
import type { GraphiQLPlugin } from '@graphiql/react'
import { useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { languageOf } from '../reader/language.ts'
import { EXAMPLES } from './examples.ts'
import type { Example } from './example.ts'
import { roleOf } from './roles.ts'
import type { Caller } from './caller.ts'

/** The saved operations as a pane of the editor. `say` announces a switch of role to people who do not see the bar. */
export function examplesPlugin(caller: Caller, title: string, say: (text: string) => void): GraphiQLPlugin {
  return { title, icon: ExamplesIcon, content: () => <ExamplesPanel caller={caller} say={say} /> }
}

function ExamplesPanel({ caller, say }: { caller: Caller; say: (text: string) => void }) {
  const { t, i18n } = useTranslation()
  const language = languageOf(i18n)
  const { role } = useSyncExternalStore(caller.subscribe, caller.state)
  const { addTab } = useGraphiQLActions()
  const queryEditor = useGraphiQL((state) => state.queryEditor)
  const variableEditor = useGraphiQL((state) => state.variableEditor)
  const domains = [...new Map(EXAMPLES.map(({ domain }) => [domain.en, domain])).values()]

  function open(example: Example): void {
    if (!example.roles.includes(role.id)) {
      caller.chooseRole(example.roles[0])
      say(t('switched', { role: roleOf(example.roles[0]).title[language] }))
    }
    if ((queryEditor?.getValue() ?? '').trim() !== '') addTab()
    queryEditor?.setValue(example.query)
    variableEditor?.setValue(example.variables)
    queryEditor?.focus()
  }

  return (
    <section className="examples" aria-label={t('examples')}>
      <h2>{t('examples')}</h2>
      <p>{t('examplesHint')}</p>
      {domains.map((domain) => (
        <section key={domain.en}>
          <h3>{domain[language]}</h3>
          <ul>
            {EXAMPLES.filter((example) => example.domain.en === domain.en).map((example) => (
              <li key={example.id}>
                <button type="button" data-example={example.id} onClick={() => open(example)}>
                  <span>{example.title[language]}</span>
                  {example.roles.includes(role.id) ? null : <small>{roleOf(example.roles[0]).title[language]}</small>}
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </section>
  )
}

function ExamplesIcon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <path d="M5 4h10l4 4v12H5zM8.5 11h7M8.5 14.5h7M8.5 7.5h3" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  )
}
