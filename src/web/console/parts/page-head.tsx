// The head of the console's page.
import { useTranslation } from 'react-i18next'
import { Languages } from '../../reader/languages.tsx'
import { localClock } from '../../reader/local-time.ts'

type Props = {
  /** Milliseconds since 1970; null while nothing has been read. */
  updatedAt: number | null
  failed: boolean
  /** Ends the session; null where there is none. */
  leave: (() => void) | null
}

export function PageHead({ updatedAt, failed, leave }: Props) {
  const { t } = useTranslation()
  return (
    <header className="head">
      <a className="skip" href="#main">
        {t('skip')}
      </a>
      <span className="mark" aria-hidden="true" />
      <h1>
        {t('title')} <span>{t('product')}</span>
      </h1>
      <span className="grow" />
      <span className="quiet">{t('zone')}</span>
      <span className={failed ? 'live stale' : 'live'} data-part="updated">
        {updatedAt === null ? t('waiting') : t('live', { time: localClock(new Date(updatedAt).toISOString()) })}
      </span>
      <a href="/sandbox">{t('sandboxTitle')}</a>
      {leave === null ? null : (
        <div className="languages">
          <button type="button" data-action="leave" onClick={leave}>
            {t('leave')}
          </button>
        </div>
      )}
      <Languages />
    </header>
  )
}
