// An instant with how far away it is.
import { useTranslation } from 'react-i18next'
import { languageOf } from '../../reader/language.ts'
import { distance, localTime } from '../../reader/local-time.ts'

/** An instant on the province's clock, with how far away it is; `none` where there is no such instant. */
export function Moment({ iso, none }: { iso: string | null; none: string }) {
  const { i18n } = useTranslation()
  if (iso === null) return <span className="none">{none}</span>
  return (
    <time dateTime={iso}>
      {localTime(iso)}
      <span className="below">{distance(iso, Date.now(), languageOf(i18n))}</span>
    </time>
  )
}
