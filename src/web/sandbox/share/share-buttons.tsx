// The buttons that copy an operation.
import { ToolbarButton, useGraphiQL } from '@graphiql/react'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { chosenOperation } from '../chosen-operation.ts'
import { asCurl } from './curl.ts'
import type { Caller } from '../caller.ts'
import { toHash } from './share-link.ts'

/** Two buttons: a link that carries the operation and the role, and the same operation as a shell command. */
export function ShareButtons({ caller, say }: { caller: Caller; say: (text: string) => void }) {
  const { t } = useTranslation()
  const queryEditor = useGraphiQL((state) => state.queryEditor)
  const variableEditor = useGraphiQL((state) => state.variableEditor)
  const operationName = useGraphiQL((state) => state.operationName)
  const dialog = useRef<HTMLDialogElement>(null)
  const [text, setText] = useState('')

  async function copy(copied: string, done: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(copied)
      say(done)
    } catch {
      // without a secure context or leave to write, the reader copies by hand
      setText(copied)
      dialog.current?.showModal()
    }
  }

  async function share(): Promise<void> {
    const query = queryEditor?.getValue() ?? ''
    const hash = toHash({ query, variables: variableEditor?.getValue() ?? '', role: caller.state().role.id })
    history.replaceState(null, '', hash)
    await copy(location.href, t('shared'))
  }

  async function curl(): Promise<void> {
    const { role, token, pasted } = caller.state()
    const variables = parseVariables(variableEditor?.getValue() ?? '')
    if (variables === undefined) return say(t('badVariables'))
    const query = queryEditor?.getValue() ?? ''
    const command = asCurl({
      url: new URL('/graphql', location.href).href,
      query,
      variables,
      operationName: chosenOperation(query, operationName)?.name ?? null,
      // a reader's own token is not written into a text that is meant to be handed on
      token: token.kind === 'minted' ? token.token : pasted === '' ? null : 'TOKEN',
      purpose: role.purpose,
    })
    await copy(command, t('curled'))
  }

  return (
    <>
      <ToolbarButton label={t('share')} data-part="share" onClick={() => void share()}>
        <svg className="graphiql-toolbar-icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" aria-hidden="true">
          <path
            d="M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 6 6l1-1"
            strokeWidth="1.6"
          />
        </svg>
      </ToolbarButton>
      <ToolbarButton label={t('curl')} data-part="curl" onClick={() => void curl()}>
        <svg className="graphiql-toolbar-icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" aria-hidden="true">
          <path d="M5 7l5 5-5 5M12 18h7" strokeWidth="1.8" strokeLinecap="round" strokeLinejoin="round" />
        </svg>
      </ToolbarButton>
      <dialog ref={dialog} className="by-hand" aria-label={t('copyByHand')}>
        <p>{t('copyByHand')}</p>
        <textarea
          readOnly
          value={text}
          rows={8}
          aria-label={t('copyByHand')}
          onFocus={(event) => event.target.select()}
        />
        <form method="dialog">
          <button type="submit">{t('close')}</button>
        </form>
      </dialog>
    </>
  )
}

/** The variables as JSON; null for none, undefined for a text that is no JSON. */
function parseVariables(text: string): unknown {
  if (text.trim() === '') return null
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
